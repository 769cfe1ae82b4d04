"""The loaders of one request: keys in, rows out, one statement per batch."""

from collections.abc import Sequence

from kit.database import Database
from kit.loaders import loader, page_loader
from music import queries
from music.tables import Genre


class Loaders:
    """The loaders of one request."""

    def __init__(self, database: Database) -> None:
        self._database = database

        self.artist_by_id = loader(database, queries.artists_by_id, default=None)
        self.artist_by_slug = loader(database, queries.artists_by_slug, default=None)
        self.artists_by_track = loader(database, queries.artists_by_track, default=())
        self.artists_by_genre = page_loader(database, queries.artists_by_genre)
        self.artist_count_by_genre = loader(database, queries.artist_counts_by_genre, default=0)

        self.genres_by_artist = loader(database, queries.genres_by_artist, default=())

        self.album_by_id = loader(database, queries.albums_by_id, default=None)
        self.albums_by_artist = page_loader(database, queries.albums_by_artist)
        self.album_count_by_artist = loader(database, queries.album_counts_by_artist, default=0)

        self.track_by_id = loader(database, queries.tracks_by_id, default=None)
        self.tracks_by_album = loader(database, queries.tracks_by_album, default=())
        self.tracks_by_artist = page_loader(database, queries.tracks_by_artist)
        self.track_count_by_artist = loader(database, queries.track_counts_by_artist, default=0)

    async def genres(self) -> Sequence[Genre]:
        """Return all genres."""
        return await queries.all_genres(self._database)

"""The statements of the music service; each answers for many keys at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, String, Uuid, func, or_, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from kit.connections import Cursors, Page, Slice
from kit.pages import parents, slices
from music.tables import Album, Artist, ArtistGenre, Genre, Track, TrackArtist


class ArtistPlace(NamedTuple):
    """Where an artist stands among all: by name."""

    name: str
    id: UUID


class AlbumPlace(NamedTuple):
    """Where an album stands among its artist's: the newest first."""

    released_on: date
    id: UUID


class TrackPlace(NamedTuple):
    """Where a track stands among its artist's: the newest album first, then in its order."""

    released_on: date
    album_id: UUID
    number: int


ARTIST_CURSORS = Cursors(ArtistPlace)
ALBUM_CURSORS = Cursors(AlbumPlace)
TRACK_CURSORS = Cursors(TrackPlace)


async def artists_by_id(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, Artist]:
    """Return the artists that exist, by id."""
    rows = await session.scalars(select(Artist).where(col(Artist.id).in_(ids)))
    return {row.id: row for row in rows}


async def artists_by_slug(session: AsyncSession, slugs: Sequence[str]) -> Mapping[str, Artist]:
    """Return the artists that exist, by slug."""
    rows = await session.scalars(select(Artist).where(col(Artist.slug).in_(slugs)))
    return {row.slug: row for row in rows}


async def artists_by_track(
    session: AsyncSession, track_ids: Sequence[UUID]
) -> Mapping[UUID, list[Artist]]:
    """Return who plays on each track, the main artist first."""
    rows = await session.execute(
        select(col(TrackArtist.track_id), Artist)
        .join(Artist, col(Artist.id) == TrackArtist.artist_id)
        .where(col(TrackArtist.track_id).in_(track_ids))
        .order_by(col(TrackArtist.place))
    )
    found: defaultdict[UUID, list[Artist]] = defaultdict(list)
    for track_id, artist in rows:
        found[track_id].append(artist)
    return found


async def artists_by_genre(
    session: AsyncSession, genres: Sequence[str | None], page: Page
) -> Mapping[str | None, Slice[Artist]]:
    """Return a page of the artists who play each genre, or of all for None, by name."""
    genre = parents(genres, String())
    found = select(Artist).where(_plays(genre.c.key))
    if after := ARTIST_CURSORS.read(page.after):
        found = found.where(tuple_(Artist.name, Artist.id) > after)
    found = found.order_by(col(Artist.name), col(Artist.id)).limit(page.first + 1).lateral()
    artist = aliased(Artist, found)
    rows = await session.execute(
        select(genre.c.key, artist).join(found, true()).order_by(col(artist.name), col(artist.id))
    )
    return slices(
        page,
        ((key, ARTIST_CURSORS.write(ArtistPlace(row.name, row.id)), row) for key, row in rows),
    )


async def artist_counts_by_genre(
    session: AsyncSession, genres: Sequence[str | None]
) -> Mapping[str | None, int]:
    """Return how many artists play each genre, or there are for None."""
    genre = parents(genres, String())
    count = select(func.count()).select_from(Artist).where(_plays(genre.c.key)).scalar_subquery()
    rows = await session.execute(select(genre.c.key, count))
    return dict(rows.all())


async def all_genres(session: AsyncSession) -> Sequence[Genre]:
    """Return all genres in their order."""
    return (await session.scalars(select(Genre).order_by(col(Genre.place)))).all()


async def genres_by_artist(
    session: AsyncSession, artist_ids: Sequence[UUID]
) -> Mapping[UUID, list[Genre]]:
    """Return what each artist plays, the main genre first."""
    rows = await session.execute(
        select(col(ArtistGenre.artist_id), Genre)
        .join(Genre, col(Genre.slug) == ArtistGenre.genre_slug)
        .where(col(ArtistGenre.artist_id).in_(artist_ids))
        .order_by(col(ArtistGenre.place))
    )
    found: defaultdict[UUID, list[Genre]] = defaultdict(list)
    for artist_id, genre in rows:
        found[artist_id].append(genre)
    return found


async def albums_by_id(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, Album]:
    """Return the albums that exist, by id."""
    rows = await session.scalars(select(Album).where(col(Album.id).in_(ids)))
    return {row.id: row for row in rows}


async def albums_by_artist(
    session: AsyncSession, artist_ids: Sequence[UUID], page: Page
) -> Mapping[UUID, Slice[Album]]:
    """Return a page of each artist's albums, the newest first."""
    artist = parents(artist_ids, Uuid())
    found = select(Album).where(col(Album.artist_id) == artist.c.key)
    if after := ALBUM_CURSORS.read(page.after):
        found = found.where(tuple_(Album.released_on, Album.id) < after)
    newest_first = (col(Album.released_on).desc(), col(Album.id).desc())
    found = found.order_by(*newest_first).limit(page.first + 1).lateral()
    album = aliased(Album, found)
    rows = await session.execute(
        select(artist.c.key, album)
        .join(found, true())
        .order_by(col(album.released_on).desc(), col(album.id).desc())
    )
    return slices(
        page,
        ((key, ALBUM_CURSORS.write(AlbumPlace(row.released_on, row.id)), row) for key, row in rows),
    )


async def album_counts_by_artist(
    session: AsyncSession, artist_ids: Sequence[UUID]
) -> Mapping[UUID, int]:
    """Return how many albums each artist has; one without any is left out."""
    rows = await session.execute(
        select(col(Album.artist_id), func.count())
        .where(col(Album.artist_id).in_(artist_ids))
        .group_by(col(Album.artist_id))
    )
    return dict(rows.all())


async def tracks_by_id(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, Track]:
    """Return the tracks that exist, by id."""
    rows = await session.scalars(select(Track).where(col(Track.id).in_(ids)))
    return {row.id: row for row in rows}


async def tracks_by_album(
    session: AsyncSession, album_ids: Sequence[UUID]
) -> Mapping[UUID, list[Track]]:
    """Return all tracks of each album, in order."""
    rows = await session.scalars(
        select(Track).where(col(Track.album_id).in_(album_ids)).order_by(col(Track.number))
    )
    found: defaultdict[UUID, list[Track]] = defaultdict(list)
    for row in rows:
        found[row.album_id].append(row)
    return found


async def tracks_by_artist(
    session: AsyncSession, artist_ids: Sequence[UUID], page: Page
) -> Mapping[UUID, Slice[Track]]:
    """Return a page of the tracks each artist plays on: newest album first, then in its order."""
    artist = parents(artist_ids, Uuid())
    found = (
        select(Track, col(Album.released_on))
        .join(TrackArtist, col(TrackArtist.track_id) == Track.id)
        .join(Album, col(Album.id) == Track.album_id)
        .where(col(TrackArtist.artist_id) == artist.c.key)
    )
    if after := TRACK_CURSORS.read(page.after):
        # Negated, so that all three parts fall and one comparison of rows says it.
        place = tuple_(col(Album.released_on), col(Track.album_id), -col(Track.number))
        found = found.where(place < (after.released_on, after.album_id, -after.number))
    order = (col(Album.released_on).desc(), col(Track.album_id).desc(), col(Track.number))
    found = found.order_by(*order).limit(page.first + 1).lateral()
    track = aliased(Track, found)
    rows = await session.execute(
        select(artist.c.key, track, found.c.released_on)
        .join(found, true())
        .order_by(found.c.released_on.desc(), col(track.album_id).desc(), col(track.number))
    )
    return slices(
        page,
        (
            (key, TRACK_CURSORS.write(TrackPlace(released_on, row.album_id, row.number)), row)
            for key, row, released_on in rows
        ),
    )


async def track_counts_by_artist(
    session: AsyncSession, artist_ids: Sequence[UUID]
) -> Mapping[UUID, int]:
    """Return how many tracks each artist plays on; one without any is left out."""
    rows = await session.execute(
        select(col(TrackArtist.artist_id), func.count())
        .where(col(TrackArtist.artist_id).in_(artist_ids))
        .group_by(col(TrackArtist.artist_id))
    )
    return dict(rows.all())


def _plays(genre: ColumnElement[str | None]) -> ColumnElement[bool]:
    """Return that an artist plays `genre`, which everybody does when it is null."""
    played = select(ArtistGenre).where(
        col(ArtistGenre.artist_id) == Artist.id, col(ArtistGenre.genre_slug) == genre
    )
    return or_(genre.is_(None), played.correlate_except(ArtistGenre).exists())

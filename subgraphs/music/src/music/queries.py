"""The statements of the music service; each answers for many keys at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, String, Uuid, func, or_, select, true, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import col

from kit.connections import Cursors, Page, Slice
from kit.database import Database
from kit.pages import LIMIT, after, is_key, page_parameters, parents, slices
from kit.rows import keyed_rows_of, rows_of
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

_ARTISTS_BY_ID = select(Artist).where(is_key(col(Artist.id)))
_ARTISTS_BY_SLUG = select(Artist).where(is_key(col(Artist.slug)))
_ARTISTS_BY_TRACK = (
    select(col(TrackArtist.track_id), Artist)
    .join(Artist, col(Artist.id) == TrackArtist.artist_id)
    .where(is_key(col(TrackArtist.track_id)))
    .order_by(col(TrackArtist.place))
)
_ALL_GENRES = select(Genre).order_by(col(Genre.place))
_GENRES_BY_ARTIST = (
    select(col(ArtistGenre.artist_id), Genre)
    .join(Genre, col(Genre.slug) == ArtistGenre.genre_slug)
    .where(is_key(col(ArtistGenre.artist_id)))
    .order_by(col(ArtistGenre.place))
)
_ALBUMS_BY_ID = select(Album).where(is_key(col(Album.id)))
_ALBUM_COUNTS_BY_ARTIST = (
    select(col(Album.artist_id), func.count())
    .where(is_key(col(Album.artist_id)))
    .group_by(col(Album.artist_id))
)
_TRACKS_BY_ID = select(Track).where(is_key(col(Track.id)))
_TRACKS_BY_ALBUM = select(Track).where(is_key(col(Track.album_id))).order_by(col(Track.number))
_TRACK_COUNTS_BY_ARTIST = (
    select(col(TrackArtist.artist_id), func.count())
    .where(is_key(col(TrackArtist.artist_id)))
    .group_by(col(TrackArtist.artist_id))
)


async def artists_by_id(database: Database, ids: Sequence[UUID]) -> Mapping[UUID, Artist]:
    """Return the artists that exist, by id."""
    rows = rows_of(Artist, await database.rows(_ARTISTS_BY_ID, {"keys": ids}))
    return {row.id: row for row in rows}


async def artists_by_slug(database: Database, slugs: Sequence[str]) -> Mapping[str, Artist]:
    """Return the artists that exist, by slug."""
    rows = rows_of(Artist, await database.rows(_ARTISTS_BY_SLUG, {"keys": slugs}))
    return {row.slug: row for row in rows}


async def artists_by_track(
    database: Database, track_ids: Sequence[UUID]
) -> Mapping[UUID, list[Artist]]:
    """Return who plays on each track, the main artist first."""
    rows = await database.rows(_ARTISTS_BY_TRACK, {"keys": track_ids})
    found: defaultdict[UUID, list[Artist]] = defaultdict(list)
    for track_id, artist in keyed_rows_of(Artist, rows):
        found[track_id].append(artist)
    return found


async def artists_by_genre(
    database: Database, genres: Sequence[str | None], page: Page
) -> Mapping[str | None, Slice[Artist]]:
    """Return a page of the artists who play each genre, or of all for None, by name."""
    place = ARTIST_CURSORS.read(page.after)
    rows = await database.rows(
        _artists_by_genre(place is not None), page_parameters(genres, page, place)
    )
    return slices(
        page,
        (
            (key, ARTIST_CURSORS.write(ArtistPlace(row.name, row.id)), row)
            for key, row in keyed_rows_of(Artist, rows)
        ),
    )


async def artist_counts_by_genre(
    database: Database, genres: Sequence[str | None]
) -> Mapping[str | None, int]:
    """Return how many artists play each genre, or there are for None."""
    rows = await database.rows(_artist_counts_by_genre(), {"keys": genres})
    return dict(rows)


async def all_genres(database: Database) -> Sequence[Genre]:
    """Return all genres in their order."""
    return rows_of(Genre, await database.rows(_ALL_GENRES))


async def genres_by_artist(
    database: Database, artist_ids: Sequence[UUID]
) -> Mapping[UUID, list[Genre]]:
    """Return what each artist plays, the main genre first."""
    rows = await database.rows(_GENRES_BY_ARTIST, {"keys": artist_ids})
    found: defaultdict[UUID, list[Genre]] = defaultdict(list)
    for artist_id, genre in keyed_rows_of(Genre, rows):
        found[artist_id].append(genre)
    return found


async def albums_by_id(database: Database, ids: Sequence[UUID]) -> Mapping[UUID, Album]:
    """Return the albums that exist, by id."""
    rows = rows_of(Album, await database.rows(_ALBUMS_BY_ID, {"keys": ids}))
    return {row.id: row for row in rows}


async def albums_by_artist(
    database: Database, artist_ids: Sequence[UUID], page: Page
) -> Mapping[UUID, Slice[Album]]:
    """Return a page of each artist's albums, the newest first."""
    place = ALBUM_CURSORS.read(page.after)
    rows = await database.rows(
        _albums_by_artist(place is not None), page_parameters(artist_ids, page, place)
    )
    return slices(
        page,
        (
            (key, ALBUM_CURSORS.write(AlbumPlace(row.released_on, row.id)), row)
            for key, row in keyed_rows_of(Album, rows)
        ),
    )


async def album_counts_by_artist(
    database: Database, artist_ids: Sequence[UUID]
) -> Mapping[UUID, int]:
    """Return how many albums each artist has; one without any is left out."""
    rows = await database.rows(_ALBUM_COUNTS_BY_ARTIST, {"keys": artist_ids})
    return dict(rows)


async def tracks_by_id(database: Database, ids: Sequence[UUID]) -> Mapping[UUID, Track]:
    """Return the tracks that exist, by id."""
    rows = rows_of(Track, await database.rows(_TRACKS_BY_ID, {"keys": ids}))
    return {row.id: row for row in rows}


async def tracks_by_album(
    database: Database, album_ids: Sequence[UUID]
) -> Mapping[UUID, list[Track]]:
    """Return all tracks of each album, in order."""
    rows = rows_of(Track, await database.rows(_TRACKS_BY_ALBUM, {"keys": album_ids}))
    found: defaultdict[UUID, list[Track]] = defaultdict(list)
    for row in rows:
        found[row.album_id].append(row)
    return found


async def tracks_by_artist(
    database: Database, artist_ids: Sequence[UUID], page: Page
) -> Mapping[UUID, Slice[Track]]:
    """Return a page of the tracks each artist plays on: newest album first, then in its order."""
    place = TRACK_CURSORS.read(page.after)
    rows = await database.rows(
        _tracks_by_artist(place is not None), page_parameters(artist_ids, page, place)
    )
    return slices(
        page,
        ((row.key, TRACK_CURSORS.write(_track_place(row)), cast("Track", row)) for row in rows),
    )


async def track_counts_by_artist(
    database: Database, artist_ids: Sequence[UUID]
) -> Mapping[UUID, int]:
    """Return how many tracks each artist plays on; one without any is left out."""
    rows = await database.rows(_TRACK_COUNTS_BY_ARTIST, {"keys": artist_ids})
    return dict(rows)


def _track_place(row: Row[*tuple[Any, ...]]) -> TrackPlace:
    return TrackPlace(row.released_on, row.album_id, row.number)


@cache
def _artists_by_genre(is_continued: bool) -> Select[str | None, Artist]:  # noqa: FBT001
    genre = parents(String())
    order = (col(Artist.name), col(Artist.id))
    found = select(Artist).where(_plays(genre.c.key)).order_by(*order)
    if is_continued:
        found = found.where(tuple_(*order) > tuple_(*after(*order)))
    found = found.limit(LIMIT).lateral()
    artist = aliased(Artist, found)
    return (
        select(genre.c.key, artist).join(found, true()).order_by(col(artist.name), col(artist.id))
    )


@cache
def _artist_counts_by_genre() -> Select[str | None, int]:
    genre = parents(String())
    count = select(func.count()).select_from(Artist).where(_plays(genre.c.key)).scalar_subquery()
    return select(genre.c.key, count)


@cache
def _albums_by_artist(is_continued: bool) -> Select[UUID, Album]:  # noqa: FBT001
    artist = parents(Uuid())
    order = (col(Album.released_on), col(Album.id))
    newest_first = [each.desc() for each in order]
    found = select(Album).where(col(Album.artist_id) == artist.c.key).order_by(*newest_first)
    if is_continued:
        found = found.where(tuple_(*order) < tuple_(*after(*order)))
    found = found.limit(LIMIT).lateral()
    album = aliased(Album, found)
    return (
        select(artist.c.key, album)
        .join(found, true())
        .order_by(col(album.released_on).desc(), col(album.id).desc())
    )


@cache
def _tracks_by_artist(is_continued: bool) -> Select[UUID, Track, date]:  # noqa: FBT001
    artist = parents(Uuid())
    found = (
        select(Track, col(Album.released_on))
        .join(TrackArtist, col(TrackArtist.track_id) == Track.id)
        .join(Album, col(Album.id) == Track.album_id)
        .where(col(TrackArtist.artist_id) == artist.c.key)
    )
    order = (col(Album.released_on), col(Track.album_id), col(Track.number))
    if is_continued:
        # Negated, so that all three parts fall and one comparison of rows says it.
        released_on, album_id, number = after(*order)
        found = found.where(tuple_(*order[:2], -order[2]) < tuple_(released_on, album_id, -number))
    found = found.order_by(order[0].desc(), order[1].desc(), order[2]).limit(LIMIT).lateral()
    track = aliased(Track, found)
    return (
        select(artist.c.key, track, found.c.released_on)
        .join(found, true())
        .order_by(found.c.released_on.desc(), col(track.album_id).desc(), col(track.number))
    )


def _plays(genre: ColumnElement[str | None]) -> ColumnElement[bool]:
    """Return that an artist plays `genre`, which everybody does when it is null."""
    played = select(ArtistGenre).where(
        col(ArtistGenre.artist_id) == Artist.id, col(ArtistGenre.genre_slug) == genre
    )
    return or_(genre.is_(None), played.correlate_except(ArtistGenre).exists())

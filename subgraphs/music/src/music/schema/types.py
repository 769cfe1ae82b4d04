"""The types of the music graph."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Self, TypeVar
from uuid import UUID

import strawberry
from strawberry import UNSET

from kit.connections import After, Connection, First, Page
from kit.context import Context
from kit.nodes import ELSEWHERE, Node
from music import tables
from music.loaders import Loaders

Info = strawberry.Info[Context[Loaders], None]
Row = TypeVar("Row")

strawberry.enum(tables.AlbumKind, description="What a release is.")


@strawberry.type(description="A kind of music.")
class Genre:
    """A kind of music."""

    slug: str = strawberry.field(description="The name in addresses.")
    name: str = strawberry.field(description="The name that people read.")

    @classmethod
    def from_row(cls, row: tables.Genre) -> Self:
        """Return the genre in `row`."""
        return cls(slug=row.slug, name=row.name)


@strawberry.federation.type(keys=["id"], description="A musician or a band.")
class Artist(Node):
    """A musician or a band."""

    slug: str = strawberry.field(description="The name in addresses; keeps Hangul.")
    name: str = strawberry.field(description="The name that people read.")
    bio: str = strawberry.field(description="Who they are, in their own words.")
    district: str | None = strawberry.field(description="Where they play from.")

    @classmethod
    def from_row(cls, row: tables.Artist) -> Self:
        """Return the artist in `row`."""
        return cls(key=row.id, slug=row.slug, name=row.name, bio=row.bio, district=row.district)

    @classmethod
    async def resolve_reference(cls, info: Info, id: str) -> Self | None:  # noqa: A002
        """Return the artist another subgraph refers to, or nothing if it is gone."""
        key = cls.key_in(id)
        row = None if key is None else await info.context.loaders.artist_by_id.load(key)
        return None if row is None else cls.from_row(row)

    @strawberry.field(description="What they play, the main genre first.")
    async def genres(self, info: Info) -> list[Genre]:
        """Return what they play."""
        rows = await info.context.loaders.genres_by_artist.load(self.key)
        return [Genre.from_row(row) for row in rows]

    @strawberry.field(description="Their releases, the newest first.")
    async def albums(
        self, info: Info, first: First = 20, after: After = UNSET
    ) -> Connection[Album]:
        """Return a page of their releases."""
        loaders, page = info.context.loaders, Page(first, after or None)
        rows = await loaders.albums_by_artist.load((self.key, page))
        count = partial(loaders.album_count_by_artist.load, self.key)
        return Connection[Album].of(page, rows, Album.from_row, count)

    @strawberry.field(description="Their tracks, the newest release first, then in its order.")
    async def tracks(
        self, info: Info, first: First = 20, after: After = UNSET
    ) -> Connection[Track]:
        """Return a page of the tracks they play on."""
        loaders, page = info.context.loaders, Page(first, after or None)
        rows = await loaders.tracks_by_artist.load((self.key, page))
        count = partial(loaders.track_count_by_artist.load, self.key)
        return Connection[Track].of(page, rows, Track.from_row, count)


@strawberry.federation.type(keys=["id"], description="A release of an artist.")
class Album(Node):
    """A release of an artist."""

    title: str = strawberry.field(description="The title.")
    kind: tables.AlbumKind = strawberry.field(description="What it is.")
    released_on: date = strawberry.field(description="The day it came out.")
    artist_key: strawberry.Private[UUID]

    @classmethod
    def from_row(cls, row: tables.Album) -> Self:
        """Return the album in `row`."""
        return cls(
            key=row.id,
            title=row.title,
            kind=row.kind,
            released_on=row.released_on,
            artist_key=row.artist_id,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: str) -> Self | None:  # noqa: A002
        """Return the album another subgraph refers to, or nothing if it is gone."""
        key = cls.key_in(id)
        row = None if key is None else await info.context.loaders.album_by_id.load(key)
        return None if row is None else cls.from_row(row)

    @strawberry.field(description="Whose release it is.")
    async def artist(self, info: Info) -> Artist:
        """Return whose release it is."""
        return Artist.from_row(
            _existing(await info.context.loaders.artist_by_id.load(self.artist_key))
        )

    @strawberry.field(description="All its tracks, in order.")
    async def tracks(self, info: Info) -> list[Track]:
        """Return all its tracks."""
        rows = await info.context.loaders.tracks_by_album.load(self.key)
        return [Track.from_row(row) for row in rows]


@strawberry.federation.type(keys=["id"], description="A track of a release.")
class Track(Node):
    """A track of a release."""

    title: str = strawberry.field(description="The title.")
    number: int = strawberry.field(description="Its place in the release, from 1.")
    duration_ms: int = strawberry.field(description="How long it lasts, in milliseconds.")
    album_key: strawberry.Private[UUID]

    @classmethod
    def from_row(cls, row: tables.Track) -> Self:
        """Return the track in `row`."""
        return cls(
            key=row.id,
            title=row.title,
            number=row.number,
            duration_ms=row.duration_ms,
            album_key=row.album_id,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: str) -> Self | None:  # noqa: A002
        """Return the track another subgraph refers to, or nothing if it is gone."""
        key = cls.key_in(id)
        row = None if key is None else await info.context.loaders.track_by_id.load(key)
        return None if row is None else cls.from_row(row)

    @strawberry.field(description="The release it is on.")
    async def album(self, info: Info) -> Album:
        """Return the release it is on."""
        return Album.from_row(
            _existing(await info.context.loaders.album_by_id.load(self.album_key))
        )

    @strawberry.field(description="Who plays on it, the main artist first.")
    async def artists(self, info: Info) -> list[Artist]:
        """Return who plays on it."""
        rows = await info.context.loaders.artists_by_track.load(self.key)
        return [Artist.from_row(row) for row in rows]


@strawberry.federation.type(keys=ELSEWHERE, description="Somebody with an account.")
class User(Node):
    """Somebody with an account; their fields live in accounts."""


@strawberry.federation.type(keys=ELSEWHERE, description="What a fan wrote to an artist.")
class Comment(Node):
    """What a fan wrote to an artist; its fields live in community."""


def _existing(row: Row | None) -> Row:
    """Return the row that a foreign key promises; raise if it was deleted since that was read."""
    if row is None:
        raise LookupError("deleted while the request ran")
    return row

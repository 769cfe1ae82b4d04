"""What clients can ask the music graph."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from kit.connections import After, Connection, First, Page
from kit.nodes import Node, parse_id
from music.schema.types import Album, Artist, Comment, Genre, Info, Track, User


@strawberry.type(description="What the graph can be asked.")
class Query:
    """What the graph can be asked."""

    @strawberry.field(description="The object with this id, of any type; null when there is none.")
    async def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Its id.")],  # noqa: A002
    ) -> Node | None:
        """Return the object with this id; one of another service only as its id."""
        match parse_id(id):
            case ("Artist", _):
                return await Artist.resolve_reference(info, id)
            case ("Album", _):
                return await Album.resolve_reference(info, id)
            case ("Track", _):
                return await Track.resolve_reference(info, id)
            case ("User", key):
                return User(key=key)
            case ("Comment", key):
                return Comment(key=key)
            case _:
                return None

    @strawberry.field(description="All artists, by name.")
    async def artists(
        self,
        info: Info,
        first: First = 24,
        after: After = UNSET,
        genre: Annotated[
            str | None, strawberry.argument(description="The slug of a genre they play.")
        ] = UNSET,
    ) -> Connection[Artist]:
        """Return a page of the artists, all or of one genre."""
        loaders, page = info.context.loaders, Page(first, after or None)
        rows = await loaders.artists_by_genre.load((genre or None, page))

        async def count() -> int:
            return await loaders.artist_count_by_genre.load(genre or None)

        return Connection[Artist].of(page, rows, Artist.from_row, count)

    @strawberry.field(description="The artist with this slug.")
    async def artist(
        self,
        info: Info,
        slug: Annotated[str, strawberry.argument(description="As in the artist's address.")],
    ) -> Artist | None:
        """Return the artist with this slug."""
        row = await info.context.loaders.artist_by_slug.load(slug)
        return None if row is None else Artist.from_row(row)

    @strawberry.field(description="The release with this id.")
    async def album(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Its id.")],  # noqa: A002
    ) -> Album | None:
        """Return the release with this id."""
        return await Album.resolve_reference(info, id)

    @strawberry.field(description="All kinds of music.")
    async def genres(self, info: Info) -> list[Genre]:
        """Return all kinds of music."""
        return [Genre.from_row(row) for row in await info.context.loaders.genres()]

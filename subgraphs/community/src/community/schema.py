"""The community graph: comments, and how they are written."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Self
from uuid import uuid4

import strawberry
from strawberry import UNSET

from community import queries, tables
from community.loaders import Loaders
from community.rules import Refusal, draft_comment
from kit.connections import After, Connection, Edge, First, Page
from kit.context import Context
from kit.nodes import ELSEWHERE, Node
from kit.schema import Schema

Info = strawberry.Info[Context[Loaders], None]


@strawberry.federation.type(keys=ELSEWHERE, description="Somebody with an account.")
class User(Node):
    """Somebody with an account; their fields live in accounts."""


@strawberry.federation.type(keys=["id"], description="A musician or a band.")
class Artist(Node):
    """A musician or a band; only what fans say of them lives here."""

    @classmethod
    def resolve_reference(cls, id: str) -> Self | None:  # noqa: A002
        """Return the artist another subgraph refers to; that it exists is that one's word."""
        return cls.stub(id)

    @strawberry.field(description="What fans wrote to them, the newest first.")
    async def comments(
        self, info: Info, first: First = 10, after: After = UNSET
    ) -> Connection[Comment] | None:
        """Return a page of what fans wrote to them."""
        loaders, page = info.context.loaders, Page(first, after or None)
        rows = await loaders.comments_by_artist.load((self.key, page))
        count = partial(loaders.comment_count_by_artist.load, self.key)
        return Connection[Comment].of(page, rows, Comment.from_row, count)


@strawberry.federation.type(keys=["id"], description="What a fan wrote to an artist.")
class Comment(Node):
    """What a fan wrote to an artist."""

    body: str = strawberry.field(description="The text.")
    created_at: datetime = strawberry.field(description="When it was written.")
    author: User | None = strawberry.field(description="Who wrote it; null when they have left.")
    artist: Artist = strawberry.field(description="To whom it was written.")

    @classmethod
    def from_row(cls, row: tables.Comment) -> Self:
        """Return the comment in `row`."""
        return cls(
            key=row.id,
            body=row.body,
            created_at=row.created_at,
            author=User(key=row.author_id),
            artist=Artist(key=row.artist_id),
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: str) -> Self | None:  # noqa: A002
        """Return the comment another subgraph refers to, or nothing if it is gone."""
        key = cls.key_in(id)
        row = None if key is None else await info.context.loaders.comment_by_id.load(key)
        return None if row is None else cls.from_row(row)


@strawberry.input(description="A comment to write.")
class CreateCommentInput:
    """A comment to write."""

    artist_id: strawberry.ID = strawberry.field(description="To whom.")
    body: str = strawberry.field(description="The text, 1 to 1000 characters without its margins.")


@strawberry.type(description="The comment is written.")
class CreateCommentSuccess:
    """The comment is written."""

    comment_edge: Edge[Comment] = strawberry.field(
        description="The comment, with its place in the artist's comments."
    )
    artist: Artist = strawberry.field(description="To whom it was written.")


@strawberry.type(description="Only who has signed in may do this.")
class NotSignedIn:
    """Only who has signed in may do this."""

    message: str = strawberry.field(description="What to do.")


@strawberry.type(description="The comment is refused.")
class InvalidComment:
    """The comment is refused."""

    field: str = strawberry.field(description="The field of the input that is wrong.")
    message: str = strawberry.field(description="What is wrong with it.")


CreateCommentResult = Annotated[
    CreateCommentSuccess | NotSignedIn | InvalidComment,
    strawberry.union("CreateCommentResult", description="What became of a comment."),
]


@strawberry.type(description="What the graph can be told to do.")
class Mutation:
    """What the graph can be told to do."""

    @strawberry.mutation(description="Write a comment to an artist.")
    async def create_comment(
        self,
        info: Info,
        input: Annotated[  # noqa: A002
            CreateCommentInput, strawberry.argument(description="The comment.")
        ],
    ) -> CreateCommentResult:
        """Write the viewer's comment."""
        viewer = info.context.viewer
        if viewer is None:
            return NotSignedIn(message="sign in to write a comment")
        draft = draft_comment(input.artist_id, input.body)
        if isinstance(draft, Refusal):
            return InvalidComment(field=draft.field, message=draft.message)
        row = tables.Comment(
            id=uuid4(),
            artist_id=draft.artist_id,
            author_id=viewer.id,
            body=draft.body,
            created_at=datetime.now(UTC),
        )
        async with info.context.database.write() as session:
            await queries.insert_comment(session, row)
        # What this request has read before is out of date now.
        info.context.loaders = Loaders(info.context.database)
        comment = Comment.from_row(row)
        return CreateCommentSuccess(
            comment_edge=Edge(cursor=queries.comment_cursor(row), node=comment),
            artist=comment.artist,
        )


# Nothing to query at the root: this service is reached through its entities.
schema = Schema(mutation=Mutation, types=[Artist, Comment, User])

"""The statements of the community service; each answers for many keys at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Uuid, func, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from community.tables import Comment
from kit.connections import Cursors, Page, Slice
from kit.pages import parents, slices


class CommentPlace(NamedTuple):
    """Where a comment stands among its artist's: the newest first."""

    created_at: datetime
    id: UUID


_CURSORS = Cursors(CommentPlace)


def comment_cursor(comment: Comment) -> str:
    """Return the cursor of a comment among its artist's."""
    return _CURSORS.write(CommentPlace(comment.created_at, comment.id))


async def comments_by_id(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, Comment]:
    """Return the comments that exist, by id."""
    rows = await session.scalars(select(Comment).where(col(Comment.id).in_(ids)))
    return {row.id: row for row in rows}


async def comments_by_artist(
    session: AsyncSession, artist_ids: Sequence[UUID], page: Page
) -> Mapping[UUID, Slice[Comment]]:
    """Return a page of each artist's comments, the newest first."""
    artist = parents(artist_ids, Uuid())
    found = select(Comment).where(col(Comment.artist_id) == artist.c.key)
    if after := _CURSORS.read(page.after):
        found = found.where(tuple_(Comment.created_at, Comment.id) < after)
    newest_first = (col(Comment.created_at).desc(), col(Comment.id).desc())
    found = found.order_by(*newest_first).limit(page.first + 1).lateral()
    comment = aliased(Comment, found)
    rows = await session.execute(
        select(artist.c.key, comment)
        .join(found, true())
        .order_by(col(comment.created_at).desc(), col(comment.id).desc())
    )
    return slices(page, ((key, comment_cursor(row), row) for key, row in rows))


async def comment_counts_by_artist(
    session: AsyncSession, artist_ids: Sequence[UUID]
) -> Mapping[UUID, int]:
    """Return how many comments each artist has; one without any is left out."""
    rows = await session.execute(
        select(col(Comment.artist_id), func.count())
        .where(col(Comment.artist_id).in_(artist_ids))
        .group_by(col(Comment.artist_id))
    )
    return dict(rows.all())


async def insert_comment(session: AsyncSession, comment: Comment) -> None:
    """Keep a new comment."""
    async with session.begin():
        session.add(comment)

"""The statements of the community service; each answers for many keys at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, Uuid, func, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from community.tables import Comment
from kit.connections import Cursors, Page, Slice
from kit.database import Database
from kit.pages import LIMIT, after, is_key, page_parameters, parents, slices
from kit.rows import keyed_rows_of, rows_of


class CommentPlace(NamedTuple):
    """Where a comment stands among its artist's: the newest first."""

    created_at: datetime
    id: UUID


_CURSORS = Cursors(CommentPlace)

_COMMENTS_BY_ID = select(Comment).where(is_key(col(Comment.id)))
_COMMENT_COUNTS_BY_ARTIST = (
    select(col(Comment.artist_id), func.count())
    .where(is_key(col(Comment.artist_id)))
    .group_by(col(Comment.artist_id))
)


@cache
def _comments_by_artist(is_continued: bool) -> Select[UUID, Comment]:  # noqa: FBT001 (no keywords in a cache)
    artist = parents(Uuid())
    order = (col(Comment.created_at), col(Comment.id))
    newest_first = [each.desc() for each in order]
    found = select(Comment).where(col(Comment.artist_id) == artist.c.key).order_by(*newest_first)
    if is_continued:
        found = found.where(tuple_(*order) < tuple_(*after(*order)))
    found = found.limit(LIMIT).lateral()
    comment = aliased(Comment, found)
    return (
        select(artist.c.key, comment)
        .join(found, true())
        .order_by(col(comment.created_at).desc(), col(comment.id).desc())
    )


def comment_cursor(comment: Comment) -> str:
    """Return the cursor of a comment among its artist's."""
    return _CURSORS.write(CommentPlace(comment.created_at, comment.id))


async def comments_by_id(database: Database, ids: Sequence[UUID]) -> Mapping[UUID, Comment]:
    """Return the comments that exist, by id."""
    rows = rows_of(Comment, await database.rows(_COMMENTS_BY_ID, {"keys": ids}))
    return {row.id: row for row in rows}


async def comments_by_artist(
    database: Database, artist_ids: Sequence[UUID], page: Page
) -> Mapping[UUID, Slice[Comment]]:
    """Return a page of each artist's comments, the newest first."""
    place = _CURSORS.read(page.after)
    rows = await database.rows(
        _comments_by_artist(place is not None), page_parameters(artist_ids, page, place)
    )
    found = keyed_rows_of(Comment, rows)
    return slices(page, ((key, comment_cursor(row), row) for key, row in found))


async def comment_counts_by_artist(
    database: Database, artist_ids: Sequence[UUID]
) -> Mapping[UUID, int]:
    """Return how many comments each artist has; one without any is left out."""
    rows = await database.rows(_COMMENT_COUNTS_BY_ARTIST, {"keys": artist_ids})
    return dict(rows)


async def insert_comment(session: AsyncSession, comment: Comment) -> None:
    """Keep a new comment."""
    async with session.begin():
        session.add(comment)

"""The statements of the accounts service; each answers for many keys at once."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from accounts.tables import User


async def users_by_id(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, User]:
    """Return the users that exist, by id."""
    rows = await session.scalars(select(User).where(col(User.id).in_(ids)))
    return {row.id: row for row in rows}


async def users_by_email(session: AsyncSession, emails: Sequence[str]) -> Mapping[str, User]:
    """Return the users that exist, by address."""
    rows = await session.scalars(select(User).where(col(User.email).in_(emails)))
    return {row.email: row for row in rows}

"""The statements of the accounts service; each answers for many keys at once."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from accounts.tables import User
from kit.database import Database
from kit.pages import is_key
from kit.rows import rows_of

_USERS_BY_ID = select(User).where(is_key(col(User.id)))
_USERS_BY_EMAIL = select(User).where(is_key(col(User.email)))


async def users_by_id(database: Database, ids: Sequence[UUID]) -> Mapping[UUID, User]:
    """Return the users that exist, by id."""
    rows = rows_of(User, await database.rows(_USERS_BY_ID, {"keys": ids}))
    return {row.id: row for row in rows}


async def users_by_email(database: Database, emails: Sequence[str]) -> Mapping[str, User]:
    """Return the users that exist, by address."""
    rows = rows_of(User, await database.rows(_USERS_BY_EMAIL, {"keys": emails}))
    return {row.email: row for row in rows}

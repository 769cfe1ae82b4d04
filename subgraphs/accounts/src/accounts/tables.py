"""The tables of the accounts service."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, MetaData, String
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from kit.tables import NAMING_CONVENTION

metadata = MetaData(naming_convention=NAMING_CONVENTION)


class Role(StrEnum):
    """What a user may be to the platform."""

    FAN = "FAN"
    ARTIST = "ARTIST"
    MODERATOR = "MODERATOR"
    OPERATOR = "OPERATOR"


class Table(SQLModel, registry=registry(metadata=metadata)):
    """A table of this service and of no other."""


class User(Table, table=True):
    """Somebody with an account; without a password nobody can sign in to it."""

    # Not `user`, which PostgreSQL would want quoted everywhere.
    __tablename__ = "account"  # pyright: ignore[reportAssignmentType]

    id: UUID = Field(primary_key=True)
    email: str = Field(unique=True)
    display_name: str
    joined_at: datetime = Field(sa_type=DateTime(timezone=True))
    roles: list[Role] = Field(sa_type=ARRAY(String(16)))
    password_hash: str | None = None

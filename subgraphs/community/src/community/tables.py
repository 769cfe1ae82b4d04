"""The tables of the community service."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Index, MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from kit.tables import NAMING_CONVENTION

metadata = MetaData(naming_convention=NAMING_CONVENTION)


class Table(SQLModel, registry=registry(metadata=metadata)):
    """A table of this service and of no other."""


class Comment(Table, table=True):
    """What a fan wrote to an artist. Artists and authors live in other services."""

    id: UUID = Field(primary_key=True)
    artist_id: UUID
    author_id: UUID
    body: str
    created_at: datetime = Field(sa_type=DateTime(timezone=True))

    __table_args__ = (Index("ix_comment_artist", "artist_id", "created_at", "id"),)

"""The tables of the music service."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Enum as EnumColumn
from sqlalchemy import Index, MetaData, String, UniqueConstraint
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from kit.tables import NAMING_CONVENTION

metadata = MetaData(naming_convention=NAMING_CONVENTION)


class AlbumKind(StrEnum):
    """What a release is."""

    ALBUM = "ALBUM"
    EP = "EP"
    SINGLE = "SINGLE"


# Text with a check: unlike PostgreSQL's own enum, a migration can drop a value from it.
ALBUM_KIND = EnumColumn(AlbumKind, native_enum=False, create_constraint=True, name="album_kind")


class Table(SQLModel, registry=registry(metadata=metadata)):
    """A table of this service and of no other."""


class Genre(Table, table=True):
    """A kind of music."""

    slug: str = Field(primary_key=True)
    name: str
    place: int = Field(unique=True)


class Artist(Table, table=True):
    """A musician or a band."""

    id: UUID = Field(primary_key=True)
    slug: str = Field(unique=True)
    # By code point: the same order on every machine, whatever its locales.
    name: str = Field(sa_type=String(collation="C"))
    bio: str
    district: str | None = None

    __table_args__ = (Index("ix_artist_name_id", "name", "id"),)


class ArtistGenre(Table, table=True):
    """That an artist plays a genre, the main one first."""

    __tablename__ = "artist_genre"  # pyright: ignore[reportAssignmentType]

    artist_id: UUID = Field(primary_key=True, foreign_key="artist.id", ondelete="CASCADE")
    genre_slug: str = Field(primary_key=True, foreign_key="genre.slug", index=True)
    place: int


class Album(Table, table=True):
    """A release of an artist."""

    id: UUID = Field(primary_key=True)
    artist_id: UUID = Field(foreign_key="artist.id", ondelete="CASCADE")
    title: str
    kind: AlbumKind = Field(
        sa_type=EnumColumn(AlbumKind, native_enum=False, create_constraint=True, name="kind")
    )
    released_on: date

    __table_args__ = (Index("ix_album_artist", "artist_id", "released_on", "id"),)


class Track(Table, table=True):
    """A track of an album."""

    id: UUID = Field(primary_key=True)
    album_id: UUID = Field(foreign_key="album.id", ondelete="CASCADE")
    title: str
    number: int
    duration_ms: int

    __table_args__ = (UniqueConstraint("album_id", "number"),)


class TrackArtist(Table, table=True):
    """That an artist plays on a track, the main one first."""

    __tablename__ = "track_artist"  # pyright: ignore[reportAssignmentType]

    track_id: UUID = Field(primary_key=True, foreign_key="track.id", ondelete="CASCADE")
    artist_id: UUID = Field(
        primary_key=True, foreign_key="artist.id", ondelete="CASCADE", index=True
    )
    place: int

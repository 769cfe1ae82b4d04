"""Artists, their genres, albums and tracks."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "genre",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name="pk_genre"),
        sa.UniqueConstraint("place", name="uq_genre_place"),
    )
    op.create_table(
        "artist",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(collation="C"), nullable=False),
        sa.Column("bio", sa.String(), nullable=False),
        sa.Column("district", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_artist"),
        sa.UniqueConstraint("slug", name="uq_artist_slug"),
    )
    op.create_index("ix_artist_name_id", "artist", ["name", "id"])
    op.create_table(
        "artist_genre",
        sa.Column("artist_id", sa.Uuid(), nullable=False),
        sa.Column("genre_slug", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("artist_id", "genre_slug", name="pk_artist_genre"),
        _reference("artist_genre", "artist_id", "artist.id", ondelete="CASCADE"),
        _reference("artist_genre", "genre_slug", "genre.slug"),
    )
    op.create_index("ix_artist_genre_genre_slug", "artist_genre", ["genre_slug"])
    op.create_table(
        "album",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("artist_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("kind", sa.String(6), nullable=False),
        sa.Column("released_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_album"),
        sa.CheckConstraint("kind IN ('ALBUM', 'EP', 'SINGLE')", name="ck_album_album_kind"),
        _reference("album", "artist_id", "artist.id", ondelete="CASCADE"),
    )
    op.create_index("ix_album_artist", "album", ["artist_id", "released_on", "id"])
    op.create_table(
        "track",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("album_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_track"),
        sa.UniqueConstraint("album_id", "number", name="uq_track_album_id_number"),
        _reference("track", "album_id", "album.id", ondelete="CASCADE"),
    )
    op.create_table(
        "track_artist",
        sa.Column("track_id", sa.Uuid(), nullable=False),
        sa.Column("artist_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("track_id", "artist_id", name="pk_track_artist"),
        _reference("track_artist", "track_id", "track.id", ondelete="CASCADE"),
        _reference("track_artist", "artist_id", "artist.id", ondelete="CASCADE"),
    )
    op.create_index("ix_track_artist_artist_id", "track_artist", ["artist_id"])


def downgrade() -> None:
    """Drop the tables."""
    for table in ("track_artist", "track", "album", "artist_genre", "artist", "genre"):
        op.drop_table(table)


def _reference(
    table: str, column: str, target: str, *, ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{target.partition('.')[0]}"
    return sa.ForeignKeyConstraint([column], [target], name=name, ondelete=ondelete)

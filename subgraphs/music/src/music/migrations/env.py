"""What Alembic runs to migrate the music database."""

from kit.migrations import run_migrations
from music.tables import metadata

run_migrations(metadata)

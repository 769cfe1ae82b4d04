"""What Alembic runs to migrate the community database."""

from community.tables import metadata
from kit.migrations import run_migrations

run_migrations(metadata)

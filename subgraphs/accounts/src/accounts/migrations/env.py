"""What Alembic runs to migrate the accounts database."""

from accounts.tables import metadata
from kit.migrations import run_migrations

run_migrations(metadata)

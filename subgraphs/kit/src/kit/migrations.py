"""The history of a database: applied at start, by whichever replica comes first."""

import asyncio
from threading import Lock

from alembic import command, context
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, MetaData, NullPool, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from kit.errors import MigrationError

NEWEST = "head"

# Any number, the same in every service: PostgreSQL keeps these locks per database.
_SETUP_LOCK = 0x57494E47

# Alembic keeps the migration in progress in module globals, and one process may run all services.
_alembic_in_use = Lock()


async def upgrade(database_url: str, package: str) -> None:
    """Bring the database up to the newest migration of `package`, or raise `MigrationError`."""
    await asyncio.to_thread(_migrate, database_url, package, NEWEST, downgrade=False)


async def downgrade(database_url: str, package: str, revision: str) -> None:
    """Take the database back to a revision, or to `base`; raise `MigrationError` if unknown."""
    await asyncio.to_thread(_migrate, database_url, package, revision, downgrade=True)


async def lock_setup(connection: AsyncConnection) -> None:
    """Wait until no other replica sets this database up; it holds until the transaction ends."""
    await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SETUP_LOCK})


def run_migrations(metadata: MetaData) -> None:
    """Run the migrations that Alembic asks for: the body of every service's `env.py`."""
    context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()


def _migrate(database_url: str, package: str, revision: str, *, downgrade: bool) -> None:
    with _alembic_in_use:
        asyncio.run(_migrate_alone(database_url, package, revision, downgrade=downgrade))


async def _migrate_alone(
    database_url: str, package: str, revision: str, *, downgrade: bool
) -> None:
    config = Config()
    config.set_main_option("script_location", f"{package}:migrations")
    config.set_main_option("path_separator", "os")

    def migrate(connection: Connection) -> None:
        config.attributes["connection"] = connection
        try:
            (command.downgrade if downgrade else command.upgrade)(config, revision)
        except CommandError as error:
            raise MigrationError(package, str(error).rstrip(".")) from error

    engine = create_async_engine(database_url, poolclass=NullPool)
    async with engine.begin() as connection:
        await lock_setup(connection)
        await connection.run_sync(migrate)

"""The database of a service: its engine and its sessions."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from kit.errors import DatabaseError
from kit.settings import ServiceSettings

CONNECT_SECONDS = 5
DEFAULT_PORT = 5432

# What a database that cannot be reached, or refuses us, makes the driver raise; the last is how it
# takes an option in the address that it does not know.
DATABASE_ERRORS = (OSError, TimeoutError, DBAPIError, TypeError)


class Database:
    """The database of one service, while it runs."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._reader = engine.execution_options(isolation_level="AUTOCOMMIT")

    def read(self) -> AsyncSession:
        """Return a session without a transaction: each statement is one round trip."""
        return AsyncSession(self._reader)

    def write(self) -> AsyncSession:
        """Return a session whose `begin` is a transaction; its rows outlive it."""
        return AsyncSession(self.engine, expire_on_commit=False)

    async def ping(self) -> None:
        """Return when the database answers; raise one of `DATABASE_ERRORS` when it does not."""
        async with self.read() as session:
            await session.execute(text("SELECT 1"))


@asynccontextmanager
async def open_database(settings: ServiceSettings) -> AsyncGenerator[Database]:
    """Provide the database of `settings`, or raise `DatabaseError` when it does not answer."""
    engine = create_async_engine(
        settings.database_url,
        # A pooled connection may be one to a server that has gone: look before it is used.
        pool_pre_ping=True,
        # What people typed is not for the log.
        hide_parameters=True,
        connect_args={"timeout": CONNECT_SECONDS},
    )
    database = Database(engine)
    try:
        await _reach(database, settings)
        yield database
    finally:
        await engine.dispose()


async def _reach(database: Database, settings: ServiceSettings) -> None:
    try:
        await database.ping()
    except DATABASE_ERRORS as error:
        raise unavailable(settings, error) from error


def unavailable(settings: ServiceSettings, error: BaseException) -> DatabaseError:
    """Return the one line for the operator in place of what the driver said."""
    url = make_url(settings.database_url)
    said = str(error.orig if isinstance(error, DBAPIError) else error) or type(error).__name__
    return DatabaseError(
        settings.name_of("database_url"),
        host=f"{url.host or url.query.get('host', 'localhost')}:{url.port or DEFAULT_PORT}",
        reason=said.splitlines()[0],
    )

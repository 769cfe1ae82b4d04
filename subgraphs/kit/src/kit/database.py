"""The database of a service: its engine, connections and sessions."""

import asyncio
import math
import select
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from sqlalchemy import Engine, Executable, Row, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.util import greenlet_spawn

from kit.errors import DatabaseError
from kit.settings import ServiceSettings

CONNECT_SECONDS = 5
DEFAULT_PORT = 5432
# How long a pooled connection may have been left alone and still be used unasked.
IDLE_SECONDS = 10.0

# What a database that cannot be reached, or refuses us, makes the driver raise; the last is how it
# takes an option in the address that it does not know.
DATABASE_ERRORS = (OSError, TimeoutError, DBAPIError, TypeError)


class Database:
    """The database of one service, while it runs."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._writer = engine.execution_options(isolation_level="READ COMMITTED")

    async def rows(
        self, statement: Executable, parameters: Mapping[str, object] | None = None
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        """Return the rows of a statement that reads, without a transaction: one round trip."""

        def read() -> Sequence[Row[*tuple[Any, ...]]]:
            with self.engine.sync_engine.connect() as connection:
                return connection.execute(statement, parameters).all()

        # One greenlet for all of it; an `AsyncConnection` takes three and a task.
        return await greenlet_spawn(read)

    def write(self) -> AsyncSession:
        """Return a session whose `begin` is a transaction; its rows outlive it."""
        return AsyncSession(self._writer, expire_on_commit=False)

    def begin(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Return a connection in a transaction, for statements without objects."""
        return self._writer.begin()

    async def ping(self) -> None:
        """Return when the database answers; raise one of `DATABASE_ERRORS` when it does not."""
        await self.rows(text("SELECT 1"))


@asynccontextmanager
async def open_database(settings: ServiceSettings) -> AsyncGenerator[Database]:
    """Provide the database of `settings`, or raise `DatabaseError` when it does not answer."""
    engine = create_async_engine(
        settings.database_url,
        # Most statements read; to begin and end a transaction for each takes two more round trips.
        isolation_level="AUTOCOMMIT",
        # What people typed is not for the log.
        hide_parameters=True,
        connect_args={"timeout": CONNECT_SECONDS},
    )
    _look_before_use(engine.sync_engine)
    database = Database(engine)
    try:
        await _reach(database, settings)
        yield database
    finally:
        await engine.dispose()


def _look_before_use(engine: Engine) -> None:
    """Have the pool replace a connection whose server has gone, before a statement needs it.

    The pool's own pre-ping is another round trip for each statement. A server that ends tells so,
    and then there is something to read; one whose machine has gone tells nothing, but a connection
    in constant use can do without asking for it.
    """

    @event.listens_for(engine, "checkin")
    def note_return(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info[note_return] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def require_open(connection: DBAPIConnection, record: ConnectionPoolEntry, *_: object) -> None:
        driver = connection.driver_connection
        if driver.is_closed():
            raise DisconnectionError
        idle = time.monotonic() - record.info.get(note_return, math.inf)
        if idle > IDLE_SECONDS or _has_been_told(driver):
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as error:
                raise DisconnectionError from error


def _has_been_told(driver: Any) -> bool:  # noqa: ANN401 (asyncpg has no types)
    """Return whether the server has sent something that nobody waits for, such as its end."""
    # It has no public way to its socket.
    transport: asyncio.Transport = driver._transport  # noqa: SLF001
    polled = select.poll()
    polled.register(transport.get_extra_info("socket"), select.POLLIN)
    return bool(polled.poll(0))


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

"""The database of a service: its engine, connections and sessions."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, cast

from sqlalchemy import Connection, Engine, Executable, Row, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.util import greenlet_spawn

from kit.errors import DatabaseError
from kit.settings import ServiceSettings

CONNECT_SECONDS = 5
DEFAULT_PORT = 5432
# https://www.postgresql.org/docs/18/errcodes-appendix.html: by an administrator, by a crash, and
# while it starts.
_SHUTDOWNS = frozenset({"57P01", "57P02", "57P03"})

# What a database that cannot be reached, or refuses us, makes the driver raise; the last is how it
# takes an option in the address that it does not know.
DATABASE_ERRORS = (OSError, TimeoutError, DBAPIError, TypeError)


class Database:
    """The database of one service, while it runs."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._writer = engine.execution_options(isolation_level="READ COMMITTED")
        _ping_first(self._writer.sync_engine)

    async def rows(
        self, statement: Executable, parameters: Mapping[str, object] | None = None
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        """Return the rows of a statement that reads, without a transaction: one round trip.

        It is read again where the server, or the way to it, went away meanwhile.
        """

        def read() -> Sequence[Row[*tuple[Any, ...]]]:
            with self.engine.sync_engine.connect() as connection:
                return connection.execute(statement, parameters).all()

        # One greenlet for all of it; an `AsyncConnection` takes three and a task.
        try:
            return await greenlet_spawn(read)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
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
    _notice_what_is_gone(engine.sync_engine)
    database = Database(engine)
    try:
        await _reach(database, settings)
        yield database
    finally:
        await engine.dispose()


def _notice_what_is_gone(engine: Engine) -> None:
    """Have connections to a server that has gone replaced, without a ping for each statement."""

    @event.listens_for(engine, "checkout")
    def require_open(connection: DBAPIConnection, *_: object) -> None:
        if connection.driver_connection.is_closed():
            raise DisconnectionError

    @event.listens_for(engine, "handle_error")
    def know_shutdowns(context: ExceptionContext) -> None:
        # They come as an answer, before the connection is closed.
        if getattr(context.original_exception, "sqlstate", None) in _SHUTDOWNS:
            context.is_disconnect = True


def _ping_first(engine: Engine) -> None:
    """Have each connection of `engine` pinged first, for what cannot just be tried again."""

    @event.listens_for(engine, "engine_connect")
    def ping(connection: Connection) -> None:
        try:
            engine.dialect.do_ping(cast("DBAPIConnection", connection.connection.dbapi_connection))
        except engine.dialect.loaded_dbapi.Error as error:
            # The next use of it connects anew.
            connection.invalidate(error)


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

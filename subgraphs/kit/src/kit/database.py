"""The database of a service: its engine and its sessions."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession


@dataclass(frozen=True, slots=True)
class Database:
    """The database of one service, while it runs."""

    engine: AsyncEngine

    def read(self) -> AsyncSession:
        """Return a session for one statement: no transaction, so no round trips beside it."""
        return AsyncSession(self.engine.execution_options(isolation_level="AUTOCOMMIT"))

    def write(self) -> AsyncSession:
        """Return a session whose `begin()` is a transaction."""
        return AsyncSession(self.engine, expire_on_commit=False)

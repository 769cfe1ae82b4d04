"""Fill an empty database with the demo scene; leave one with rows alone."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlmodel import SQLModel

from kit.database import Database
from kit.migrations import lock_setup

Rows = Iterable[tuple[type[SQLModel], Sequence[Mapping[str, Any]]]]


async def fill(database: Database, first: type[SQLModel], rows: Callable[[], Rows]) -> int:
    """Insert `rows` where the table `first` is empty; return how many were inserted."""
    async with database.begin() as connection:
        await lock_setup(connection)
        if (await connection.execute(select(first).limit(1))).first() is not None:
            return 0
        inserted = 0
        for table, values in rows():
            await connection.execute(insert(table), values)
            inserted += len(values)
        return inserted

"""Loaders: the keys asked for in one tick become one SQL statement, over one connection."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection
from strawberry.dataloader import DataLoader

from kit.connections import Page, Slice
from kit.database import Database

Key = TypeVar("Key")
Value = TypeVar("Value")
Default = TypeVar("Default")

ByKey = Callable[[AsyncConnection, Sequence[Key]], Awaitable[Mapping[Key, Value]]]
PagesByKey = Callable[[AsyncConnection, Sequence[Key], Page], Awaitable[Mapping[Key, Slice[Value]]]]


def loader(
    database: Database, query: ByKey[Key, Value], *, default: Default
) -> DataLoader[Key, Value | Default]:
    """Return a loader of what `query` finds by key, `default` where it finds nothing."""

    async def load(keys: list[Key]) -> list[Value | Default]:
        async with database.read() as connection:
            found = await query(connection, keys)
        return [found.get(key, default) for key in keys]

    return DataLoader(load)


def page_loader(
    database: Database, query: PagesByKey[Key, Value]
) -> DataLoader[tuple[Key, Page], Slice[Value]]:
    """Return a loader of one page of a list per parent: a statement for each distinct page."""

    async def load(keys: list[tuple[Key, Page]]) -> list[Slice[Value]]:
        parents: defaultdict[Page, list[Key]] = defaultdict(list)
        for parent, page in keys:
            parents[page].append(parent)
        async with database.read() as connection:
            found = {page: await query(connection, some, page) for page, some in parents.items()}
        return [found[page].get(parent, Slice()) for parent, page in keys]

    return DataLoader(load)

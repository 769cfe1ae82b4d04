"""Loaders: the keys asked for in one tick become one SQL statement."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from strawberry.dataloader import DataLoader

from kit.connections import Page, Slice
from kit.database import Database

Key = TypeVar("Key")
Value = TypeVar("Value")
Default = TypeVar("Default")

ByKey = Callable[[Database, Sequence[Key]], Awaitable[Mapping[Key, Value]]]
PagesByKey = Callable[[Database, Sequence[Key], Page], Awaitable[Mapping[Key, Slice[Value]]]]


def loader(
    database: Database, query: ByKey[Key, Value], *, default: Default
) -> DataLoader[Key, Value | Default]:
    """Return a loader of what `query` finds by key, `default` where it finds nothing."""

    async def load(keys: list[Key]) -> list[Value | Default]:
        found = await query(database, keys)
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
        found = {page: await query(database, some, page) for page, some in parents.items()}
        return [found[page].get(parent, Slice()) for parent, page in keys]

    return DataLoader(load)

"""A page of a list for each of many parents, in one statement."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import ARRAY, TableValuedAlias, column, func, literal
from sqlalchemy.types import TypeEngine

from kit.connections import Page, Slice

Key = TypeVar("Key")
Row = TypeVar("Row")


def parents(keys: Sequence[Key], key_type: TypeEngine[Any]) -> TableValuedAlias:
    """Return a table with `keys` in its column `key`, to join each with what belongs to it."""
    values = func.unnest(literal(keys, ARRAY(key_type)))
    return values.table_valued(column("key", key_type), name="parent").render_derived()


def slices(page: Page, rows: Iterable[tuple[Key, str, Row]]) -> Mapping[Key, Slice[Row]]:
    """Return what each key has on `page`: rows with key and cursor, read up to one beyond it."""
    entries: defaultdict[Key, list[tuple[str, Row]]] = defaultdict(list)
    for key, cursor, row in rows:
        entries[key].append((cursor, row))
    return {
        key: Slice(some[: page.first], more=len(some) > page.first) for key, some in entries.items()
    }

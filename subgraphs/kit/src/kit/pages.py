"""Statements for many keys at once, built once: what one asks for are its parameters.

To build a statement and find its compiled form takes longer than PostgreSQL needs to answer it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar, cast

from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    Integer,
    TableValuedAlias,
    any_,
    bindparam,
    column,
    func,
)
from sqlalchemy.orm import Mapped
from sqlalchemy.types import TypeEngine

from kit.connections import Page, Slice

Key = TypeVar("Key")
Row = TypeVar("Row")

# One more than the page has, to know whether more follow.
LIMIT: BindParameter[int] = bindparam("limit", type_=Integer())


def is_key(column: Mapped[Any]) -> ColumnElement[bool]:
    """Return that `column` is one of the parameter `keys`."""
    return column == any_(_keys(_type(column)))


def parents(key_type: TypeEngine[Any]) -> TableValuedAlias:
    """Return a table with the parameter `keys` in its column `key`, to join what belongs to it."""
    values = func.unnest(_keys(key_type))
    return values.table_valued(column("key", key_type), name="parent").render_derived()


def after(*columns: Mapped[Any]) -> tuple[BindParameter[Any], ...]:
    """Return the parameters that stand for the place in a cursor, one for each of `columns`."""
    return tuple(
        bindparam(f"after_{number}", type_=_type(each)) for number, each in enumerate(columns)
    )


def page_parameters(
    keys: Sequence[object], page: Page, place: tuple[object, ...] | None
) -> dict[str, object]:
    """Return the parameters for a page of what each key has, after `place` if there is one."""
    return {
        "keys": keys,
        LIMIT.key: page.first + 1,
        **{f"after_{number}": value for number, value in enumerate(place or ())},
    }


def slices(page: Page, rows: Iterable[tuple[Key, str, Row]]) -> Mapping[Key, Slice[Row]]:
    """Return what each key has on `page`: rows with key and cursor, read up to one beyond it."""
    entries: defaultdict[Key, list[tuple[str, Row]]] = defaultdict(list)
    for key, cursor, row in rows:
        entries[key].append((cursor, row))
    return {
        key: Slice(some[: page.first], more=len(some) > page.first) for key, some in entries.items()
    }


def _type(mapped: Mapped[Any]) -> TypeEngine[Any]:
    return cast("ColumnElement[Any]", mapped).type


def _keys(key_type: TypeEngine[Any]) -> BindParameter[Sequence[Any]]:
    return bindparam("keys", type_=ARRAY(key_type))

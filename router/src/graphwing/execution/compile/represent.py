"""Represent decoded objects to a subgraph.

A representation of plain fields, as nearly all are, is an object of a type of its own, made by
generated code; one with fields of fields is made by a function that walks it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from itertools import zip_longest
from typing import Any, cast

import msgspec
from msgspec import UNSET, Struct

from graphwing.execution.compile.structs import StructType, attribute
from graphwing.planner.plan import (
    Representation,
    RepresentationField,
    RepresentationFragment,
    RepresentationSelection,
)

Represented = dict[str, Any]


class Obstacle(Enum):
    """Why a program does not answer a request."""

    ERRORS = "an answer with errors"
    MISSING = "an answer without a key, a requirement or an entity"
    SHAPE = "an answer of another shape"
    UNREACHABLE = "a subgraph without an answer"


class UnansweredError(Exception):
    """An answer is not what compiled code is made for."""

    def __init__(self, obstacle: Obstacle = Obstacle.MISSING) -> None:
        super().__init__(obstacle.value)
        self.obstacle = obstacle


def is_plain(representation: Representation) -> bool:
    """Return whether all fields of a representation are scalars or enums."""
    return all(
        isinstance(one, RepresentationField) and not one.selections
        for one in (*representation.key, *representation.requires)
    )


def plain_type(representation: Representation) -> StructType:
    """Return a type whose fields are those of a plain representation, in order."""
    fields = (*representation.key, *representation.requires)
    return msgspec.defstruct(
        representation.typename,
        [
            (attribute(one.name), Any, msgspec.field(name=one.name))
            for one in fields
            if isinstance(one, RepresentationField)
        ],
        gc=False,
        tag_field="__typename",
        tag=representation.typename,
    )


def representer(representation: Representation) -> Callable[[Struct], Represented]:
    """Return the function that represents an object, or raises `UnansweredError`."""

    def represent(source: Struct) -> Represented:
        made: Represented = {"__typename": representation.typename}
        _copy(source, representation.key, made, is_key=True)
        _copy(source, representation.requires, made, is_key=False)
        return made

    return represent


def _copy(
    source: Struct,
    selections: Sequence[RepresentationSelection],
    target: Represented,
    *,
    is_key: bool,
) -> None:
    for selection in selections:
        if isinstance(selection, RepresentationFragment):
            if type(source).__name__ in selection.types:
                _copy(source, selection.selections, target, is_key=is_key)
            continue
        value = getattr(source, attribute(selection.response_key), UNSET)
        known = target.get(selection.name)
        target[selection.name] = _copied(value, selection, known, is_key=is_key)


def _copied(value: Any, selection: RepresentationField, known: Any, *, is_key: bool) -> Any:  # noqa: ANN401
    if value is UNSET or (value is None and is_key):
        raise UnansweredError
    if value is None or not selection.selections:
        return value
    if isinstance(value, list):
        items = cast("list[Any]", value)
        earlier = cast("list[Any]", known) if isinstance(known, list) else []
        return [
            _copied(item, selection, before, is_key=is_key)
            for item, before in zip_longest(items, earlier)
        ]
    nested = cast("Represented", known) if isinstance(known, dict) else {}
    _copy(value, selection.selections, nested, is_key=is_key)
    return nested

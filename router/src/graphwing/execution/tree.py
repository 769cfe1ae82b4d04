"""The tree that the answers of all fetches are merged into, before completion reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import TypeAlias

from graphwing.planner.plan import FieldSelection, FragmentSelection, Selection

ResponsePath = tuple[str | int, ...]


@dataclass(slots=True, eq=False)
class Failure:
    """Errors that have no place of their own: completion finds where their values are missing."""

    subgraph: str
    errors: Sequence[Mapping[str, object]]
    nearest: ResponsePath
    """The path to report when nothing the client asked for is missing."""
    missing: list[ResponsePath] = field(default_factory=list[ResponsePath])


@dataclass(frozen=True, slots=True, eq=False)
class Absent:
    """Stands where a value is null and the error that explains it is known.

    `owed` is what the fetch would have brought below it; another fetch may bring the rest.
    """

    failure: Failure | None = None
    owed: tuple[Selection, ...] = ()


Value: TypeAlias = "bool | int | float | str | Absent | list[Value] | Object | None"
"""What subgraphs sent, and `Absent` in place of what they should have sent."""

Object: TypeAlias = dict[str, Value]
"""A response object: data keys only, never attributes."""


def merge(target: Object, source: Object, abstract: AbstractSet[str]) -> None:
    """Merge `source` deeply into `target`, which takes over its objects and lists.

    A value beats null, lists merge by position, and a `__typename` that is one of the `abstract`
    types (a subgraph that only knows an interface as an object) gives way to the concrete one.
    """
    for key, incoming in source.items():
        existing = target.get(key)
        if existing is None:
            target[key] = incoming
        elif key == "__typename":
            target[key] = _merged_typename(existing, incoming, abstract)
        else:
            target[key] = _merged(existing, incoming, abstract)


def _merged_typename(existing: Value, incoming: Value, abstract: AbstractSet[str]) -> Value:
    """Return the concrete type; else that it is owed; else the interface."""
    if incoming is None or (isinstance(existing, str) and existing not in abstract):
        return existing
    is_interface = isinstance(incoming, str) and incoming in abstract
    return existing if isinstance(existing, Absent) and is_interface else incoming


def _merged(existing: Value, incoming: Value, abstract: AbstractSet[str]) -> Value:
    """Return what two fetches together say of one value."""
    kept = existing if incoming is None or isinstance(incoming, Absent) else incoming
    if existing is None:
        kept = incoming
    elif isinstance(incoming, Absent):
        mark_missing(existing, incoming.owed, incoming.failure)
    elif isinstance(existing, Absent):
        mark_missing(incoming, existing.owed, existing.failure)
    elif isinstance(existing, dict) and isinstance(incoming, dict):
        merge(existing, incoming, abstract)
        kept = existing
    elif isinstance(existing, list) and isinstance(incoming, list):
        _merge_items(existing, incoming, abstract)
        kept = existing
    return kept


def _merge_items(existing: list[Value], incoming: list[Value], abstract: AbstractSet[str]) -> None:
    shared = min(len(existing), len(incoming))
    for index in range(shared):
        existing[index] = _merged(existing[index], incoming[index], abstract)
    existing.extend(incoming[shared:])


def mark_missing(value: Value, owed: Sequence[Selection], failure: Failure | None) -> None:
    """Put `Absent` wherever `value`, an object or a list of them, lacks what is `owed`."""
    if isinstance(value, list):
        for item in value:
            mark_missing(item, owed, failure)
    elif isinstance(value, dict):
        for selection in owed:
            match selection:
                case FragmentSelection():
                    mark_missing(value, selection.selections, failure)
                case FieldSelection() if selection.response_key not in value:
                    value[selection.response_key] = Absent(failure, selection.selections)
                case FieldSelection():
                    mark_missing(value[selection.response_key], selection.selections, failure)


def explain_null(value: Value, path: Sequence[str | int], owed: tuple[Selection, ...]) -> None:
    """Put `Absent` at the first null along `path`, which an error of the answer reports."""
    for step in path:
        if isinstance(value, dict) and isinstance(step, str):
            owed = _selected(owed, step)
            if value.get(step) is None:
                value[step] = Absent(None, owed)
            value = value[step]
        elif isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
            if value[step] is None:
                value[step] = Absent(None, owed)
            value = value[step]
        else:
            return


def _selected(selections: Sequence[Selection], response_key: str) -> tuple[Selection, ...]:
    """Return what `selections` ask for below `response_key`."""
    below: list[Selection] = []
    for selection in selections:
        if isinstance(selection, FragmentSelection):
            below.extend(_selected(selection.selections, response_key))
        elif selection.response_key == response_key:
            below.extend(selection.selections)
    return tuple(below)


def copied(value: Value) -> Value:
    """Return a deep copy of a JSON value, so that two places never share an object."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    if isinstance(value, list):
        return [copied(item) for item in value]
    return value

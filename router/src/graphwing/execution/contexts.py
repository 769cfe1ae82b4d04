"""Find what objects are told from above, and ask together about those that are told the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from graphwing.exact_json import encode_json
from graphwing.execution.places import Trail, trails_at
from graphwing.execution.tree import Absent, Object, Value
from graphwing.planner.plan import (
    ContextArgument,
    ContextSource,
    Lookup,
    RepresentationFragment,
    RepresentationSelection,
)


@dataclass(slots=True)
class ContextGroup:
    """Objects that find the same values above them, and these in the order of the contexts."""

    values: Sequence[Value]
    objects: list[Object] = field(default_factory=list[Object])


@dataclass(slots=True)
class ContextGroups:
    """The objects of one lookup, grouped."""

    groups: list[ContextGroup]
    blocked: list[tuple[Object, Absent]]
    """Objects that cannot be asked about because an earlier fetch failed."""


def grouped(root: Object, lookup: Lookup) -> ContextGroups:
    """Return the objects of a lookup, grouped by the values of its contexts."""
    groups: dict[bytes, ContextGroup] = {}
    blocked: list[tuple[Object, Absent]] = []
    for path in lookup.paths:
        for trail in trails_at(root, path):
            target = trail[-1]
            if not isinstance(target, dict):
                continue
            values = _values(trail, lookup.contexts)
            if isinstance(values, Absent):
                blocked.append((target, values))
            else:
                group = groups.setdefault(encode_json(values), ContextGroup(values))
                group.objects.append(target)
    return ContextGroups(list(groups.values()), blocked)


def _values(trail: Trail, contexts: Iterable[ContextArgument]) -> list[Value] | Absent:
    """Return the value of each context, or what stands where one of them should be."""
    values: list[Value] = []
    for context in contexts:
        value = _nearest(trail, context.sources)
        if isinstance(value, Absent) or (value is None and context.type.endswith("!")):
            return value or Absent()
        values.append(value)
    return values


def _nearest(trail: Trail, sources: Sequence[ContextSource]) -> Value:
    for source in sources:
        holder = trail[-1 - source.up]
        if isinstance(holder, dict) and (
            source.types is None or holder.get("__typename") in source.types
        ):
            return _value(holder, source.value)
    return None


def _value(holder: Value, way: Sequence[RepresentationSelection]) -> Value:
    """Follow the one way that the selections describe; through a list, for each of its items."""
    if isinstance(holder, list):
        return _plain([_value(item, way) for item in holder])
    for selection in way:
        if not isinstance(holder, dict):
            return holder
        if isinstance(selection, RepresentationFragment):
            if holder.get("__typename") in selection.types:
                return _value(holder, selection.selections)
            continue
        value = holder.get(selection.response_key)
        return _value(value, selection.selections) if selection.selections else _plain(value)
    return None


def _plain(value: Value) -> Value:
    """Return a value as it is sent: what is missing in a list is null there."""
    if isinstance(value, list):
        return [None if isinstance(item, Absent) else _plain(item) for item in value]
    return value

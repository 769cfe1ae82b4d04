"""Build what an entity fetch sends: one representation per distinct entity, and who wants it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from graphwing.exact_json import encode_json
from graphwing.execution.tree import Absent, Object, Value
from graphwing.planner.plan import (
    Representation,
    RepresentationField,
    RepresentationFragment,
    RepresentationSelection,
)

_MISSING = Absent()
"""A required part is not there; it is left out."""
_NO_KEY = Absent()
"""The key is null or missing, and no error says why."""


@dataclass(slots=True)
class Batch:
    """The representations of one lookup and, at the same index, the objects each stands for."""

    representations: list[Object] = field(default_factory=list[Object])
    objects: list[list[Object]] = field(default_factory=list[list[Object]])
    blocked: list[tuple[Object, Absent]] = field(default_factory=list[tuple[Object, Absent]])
    """Objects that cannot be asked about because an earlier fetch failed."""


def batched(objects: Iterable[Object], representations: Sequence[Representation]) -> Batch:
    """Represent `objects`, equal ones once; those without a complete key are left out."""
    batch = Batch()
    index_of: dict[bytes, int] = {}
    for entity in objects:
        represented = _represented(entity, representations)
        if isinstance(represented, Absent):
            if represented is not _NO_KEY:
                batch.blocked.append((entity, represented))
            continue
        identity = encode_json(represented)
        index = index_of.get(identity)
        if index is None:
            index_of[identity] = len(batch.representations)
            batch.representations.append(represented)
            batch.objects.append([entity])
        else:
            batch.objects[index].append(entity)
    return batch


def _represented(entity: Object, representations: Sequence[Representation]) -> Object | Absent:
    typename = entity.get("__typename")
    for representation in representations:
        if typename in representation.types:
            represented: Object = {"__typename": representation.typename}
            obstacle = _copy_key(entity, representation.key, represented)
            if obstacle is not None:
                return obstacle
            _copy_requires(entity, representation.requires, represented)
            return represented
    return typename if isinstance(typename, Absent) else _NO_KEY


def _copy_key(
    source: Object, selections: Sequence[RepresentationSelection], target: Object
) -> Absent | None:
    """Copy a key into `target`, or return what stands where a part of it should be."""
    for selection in selections:
        if isinstance(selection, RepresentationFragment):
            if source.get("__typename") in selection.types:
                obstacle = _copy_key(source, selection.selections, target)
                if obstacle is not None:
                    return obstacle
            continue
        value = _key_value(
            source.get(selection.response_key), selection, target.get(selection.name)
        )
        if isinstance(value, Absent):
            return value
        target[selection.name] = value
    return None


def _key_value(value: Value, selection: RepresentationField, existing: Value) -> Value:
    if value is None:
        return _NO_KEY
    if isinstance(value, Absent) or not selection.selections:
        return value
    if isinstance(value, list):
        items = [_key_value(item, selection, None) for item in value]
        return next((item for item in items if isinstance(item, Absent)), items)
    if not isinstance(value, dict):
        return _NO_KEY
    # A key may name an object twice, `a { b } ... on T { a { c } }`: both parts belong to it.
    nested: Object = existing if isinstance(existing, dict) else {}
    return _copy_key(value, selection.selections, nested) or nested


def _copy_requires(
    source: Object, selections: Sequence[RepresentationSelection], target: Object
) -> None:
    """Copy what is there into `target`; a null is a value, an absent part is left out."""
    for selection in selections:
        if isinstance(selection, RepresentationFragment):
            if source.get("__typename") in selection.types:
                _copy_requires(source, selection.selections, target)
            continue
        value = _required_value(
            source.get(selection.response_key, _MISSING), selection, target.get(selection.name)
        )
        if value is not _MISSING:
            target[selection.name] = value


def _required_value(value: Value, selection: RepresentationField, existing: Value) -> Value:
    if isinstance(value, Absent):
        return _MISSING
    if value is None or not selection.selections:
        return value
    if isinstance(value, list):
        earlier: list[Value] = existing if isinstance(existing, list) else []
        items = [
            _required_value(item, selection, before) for item, before in zip_longest(value, earlier)
        ]
        return [None if item is _MISSING else item for item in items]
    if not isinstance(value, dict):
        return _MISSING
    nested: Object = existing if isinstance(existing, dict) else {}
    _copy_requires(value, selection.selections, nested)
    return nested

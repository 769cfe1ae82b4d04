"""Lookups of one fetch about objects of one place are one lookup.

The objects may be of different types, or be asked about for different reasons: a lookup with
`@requires` next to one without sends the required fields for both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from graphwing.planner.plan import (
    EntityFetch,
    Fetch,
    FieldSelection,
    FragmentSelection,
    Lookup,
    OnTypes,
    Path,
    Plan,
    Representation,
    RepresentationField,
    RepresentationFragment,
    RepresentationSelection,
    Selection,
)


def merge_lookups(plan: Plan) -> Plan:
    """Merge the lookups of each fetch that are about one place and agree on what they send."""
    return replace(plan, fetches=tuple(map(_merged, plan.fetches)))


def _merged(fetch: Fetch) -> Fetch:
    if not isinstance(fetch, EntityFetch) or len(fetch.lookups) == 1:
        return fetch
    kept: list[Lookup] = []
    for lookup in fetch.lookups:
        for index, other in enumerate(kept):
            both = _both(other, lookup)
            if both is not None:
                kept[index] = both
                break
        else:
            kept.append(lookup)
    return fetch if len(kept) == len(fetch.lookups) else replace(fetch, lookups=tuple(kept))


def _both(one: Lookup, other: Lookup) -> Lookup | None:
    """Return a lookup that does the work of two, or `None` if there is none."""
    if one.conditions != other.conditions or one.renames or other.renames:
        return None
    path = _common_path(one.paths, other.paths)
    if path is None:
        return None
    representations = _common_representations(one.representations, other.representations)
    if representations is None:
        return None
    selections = merged_selections((*one.selections, *other.selections))
    return replace(one, paths=(path,), representations=representations, selections=selections)


def _common_path(one: tuple[Path, ...], other: tuple[Path, ...]) -> Path | None:
    """Return the path to the objects of both, if both have one path and to the same place."""
    if len(one) > 1 or len(other) > 1:
        return None
    (base, types), (other_base, other_types) = map(_split, (*one, *other))
    if base != other_base:
        return None
    if types is None or other_types is None:
        return base
    return (*base, OnTypes(tuple(sorted({*types, *other_types}))))


def _split(path: Path) -> tuple[Path, tuple[str, ...] | None]:
    match path:
        case (*base, OnTypes(types)):
            return tuple(base), types
        case _:
            return path, None


def _common_representations(
    one: tuple[Representation, ...], other: tuple[Representation, ...]
) -> tuple[Representation, ...] | None:
    merged = list(one)
    for representation in other:
        overlapping = [r for r in merged if set(r.types) & set(representation.types)]
        if not overlapping:
            merged.append(representation)
            continue
        both = _same_object(overlapping[0], representation)
        if len(overlapping) > 1 or both is None:
            return None
        merged[merged.index(overlapping[0])] = both
    return tuple(merged)


def _same_object(one: Representation, other: Representation) -> Representation | None:
    if (one.types, one.typename, one.key) != (other.types, other.typename, other.key):
        return None
    requires = _merged_required(one.requires, other.requires)
    return None if requires is None else replace(one, requires=requires)


def _merged_required(
    one: tuple[RepresentationSelection, ...], other: tuple[RepresentationSelection, ...]
) -> tuple[RepresentationSelection, ...] | None:
    """Return what both send, or `None` if they send different values under one name."""
    fields: dict[str, RepresentationField] = {}
    fragments: dict[tuple[str, ...], RepresentationFragment] = {}
    for selection in (*one, *other):
        if isinstance(selection, RepresentationFragment):
            known = fragments.get(selection.types)
            below = _merged_required(known.selections if known else (), selection.selections)
            if below is None:
                return None
            fragments[selection.types] = replace(selection, selections=below)
            continue
        earlier = fields.get(selection.name)
        if earlier is not None and earlier.response_key != selection.response_key:
            return None
        below = _merged_required(earlier.selections if earlier else (), selection.selections)
        if below is None:
            return None
        fields[selection.name] = replace(selection, selections=below)
    return (*fields.values(), *fragments.values())


def merged_selections(selections: tuple[Selection, ...]) -> tuple[Selection, ...]:
    """Return selections with equal fields and fragments merged, in order of appearance."""
    merged: dict[Selection, list[Selection]] = {}
    for selection in selections:
        merged.setdefault(replace(selection, selections=()), []).extend(selection.selections)
    return tuple(_with_below(merged))


def _with_below(merged: dict[Selection, list[Selection]]) -> Iterator[Selection]:
    for selection, below in merged.items():
        match selection:
            case FieldSelection() | FragmentSelection():
                yield replace(selection, selections=merged_selections(tuple(below)))

"""Visits of one request to objects of one place are one lookup.

The objects may be of different types, or be asked about for different reasons: a visit with
`@requires` joins one without, and the required fields are sent for both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from graphwing.planner.fetch_graph import Visit
from graphwing.planner.operation import Conditions
from graphwing.planner.plan import (
    FieldSelection,
    FragmentSelection,
    OnTypes,
    Path,
    Representation,
    RepresentationField,
    RepresentationFragment,
    RepresentationSelection,
    Selection,
)
from graphwing.planner.represent import representations_of


@dataclass(frozen=True, slots=True)
class LookupDraft:
    """Visits that make one lookup."""

    visits: tuple[Visit, ...]
    path: Path
    representations: tuple[Representation, ...]
    conditions: Conditions


def lookups_of(visits: Iterable[Visit], conditions: Mapping[int, Conditions]) -> list[LookupDraft]:
    """Return visits as few lookups, in order of appearance."""
    drafts: list[LookupDraft] = []
    for visit in visits:
        new = LookupDraft(
            (visit,),
            visit.stop.spot.path(),
            tuple(representations_of(visit.stop)),
            conditions[visit.stop.index],
        )
        for index, draft in enumerate(drafts):
            both = _both(draft, new)
            if both is not None:
                drafts[index] = both
                break
        else:
            drafts.append(new)
    return drafts


def _both(one: LookupDraft, other: LookupDraft) -> LookupDraft | None:
    """Return a lookup that does the work of two, or `None` if there is none."""
    if one.conditions != other.conditions:
        return None
    path = _common_path(one.path, other.path)
    representations = _common_representations(one.representations, other.representations)
    if path is None or representations is None:
        return None
    return LookupDraft((*one.visits, *other.visits), path, representations, one.conditions)


def _common_path(one: Path, other: Path) -> Path | None:
    """Return the path to the objects of both if they are at the same place."""
    (base, types), (other_base, other_types) = _split(one), _split(other)
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

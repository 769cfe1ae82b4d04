"""Visits of one request to objects of one place are one lookup.

The objects may be of different types, or be asked about for different reasons: a visit with
`@requires` joins one without, and the required fields are sent for both.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain

from graphwing.planner.fetch_graph import Visit
from graphwing.planner.graph import ContextRead
from graphwing.planner.operation import Conditions
from graphwing.planner.places import Spot
from graphwing.planner.plan import (
    ContextSource,
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
from graphwing.planner.represent import representations_of, represented
from graphwing.planner.stops import Holder


@dataclass(slots=True, eq=False)
class LookupDraft:
    """Visits that make one lookup. Grows while visits are gathered."""

    place: Path
    """Where the objects are, whatever their types."""
    types: frozenset[str] | None
    """The types of the objects; `None` is all."""
    conditions: Conditions
    visits: list[Visit]
    representations: list[Representation]
    sources: dict[ContextRead, tuple[ContextSource, ...]]
    """Where the values for its contexts are."""
    _index: dict[str, int]
    """Which representation is for objects of a type."""

    @property
    def path(self) -> Path:
        """The path to the objects."""
        if self.types is None:
            return self.place
        return (*self.place, OnTypes(tuple(sorted(self.types))))

    def take(self, other: LookupDraft) -> bool:
        """Do the work of another draft as well, if what is sent allows it."""
        if not self._agrees(other):
            return False
        replaced: dict[int, Representation] = {}
        added: list[Representation] = []
        for new in other.representations:
            known = {self._index[name] for name in new.types if name in self._index}
            if not known:
                added.append(new)
                continue
            index = known.pop()
            both = None if known else _same_object(self.representations[index], new)
            if both is None:
                return False
            replaced[index] = both
        for index, both in replaced.items():
            self.representations[index] = both
        for new in added:
            self._index.update(dict.fromkeys(new.types, len(self.representations)))
            self.representations.append(new)
        self.visits.extend(other.visits)
        self.sources.update(other.sources)
        is_all = self.types is None or other.types is None
        self.types = None if is_all else (self.types or frozenset()) | (other.types or frozenset())
        return True

    def _agrees(self, other: LookupDraft) -> bool:
        """Tell whether the contexts of both hold for the objects of both."""
        if not self.sources and not other.sources:
            return True
        return self.types == other.types and all(
            self.sources.get(read, sources) == sources for read, sources in other.sources.items()
        )


def lookups_of(
    visits: Iterable[Visit], conditions: Mapping[int, Conditions]
) -> Iterator[LookupDraft]:
    """Yield as few lookups as the visits allow, in order of appearance."""
    drafts: dict[tuple[Path, Conditions], list[LookupDraft]] = {}
    for visit in visits:
        new = _draft(visit, conditions[visit.stop.index])
        alike = drafts.setdefault((new.place, new.conditions), [])
        if not any(draft.take(new) for draft in alike):
            alike.append(new)
    for alike in drafts.values():
        yield from alike


def _draft(visit: Visit, conditions: Conditions) -> LookupDraft:
    spot = visit.stop.spot
    representations = list(representations_of(visit.stop))
    index = {
        name: number
        for number, representation in enumerate(representations)
        for name in representation.types
    }
    place = spot.place.whole.path()
    sources = {
        reading.read: tuple(_source(holder, spot) for holder in reading.holders)
        for reading in visit.stop.readings
    }
    return LookupDraft(place, spot.types, conditions, [visit], representations, sources, index)


def _source(holder: Holder, spot: Spot) -> ContextSource:
    above = holder.spot.place
    return ContextSource(
        up=len(spot.path()) - len(above.whole.path()),
        types=None if holder.types is None else tuple(sorted(holder.types)),
        value=represented(above.position, holder.requirement.selection),
    )


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
    return _merged((selections,), {})


# By the identities of what has been merged: types that are alike are asked the very same.
_Known = dict[tuple[int, ...], tuple[Selection, ...]]


def _merged(several: Iterable[tuple[Selection, ...]], known: _Known) -> tuple[Selection, ...]:
    groups: dict[Hashable, list[Selection]] = {}
    for selection in chain.from_iterable(several):
        groups.setdefault(_head(selection), []).append(selection)
    return tuple(_as_one(alike, known) for alike in groups.values())


def _as_one(alike: list[Selection], known: _Known) -> Selection:
    first = alike[0]
    several = [each.selections for each in alike]
    key = tuple(map(id, several))
    below = known.get(key)
    if below is None:
        below = known[key] = _merged(several, known)
    match first:
        case FieldSelection() | FragmentSelection():
            return first if below == () else replace(first, selections=below)


def _head(selection: Selection) -> Hashable:
    """Return what must be equal in selections that are merged."""
    if isinstance(selection, FieldSelection):
        name = selection.response_key, selection.name
        return name, selection.arguments, selection.directives
    return selection.type_condition, selection.directives

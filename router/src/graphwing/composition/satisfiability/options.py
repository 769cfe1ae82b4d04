"""Where the router can go from a place, and what can be known there.

Everything is asked of one option at a time and remembered, so the work grows with the number of
options and not with the number of paths.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from graphwing.composition.definitions import AppliedDirective, FieldDefinition, TypeKind
from graphwing.composition.field_sets import FieldSet, SelectedField, SelectedType
from graphwing.composition.merge.merge_state import Merge
from graphwing.composition.satisfiability.budget import Budget, BudgetExceededError
from graphwing.composition.satisfiability.contexts import Context, Contexts
from graphwing.composition.satisfiability.labels import Labels
from graphwing.composition.satisfiability.places import Key, Option, Places, field_set
from graphwing.composition.satisfiability.steps import Steps
from graphwing.composition.subgraph_schema import ROOT_TYPES, string_argument
from graphwing.composition.type_reference import named_type

_MOST_FIELDS_OF_A_STUB = 4

Closed: TypeAlias = "frozenset[int] | None"
"""The subgraphs that may not be entered, because their key is what is being looked for.

A key must be known without the help of the subgraph that it opens, so each key that is looked for
closes one more. `None` is the question whether a move is possible if that did not matter: who
answers no to it is not worth a search.
"""

_NONE: frozenset[int] = frozenset()
_MOST_CLOSED = 3


class Stand(NamedTuple):
    """A place at the end of a path, and whether it matters that a key led there."""

    place: Option
    by_key: bool


@dataclass(slots=True)
class Options:
    """Answers what options lead to, for one choice of override labels."""

    merge: Merge
    labels: Labels
    budget: Budget
    contexts: Contexts
    places: Places
    steps: Steps = field(init=False)
    _reachable: dict[tuple[Option, Closed], tuple[Option, ...]] = field(
        default_factory=dict[tuple[Option, Closed], tuple[Option, ...]]
    )
    _advanced: dict[tuple[Option, str, Closed], tuple[Option, ...]] = field(
        default_factory=dict[tuple[Option, str, Closed], tuple[Option, ...]]
    )
    _required: dict[tuple[Option, str, Closed], bool] = field(
        default_factory=dict[tuple[Option, str, Closed], bool]
    )
    _local: dict[tuple[Option, FieldSet], bool] = field(
        default_factory=dict[tuple[Option, FieldSet], bool]
    )
    _resolved: dict[Option, AbstractSet[str]] = field(
        default_factory=dict[Option, AbstractSet[str]]
    )
    _mattering: dict[frozenset[Option], frozenset[Stand]] = field(
        default_factory=dict[frozenset[Option], frozenset[Stand]]
    )
    _leaves: dict[Option, AbstractSet[str] | None] = field(
        default_factory=dict[Option, AbstractSet[str] | None]
    )
    _near: dict[tuple[Option, Closed], tuple[Option, ...]] = field(
        default_factory=dict[tuple[Option, Closed], tuple[Option, ...]]
    )
    _under_way: dict[tuple[Option, Closed], list[Option]] = field(
        default_factory=dict[tuple[Option, Closed], list[Option]]
    )
    _requiring: set[tuple[Option, str]] = field(default_factory=set[tuple[Option, str]])
    _tentative: int = 0

    def __post_init__(self) -> None:
        """Look at each place as the labels have it."""
        self.steps = Steps(self.merge, self.labels, self.budget, self.places)

    def advance(self, option: Option, name: str, closed: Closed = _NONE) -> tuple[Option, ...]:
        """Return where field `name` leads from `option`, after any moves to other subgraphs."""
        request = (option, name, closed)
        known = self._advanced.get(request)
        if known is not None:
            return known
        before = self._tentative
        found = dict.fromkeys(
            target
            for place in self.reachable(option, closed)
            if (target := self._look_up(option, place, name, closed)) is not None
        )
        result = tuple(found)
        if self._tentative == before:
            self._advanced[request] = result
        return result

    def _look_up(self, option: Option, place: Option, name: str, closed: Closed) -> Option | None:
        """Return where field `name` leads from `place`, to which one came from `option`."""
        if self.reads(place, name):
            return None  # nobody passes contexts to what is looked up for a key or a requirement
        # One goes from root to root without a key.
        by_key = place != option and place.type_name not in ROOT_TYPES
        return self.step(place, name, closed, by_key=by_key)

    def reachable(self, option: Option, closed: Closed = _NONE) -> tuple[Option, ...]:
        """Return `option` and all options that the router can move to from it by keys."""
        request = (option, closed)
        known = self._reachable.get(request)
        if known is not None:
            return known
        if request in self._under_way:
            # A key leads back to itself. What is known so far counts; nothing based on it is kept.
            self._tentative += 1
            return tuple(self._under_way[request])
        found = self._under_way[request] = [option]
        before = self._tentative
        try:
            self._extend(option, found, closed)
        finally:
            del self._under_way[request]
        if self.labels:
            # All this is done again for each set of labels, and of those there can be very many.
            self.budget.spend(2 * len(found))
        if self._tentative == before or not self._under_way:
            self._reachable[request] = tuple(found)
        return tuple(found)

    def places_that_matter(self, options: frozenset[Option]) -> frozenset[Stand]:
        """Return what can be reached from `options`, without places that add nothing.

        Most entities have stubs, types with nothing but a key, in many subgraphs. Without them the
        ways that lead to an entity differ much less, and few have to be looked at.
        """
        if options not in self._mattering:
            self._mattering[options] = self._find_what_matters(options)
        return self._mattering[options]

    def _find_what_matters(self, options: frozenset[Option]) -> frozenset[Stand]:
        by_key = {place for it in options for place in self.reachable(it) if place != it}
        places = options | by_key
        if len(places) > 1:
            stubs = {it: names for it in places if (names := self._only_leaves(it)) is not None}
            rest = [self._fields(it) for it in places if it not in stubs]
            places -= {
                it
                for it, names in stubs.items()
                if all(any(name in offered for offered in rest) for name in names)
            }
        return frozenset(Stand(it, it in by_key and self._wants_key(it)) for it in places)

    def _fields(self, place: Option) -> AbstractSet[str]:
        """Return the names of the fields that `place` resolves, whatever the path to it."""
        if place not in self._resolved:
            names = self.steps_from(Stand(place, by_key=False)).keys()
            reads_nothing = not self.contexts.are_read
            self._resolved[place] = (
                names if reads_nothing else {it for it in names if not self.reads(place, it)}
            )
        return self._resolved[place]

    def _wants_key(self, place: Option) -> bool:
        """Return whether some field at `place` is there only for who came by a key."""
        return (
            bool(self.steps.at(place).requiring)
            and place.type_name not in ROOT_TYPES
            and not self.steps.can_return(place)
        )

    def _only_leaves(self, place: Option) -> AbstractSet[str] | None:
        """Return the fields of `place` when none of them leads anywhere."""
        if place not in self._leaves:
            self._leaves[place] = self._fields(place) if self._is_stub(place) else None
        return self._leaves[place]

    def _is_stub(self, place: Option) -> bool:
        if place.provided:
            return False
        definition = self.places.definition(place)
        if definition is None or len(definition.fields) > _MOST_FIELDS_OF_A_STUB:
            return False
        return not any(self._depends_on_path(place, it) for it in definition.fields.values())

    def _depends_on_path(self, place: Option, item: FieldDefinition) -> bool:
        overrides = self.merge.overrides.get((place.type_name, item.name))
        return (
            self.places.is_composite(named_type(item.type))
            or bool(self.reads(place, item.name))
            or (overrides is not None and bool(overrides.labels))
        )

    def _extend(self, start: Option, found: list[Option], closed: Closed) -> None:
        """Add to `found` what can be reached."""
        if start.type_name in ROOT_TYPES:
            beyond = (closed or _NONE) | {start.subgraph}
            found += [it for it in self.places.roots(start.type_name) if it.subgraph not in beyond]
        elif closed is None:
            self._extend_freely(start, found)
        else:
            self._extend_strictly(start, found, closed)

    def _extend_freely(self, start: Option, found: list[Option]) -> None:
        """Add what can be reached if a key may be known by the help of the subgraph it opens."""
        known = set(found)
        grows = True
        while grows:
            grows = False
            for key in dict.fromkeys(key for place in found for key in self.places.keys(place)):
                unknown = [it for it in key.opens if it not in known]
                if not unknown:
                    continue
                self.spend()
                if self.resolves(start, key.fields, None):
                    known.update(unknown)
                    found += unknown
                    grows = True

    def _extend_strictly(self, start: Option, found: list[Option], closed: frozenset[int]) -> None:
        """Add what keys open: first those known where one stands, then those to be looked for."""
        search = _Search(found, closed | {start.subgraph}, {start: None})
        missed = self._extend_locally(search, 0)
        missed = [it for it in missed if it[2] not in search.opened_by]
        possible = frozenset(self.reachable(start, None)) if missed else frozenset[Option]()
        while missed:
            place, key, target = missed.pop(0)
            if target not in possible or target in search.opened_by:
                continue
            looked_for = closed | {target.subgraph}
            # Each key looked for inside another multiplies the work, and few go that deep.
            deeper = looked_for if len(looked_for) <= _MOST_CLOSED else None
            if self.resolves(place, key.fields, deeper):
                search.add(place, key, target)
                missed += self._extend_locally(search, len(found) - 1)

    def _nearby(self, option: Option, closed: Closed) -> tuple[Option, ...]:
        """Return `option` and what keys open from it that are all known where one stands."""
        if closed is None or option.type_name in ROOT_TYPES:
            return (option,)
        request = (option, closed)
        if request not in self._near:
            search = _Search([option], closed | {option.subgraph}, {option: None})
            self._extend_locally(search, 0)
            self._near[request] = tuple(search.found)
        return self._near[request]

    def _extend_locally(self, search: _Search, first: int) -> list[tuple[Option, Key, Option]]:
        """Add what is opened where one stands, from index `first` on; return what is not."""
        missed: list[tuple[Option, Key, Option]] = []
        while first < len(search.found):
            place = search.found[first]
            first += 1
            for key in self.places.keys(place):
                # The key that opened this place was of no use to open the other from before it.
                if key in search.spent or key.fields == search.opened_by[place]:
                    continue
                closed = search.still_closed(key)
                if not closed:
                    search.spent.add(key)
                    continue
                self.spend()
                if self._knows(place, key.fields):
                    for target in closed:
                        search.add(place, key, target)
                else:
                    missed += [(place, key, target) for target in closed]
        return missed

    def _knows(self, place: Option, selections: FieldSet) -> bool:
        """Return whether all of `selections` can be had at `place` itself."""
        request = (place, selections)
        if request not in self._local:
            everything = frozenset(range(len(self.merge.subgraphs)))
            self._local[request] = self.resolves(place, selections, everything)
        return self._local[request]

    def spend(self) -> None:
        """Count one step, or raise `BudgetExceededError` when there were too many."""
        self.budget.steps -= 1
        if self.budget.steps < 0:
            raise BudgetExceededError

    def reads(self, place: Option, name: str) -> frozenset[Context]:
        """Return the contexts without which field `name` cannot be had at `place`."""
        return self.contexts.read_by(place.subgraph, place.type_name, name)

    def step(
        self, place: Option, name: str, closed: Closed = _NONE, *, by_key: bool = False
    ) -> Option | None:
        """Return where field `name` leads from `place` within its subgraph, or nothing.

        Who came to `place` `by_key` knows a key to come back by.
        """
        steps = self.steps.at(place)
        target = steps.free.get(name)
        if target is not None or name not in steps.requiring:
            return target
        target, use = steps.requiring[name]
        known = self._has_requirements(place, name, use, closed, by_key=by_key)
        return target if known else None

    def steps_from(self, stand: Stand) -> Mapping[str, Option]:
        """Return where each field leads from `stand`, of those that can be had there."""
        steps = self.steps.at(stand.place)
        if not steps.requiring:
            return steps.free
        required = {
            name: target
            for name in steps.requiring
            if (target := self.step(stand.place, name, by_key=stand.by_key)) is not None
        }
        return steps.free | required

    def _has_requirements(
        self,
        place: Option,
        name: str,
        use: AppliedDirective,
        closed: Closed,
        *,
        by_key: bool,
    ) -> bool:
        """Return whether what `@requires` on field `name` names can be had, and brought back."""
        if not by_key and not self.steps.can_return(place):
            return False
        request = (place, name)
        known = self._required.get((*request, closed))
        if known is not None:
            return known
        if request in self._requiring:
            self._tentative += 1
            return False
        self._requiring.add(request)
        before = self._tentative
        try:
            result = self.resolves(place, field_set(string_argument(use, "fields")), closed)
        finally:
            self._requiring.discard(request)
        if self._tentative == before or not self._requiring:
            self._required[*request, closed] = result
        return result

    def resolves(self, option: Option, selections: FieldSet, closed: Closed = _NONE) -> bool:
        """Return whether all of `selections` can be had from `option`."""
        return all(self._resolves_one(option, selection, closed) for selection in selections)

    def _resolves_one(
        self, option: Option, selection: SelectedField | SelectedType, closed: Closed
    ) -> bool:
        self.spend()
        if isinstance(selection, SelectedType):
            options = self._narrowed(option, selection.condition)
            # A condition that no value here can meet has to be asked of another subgraph.
            return bool(options) and all(
                self.resolves(it, selection.selections, closed) for it in options
            )
        if selection.name == "__typename":
            return True
        # What can be had here or nearby is seldom to be looked for further away.
        here = self._look_up(option, option, selection.name, closed)
        if here is not None and self.resolves(here, selection.selections, closed):
            return True
        if any(
            (target := self._look_up(option, place, selection.name, closed)) is not None
            and self.resolves(target, selection.selections, closed)
            for place in self._nearby(option, closed)
            if place != option
        ) or any(
            self.resolves(target, selection.selections, closed)
            for target in self.advance(option, selection.name, closed)
        ):
            return True
        definition = self.places.definition(option)
        if definition is None or definition.kind is TypeKind.OBJECT:
            return False
        # Not as a whole, but perhaps for each type that it can be.
        options = self._narrowed(option, None)
        return bool(options) and all(self._resolves_one(it, selection, closed) for it in options)

    def _narrowed(self, option: Option, condition: str | None) -> list[Option]:
        """Return `option` for each object type that it can be of and that meets `condition`."""
        possible = self.places.runtime_types(option)
        if condition is not None:
            possible &= self.places.possible_types(option, condition)
        options = (self.places.narrow(option, name) for name in sorted(possible))
        return [it for it in options if it is not None]


@dataclass(slots=True)
class _Search:
    """What was found from one place, and which keys opened it."""

    found: list[Option]
    beyond: frozenset[int]
    """Subgraphs that may not be entered."""
    opened_by: dict[Option, FieldSet | None]
    spent: set[Key] = field(default_factory=set[Key])
    """Keys that have opened all that they can."""

    def still_closed(self, key: Key) -> list[Option]:
        """Return what `key` could open that was not found yet."""
        return [
            it for it in key.opens if it not in self.opened_by and it.subgraph not in self.beyond
        ]

    def add(self, place: Option, key: Key, target: Option) -> None:
        """Note that `key` opens `target` from `place`."""
        self.opened_by[target] = _opener(place, key, target)
        self.found.append(target)


def _opener(place: Option, key: Key, target: Option) -> FieldSet | None:
    """Return the key by which `place` leads to all that it opens, or nothing if some are new.

    From an interface object one gets to no object type but by a subgraph that knows the interface.
    """
    is_abstract = place.type_name != place.seen_as
    is_still_abstract = target.type_name != target.seen_as
    return None if is_abstract and not is_still_abstract else key.fields

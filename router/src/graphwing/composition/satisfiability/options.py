"""Where the router can stand after a path, and where it can go from there.

An option is a place in one subgraph. Everything is asked of one option at a time and remembered,
so the work grows with the number of options and not with the number of paths.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from graphwing.composition.definitions import (
    COMPOSITE_KINDS,
    FieldDefinition,
    TypeDefinition,
    TypeKind,
    first_applied,
    has_applied,
)
from graphwing.composition.field_sets import (
    FieldSet,
    FieldSetError,
    SelectedField,
    SelectedType,
    parse_field_set,
)
from graphwing.composition.merge.merge_state import Merge, Subgraph
from graphwing.composition.satisfiability.contexts import Context, Contexts
from graphwing.composition.subgraph_schema import (
    ROOT_TYPES,
    is_resolvable,
    keys_of,
    string_argument,
)
from graphwing.composition.type_reference import named_type

_MOST_FIELDS_OF_A_STUB = 4


class BudgetExceededError(Exception):
    """The search has taken more steps than it may."""


@dataclass(frozen=True, slots=True)
class Option:
    """A place in a subgraph: a value of type `type_name` there, known to be `seen_as` in the API.

    The two differ only on an interface object. `provided` is what `@provides` makes available here.
    """

    subgraph: int
    type_name: str
    seen_as: str
    provided: FieldSet = ()


@dataclass(frozen=True, slots=True)
class KeyTarget:
    """A place that can be entered with the fields of one key."""

    option: Option
    key: FieldSet


Labels: TypeAlias = frozenset[tuple[str, bool]]
"""The override labels that a path has met, and whether they are taken to be on."""


@dataclass(slots=True)
class Budget:
    """How many steps a search may still take."""

    steps: int


@dataclass(slots=True)
class Options:
    """Answers what options lead to, for one choice of override labels."""

    merge: Merge
    labels: Labels
    budget: Budget
    contexts: Contexts
    _reachable: dict[Option, tuple[Option, ...]] = field(
        default_factory=dict[Option, tuple[Option, ...]]
    )
    _advanced: dict[tuple[Option, str], tuple[Option, ...]] = field(
        default_factory=dict[tuple[Option, str], tuple[Option, ...]]
    )
    _required: dict[tuple[Option, str], bool] = field(
        default_factory=dict[tuple[Option, str], bool]
    )
    _targets: dict[tuple[str, str | None], tuple[KeyTarget, ...]] = field(
        default_factory=dict[tuple[str, str | None], tuple[KeyTarget, ...]]
    )
    _resolved: dict[Option, frozenset[str]] = field(default_factory=dict[Option, frozenset[str]])
    _under_way: dict[Option, list[Option]] = field(default_factory=dict[Option, list[Option]])
    _requiring: set[tuple[Option, str]] = field(default_factory=set[tuple[Option, str]])
    _tentative: int = 0

    def subgraph(self, option: Option) -> Subgraph:
        """Return the subgraph that `option` is in."""
        return self.merge.subgraphs[option.subgraph]

    def definition(self, option: Option) -> TypeDefinition | None:
        """Return the type of `option` as its subgraph defines it."""
        return self.subgraph(option).schema.types.get(option.type_name)

    def roots(self, name: str) -> tuple[Option, ...]:
        """Return the options for a root type: any subgraph that has it can be asked first."""
        return tuple(
            Option(index, name, name)
            for index, subgraph in enumerate(self.merge.subgraphs)
            if name in subgraph.schema.types
        )

    def advance(self, option: Option, name: str) -> tuple[Option, ...]:
        """Return where field `name` leads from `option`, after any moves to other subgraphs."""
        known = self._advanced.get((option, name))
        if known is not None:
            return known
        before = self._tentative
        found = dict.fromkeys(
            target
            for place in self.reachable(option)
            if (target := self.step(place, name)) is not None
        )
        result = tuple(found)
        if self._tentative == before:
            self._advanced[option, name] = result
        return result

    def reachable(self, option: Option) -> tuple[Option, ...]:
        """Return `option` and all options that the router can move to from it by keys."""
        known = self._reachable.get(option)
        if known is not None:
            return known
        if option in self._under_way:
            # A key leads back to itself. What is known so far counts; nothing based on it is kept.
            self._tentative += 1
            return tuple(self._under_way[option])
        found = self._under_way[option] = [option]
        before = self._tentative
        try:
            self._extend(option, found)
        finally:
            del self._under_way[option]
        if self._tentative == before or not self._under_way:
            self._reachable[option] = tuple(found)
        return tuple(found)

    def places_that_matter(self, options: Iterable[Option]) -> frozenset[Option]:
        """Return what can be reached from `options`, without places that add nothing.

        Most entities have stubs, types with nothing but a key, in many subgraphs. Without them the
        ways that lead to an entity differ much less, and few have to be looked at.
        """
        places = frozenset(place for option in options for place in self.reachable(option))
        if len(places) == 1:
            return places
        stubs = {it: names for it in places if (names := self._only_leaves(it)) is not None}
        rest = places - stubs.keys()
        offered = {name for place in rest for name in self._fields(place)}
        return rest | {it for it, names in stubs.items() if not names <= offered}

    def _fields(self, place: Option) -> frozenset[str]:
        """Return the names of the fields that `place` resolves, whatever the path to it."""
        if place not in self._resolved:
            definition = self.definition(place)
            fields = definition.fields if definition is not None else {}
            self._resolved[place] = frozenset(
                name
                for name in fields
                if self.step(place, name) is not None and not self.reads(place, name)
            )
        return self._resolved[place]

    def _only_leaves(self, place: Option) -> frozenset[str] | None:
        """Return the fields of `place` when none of them leads anywhere."""
        if place.provided:
            return None
        definition = self.definition(place)
        if definition is None or len(definition.fields) > _MOST_FIELDS_OF_A_STUB:
            return None
        if any(
            self.is_composite(named_type(it.type)) or self.reads(place, it.name)
            for it in definition.fields.values()
        ):
            return None
        return self._fields(place)

    def _extend(self, start: Option, found: list[Option]) -> None:
        """Add to `found` what can be reached, until a round adds nothing."""
        if start.type_name in ROOT_TYPES:
            found += [it for it in self.roots(start.type_name) if it.subgraph != start.subgraph]
            return
        known = set(found)
        grows = True
        while grows:
            grows = False
            for place in list(found):
                for target in self.key_targets(place):
                    if target.option in known:
                        continue
                    self.spend()
                    if self.resolves(start, target.key):
                        known.add(target.option)
                        found.append(target.option)
                        grows = True

    def spend(self) -> None:
        """Count one step, or raise `BudgetExceededError` when there were too many."""
        self.budget.steps -= 1
        if self.budget.steps < 0:
            raise BudgetExceededError

    def key_targets(self, place: Option) -> tuple[KeyTarget, ...]:
        """Return where keys could lead from `place`, if their fields can be had."""
        definition = self.definition(place)
        stands_for = (
            place.type_name
            if definition is not None and has_applied(definition, "interfaceObject")
            else None
        )
        request = (place.seen_as, stands_for)
        if request not in self._targets:
            self._targets[request] = tuple(self._find_targets(place.seen_as, stands_for))
        return self._targets[request]

    def _find_targets(self, seen_as: str, stands_for: str | None) -> Iterator[KeyTarget]:
        merged = self.merge.types.get(seen_as)
        if merged is None:
            return
        abstract = (*merged.interfaces, seen_as) if stands_for is not None else merged.interfaces
        for index, subgraph in enumerate(self.merge.subgraphs):
            types = subgraph.schema.types
            if seen_as in types and (stands_for is None or stands_for == seen_as):
                yield from _keys_into(types[seen_as], Option(index, seen_as, seen_as))
            for name in abstract:
                interface = types.get(name)
                if interface is None or name == seen_as:
                    continue
                if has_applied(interface, "interfaceObject"):
                    yield from _keys_into(interface, Option(index, name, seen_as))
                elif name == stands_for and seen_as in subgraph.schema.possible_types(name):
                    # Only who knows the interface can tell which type an interface object is of.
                    yield from _keys_into(interface, Option(index, seen_as, seen_as))

    def reads(self, place: Option, name: str) -> frozenset[Context]:
        """Return the contexts without which field `name` cannot be had at `place`."""
        return self.contexts.read_by(place.subgraph, place.type_name, name)

    def step(self, place: Option, name: str) -> Option | None:
        """Return where field `name` leads from `place` within its subgraph, or nothing."""
        definition = self.definition(place)
        item = definition.fields.get(name) if definition is not None else None
        if definition is None or item is None:
            return None
        provided = _provided_below(place.provided, name)
        if provided is None and not self._is_resolved(place, definition, item):
            return None
        use = first_applied(item, "provides")
        text = string_argument(use, "fields") if use is not None else None
        below = (provided or ()) + _parsed(text)
        target = named_type(item.type)
        return Option(place.subgraph, target, target, below)

    def _is_resolved(
        self, place: Option, definition: TypeDefinition, item: FieldDefinition
    ) -> bool:
        subgraph = self.subgraph(place)
        names = [definition.name]
        if definition.kind is TypeKind.INTERFACE:
            names += subgraph.schema.implementations.get(definition.name, [])
        for name in names:
            key = (name, item.name)
            if key in subgraph.facts.external or self._is_overridden(subgraph, key):
                return False
        return first_applied(item, "requires") is None or self._is_required_there(place, item)

    def _is_overridden(self, subgraph: Subgraph, key: tuple[str, str]) -> bool:
        overrides = self.merge.overrides.get(key)
        if overrides is None:
            return False
        label = overrides.labels.get(subgraph.name)
        if label is None:
            return subgraph.name in overrides.used or subgraph.name in overrides.unused
        # Neither side counts on a path that has not decided about the label, as in the reference.
        takes_over = subgraph.name not in overrides.replaced_by_label
        return (label, takes_over) not in self.labels

    def _is_required_there(self, place: Option, item: FieldDefinition) -> bool:
        """Return whether what `@requires` on `item` names can be had, and brought back here."""
        request = (place, item.name)
        known = self._required.get(request)
        if known is not None:
            return known
        if request in self._requiring:
            self._tentative += 1
            return False
        use = first_applied(item, "requires")
        selections = _parsed(string_argument(use, "fields") if use is not None else None)
        definition = self.definition(place)
        self._requiring.add(request)
        before = self._tentative
        try:
            can_return = definition is not None and any(map(is_resolvable, keys_of(definition)))
            result = can_return and self.resolves(place, selections)
        finally:
            self._requiring.discard(request)
        if self._tentative == before or not self._requiring:
            self._required[request] = result
        return result

    def resolves(self, option: Option, selections: FieldSet) -> bool:
        """Return whether all of `selections` can be had from `option`."""
        return all(self._resolves_one(option, selection) for selection in selections)

    def _resolves_one(self, option: Option, selection: SelectedField | SelectedType) -> bool:
        self.spend()
        if isinstance(selection, SelectedType):
            possible = self.runtime_types(option)
            if selection.condition is not None:
                possible = possible & self._possible(option, selection.condition)
            options = (self.narrow(option, name) for name in possible)
            return all(it is None or self.resolves(it, selection.selections) for it in options)
        if selection.name == "__typename":
            return True
        if any(
            self.resolves(target, selection.selections)
            for target in self.advance(option, selection.name)
        ):
            return True
        definition = self.definition(option)
        if definition is None or definition.kind is TypeKind.OBJECT:
            return False
        # Not as a whole, but perhaps for each type that it can be.
        narrowed = [self.narrow(option, name) for name in self.runtime_types(option)]
        return bool(narrowed) and all(
            it is not None and self._resolves_one(it, selection) for it in narrowed
        )

    def _possible(self, option: Option, condition: str) -> frozenset[str]:
        here = self.subgraph(option).schema.possible_types(condition)
        return frozenset(here) | self.api_possible(condition)

    def api_possible(self, name: str) -> frozenset[str]:
        """Return the object types that a value of type `name` can have in the supergraph."""
        merged = self.merge.types.get(name)
        if merged is None:
            return frozenset()
        if merged.kind is TypeKind.UNION:
            return frozenset(merged.members)
        if merged.kind is TypeKind.INTERFACE:
            return frozenset(self.merge.implementations().get(name, ()))
        return frozenset({name})

    def runtime_types(self, option: Option) -> frozenset[str]:
        """Return the object types that a value at `option` can have."""
        definition = self.definition(option)
        if definition is None:
            return frozenset()
        if has_applied(definition, "interfaceObject"):
            return self.api_possible(option.seen_as)
        return frozenset(self.subgraph(option).schema.possible_types(option.type_name))

    def narrow(self, option: Option, name: str) -> Option | None:
        """Return `option` for values of object type `name`, or nothing when there are none."""
        definition = self.definition(option)
        if definition is None or name not in self.runtime_types(option):
            return None
        provided = _provided_for(option.provided, name, self)
        if has_applied(definition, "interfaceObject"):
            return Option(option.subgraph, option.type_name, name, provided)
        return Option(option.subgraph, name, name, provided)

    def is_composite(self, name: str) -> bool:
        """Return whether type `name` has fields of its own or those of its members."""
        merged = self.merge.types.get(name)
        return merged is not None and merged.kind in COMPOSITE_KINDS


def _keys_into(definition: TypeDefinition, option: Option) -> Iterator[KeyTarget]:
    for key in keys_of(definition):
        if is_resolvable(key):
            yield KeyTarget(option, _parsed(string_argument(key, "fields")))


def _parsed(text: str | None) -> FieldSet:
    if text is None:
        return ()
    try:
        return parse_field_set(text)
    except FieldSetError:
        return ()


def _provided_below(provided: FieldSet, name: str) -> FieldSet | None:
    """Return what is provided below field `name`, or nothing when the field itself is not."""
    found: FieldSet | None = None
    for selection in provided:
        if isinstance(selection, SelectedField) and selection.name == name:
            found = (found or ()) + selection.selections
        elif isinstance(selection, SelectedType) and selection.condition is None:
            inner = _provided_below(selection.selections, name)
            found = found if inner is None else (found or ()) + inner
    return found


def _provided_for(provided: FieldSet, name: str, options: Options) -> FieldSet:
    """Return the part of `provided` that holds for object type `name`."""
    kept: list[SelectedField | SelectedType] = []
    for selection in provided:
        if isinstance(selection, SelectedField):
            kept.append(selection)
        elif selection.condition is None or name in options.api_possible(selection.condition):
            kept += _provided_for(selection.selections, name, options)
    return tuple(kept)

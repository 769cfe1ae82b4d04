"""Places in subgraphs where the router can stand, and what their schemas say about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from graphwing.composition.definitions import (
    COMPOSITE_KINDS,
    TypeDefinition,
    TypeKind,
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
from graphwing.composition.subgraph_schema import is_resolvable, keys_of, string_argument


# A tuple, since nothing is looked up as often by so little.
class Option(NamedTuple):
    """A place in a subgraph: a value of type `type_name` there, known to be `seen_as` in the API.

    The two differ only on an interface object. `provided` is what `@provides` makes available here.
    """

    subgraph: int
    type_name: str
    seen_as: str
    provided: FieldSet = ()


@dataclass(frozen=True, slots=True, eq=False)
class Key:
    """The fields of a key, and the places that can be entered with them."""

    fields: FieldSet
    opens: tuple[Option, ...]


@dataclass(slots=True)
class Places:
    """Answers what is at a place, whatever the way there."""

    merge: Merge
    _keys: dict[tuple[str, str | None], tuple[Key, ...]] = field(
        default_factory=dict[tuple[str, str | None], tuple[Key, ...]]
    )
    _plain: dict[tuple[int, str], Option] = field(default_factory=dict[tuple[int, str], Option])
    _roots: dict[str, tuple[Option, ...]] = field(default_factory=dict[str, tuple[Option, ...]])
    _holders: dict[str, list[int]] = field(init=False)
    _interface_objects: dict[str, list[int]] = field(init=False)

    def __post_init__(self) -> None:
        """Note which subgraphs have each type, and which of them as an interface object."""
        self._holders, self._interface_objects = {}, {}
        for index, subgraph in enumerate(self.merge.subgraphs):
            for name, definition in subgraph.schema.types.items():
                self._holders.setdefault(name, []).append(index)
                if has_applied(definition, "interfaceObject"):
                    self._interface_objects.setdefault(name, []).append(index)

    def holders(self, type_name: str) -> Sequence[int]:
        """Return the subgraphs that have type `type_name`."""
        return self._holders.get(type_name, ())

    def subgraph(self, option: Option) -> Subgraph:
        """Return the subgraph that `option` is in."""
        return self.merge.subgraphs[option.subgraph]

    def definition(self, option: Option) -> TypeDefinition | None:
        """Return the type of `option` as its subgraph defines it."""
        return self.subgraph(option).schema.types.get(option.type_name)

    def plain(self, subgraph: int, type_name: str) -> Option:
        """Return the place of type `type_name` where nothing is provided."""
        request = (subgraph, type_name)
        found = self._plain.get(request)
        if found is None:
            found = self._plain[request] = Option(subgraph, type_name, type_name)
        return found

    def roots(self, name: str) -> tuple[Option, ...]:
        """Return the options for a root type: any subgraph that has it can be asked first."""
        if name not in self._roots:
            self._roots[name] = tuple(Option(index, name, name) for index in self.holders(name))
        return self._roots[name]

    def keys(self, place: Option) -> tuple[Key, ...]:
        """Return the keys that could lead elsewhere from `place`, if their fields can be had."""
        is_interface_object = place.subgraph in self._interface_objects.get(place.type_name, ())
        stands_for = place.type_name if is_interface_object else None
        request = (place.seen_as, stands_for)
        if request not in self._keys:
            opens: dict[FieldSet, list[Option]] = {}
            for fields, option in self._find_keys(place.seen_as, stands_for):
                opens.setdefault(fields, []).append(option)
            self._keys[request] = tuple(Key(fields, tuple(it)) for fields, it in opens.items())
        return self._keys[request]

    def _find_keys(self, seen_as: str, stands_for: str | None) -> Iterator[tuple[FieldSet, Option]]:
        merged = self.merge.types.get(seen_as)
        if merged is None:
            return
        abstract = (*merged.interfaces, seen_as) if stands_for is not None else merged.interfaces
        holders = {*self.holders(seen_as), *self.holders(stands_for or "")}
        for name in abstract:
            holders.update(self._interface_objects.get(name, ()))
        for index in sorted(holders):
            subgraph = self.merge.subgraphs[index]
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

    def possible_types(self, option: Option, condition: str) -> frozenset[str]:
        """Return the object types that the type condition `condition` lets through."""
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
        provided = self._provided_for(option.provided, name)
        if has_applied(definition, "interfaceObject"):
            return Option(option.subgraph, option.type_name, name, provided)
        return Option(option.subgraph, name, name, provided)

    def _provided_for(self, provided: FieldSet, name: str) -> FieldSet:
        """Return the part of `provided` that holds for object type `name`."""
        kept: list[SelectedField | SelectedType] = []
        for selection in provided:
            if isinstance(selection, SelectedField):
                kept.append(selection)
            elif selection.condition is None or name in self.api_possible(selection.condition):
                kept += self._provided_for(selection.selections, name)
        return tuple(kept)

    def is_composite(self, name: str) -> bool:
        """Return whether type `name` has fields of its own or those of its members."""
        merged = self.merge.types.get(name)
        return merged is not None and merged.kind in COMPOSITE_KINDS


def _keys_into(definition: TypeDefinition, option: Option) -> Iterator[tuple[FieldSet, Option]]:
    for key in keys_of(definition):
        if is_resolvable(key):
            yield field_set(string_argument(key, "fields")), option


def field_set(text: str | None) -> FieldSet:
    """Return the selections in `text`, none if it is no field set: that was reported before."""
    if text is None:
        return ()
    try:
        return parse_field_set(text)
    except FieldSetError:
        return ()


def provided_below(provided: FieldSet, name: str) -> FieldSet | None:
    """Return what is provided below field `name`, or nothing when the field itself is not."""
    found: FieldSet | None = None
    for selection in provided:
        if isinstance(selection, SelectedField) and selection.name == name:
            found = (found or ()) + selection.selections
        elif isinstance(selection, SelectedType) and selection.condition is None:
            inner = provided_below(selection.selections, name)
            found = found if inner is None else (found or ()) + inner
    return found

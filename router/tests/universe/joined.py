"""What all subgraphs say together: of a field its type everywhere, of a type who has it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

from graphql import (
    FieldNode,
    InlineFragmentNode,
    ListTypeNode,
    NamedTypeNode,
    NonNullTypeNode,
    SelectionSetNode,
    TypeNode,
)

from universe.declarations import ContextArgument, Declarations, FieldDeclaration, TypeDeclaration

Coordinate = tuple[str, str]
"""The names of an object type and of a field."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A field's type over all subgraphs: what it may be, and where null may stand."""

    names: frozenset[str]
    nullable: tuple[bool, ...]
    """By list level, outermost first: no subgraph says non-null."""
    strict: tuple[bool, ...]
    """By list level: every subgraph says non-null."""
    types: tuple[str, ...]
    """The runtime types that every subgraph knows; empty for a leaf."""
    values: tuple[str, ...]
    """The values of an enum that every subgraph knows."""


class JoinedSubgraphs:
    """The declarations of all subgraphs of a graph."""

    def __init__(self, subgraphs: Iterable[Declarations]) -> None:
        self._subgraphs = tuple(subgraphs)
        self._shapes: dict[Coordinate, Shape] = {}
        self._requires: dict[Coordinate, SelectionSetNode | None] = {}

    def is_a(self, typename: str, condition: str) -> bool:
        """Tell whether objects of the type `typename` meet a type condition, anywhere."""
        return typename == condition or typename in self.possible.get(condition, ())

    def requires(self, coordinate: Coordinate) -> SelectionSetNode | None:
        """Return the field set that the field's owner requires."""
        if coordinate not in self._requires:
            sets = [field.requires for _, field in self.declared(coordinate) if field.requires]
            self._requires[coordinate] = next(iter(sets), None)
        return self._requires[coordinate]

    def declared(self, coordinate: Coordinate) -> list[tuple[Declarations, FieldDeclaration]]:
        """Return who declares a field, for its type or an interface, and is not overridden.

        Who is overridden under a condition still counts.
        """
        typename, name = coordinate
        overridden = {
            each.fields[name].override_from
            for _, each in self._types(typename)
            if name in each.fields and each.fields[name].override_label is None
        }
        return [
            (subgraph, each.fields[name])
            for subgraph, each in self._types(typename)
            if name in each.fields and subgraph.subgraph not in overridden
        ]

    def contextual(self, coordinate: Coordinate) -> list[tuple[ContextArgument, AbstractSet[str]]]:
        """Return the contextual arguments of a field, each with the types that set its context."""
        return [
            (argument, self._setting(subgraph, argument.context))
            for subgraph, field in self.declared(coordinate)
            for argument in field.contextual
        ]

    def _setting(self, subgraph: Declarations, context: str) -> AbstractSet[str]:
        return {
            name
            for each in subgraph.types.values()
            if context in each.contexts
            for name in self._concrete(subgraph, each)
        }

    def is_active(self, coordinate: Coordinate, subgraph: str, labels: AbstractSet[str]) -> bool:
        """Tell whether the overrides whose `labels` hold leave a field to a subgraph."""
        overrides = {
            (declarer.subgraph, field.override_from): field.override_label in labels
            for declarer, field in self.declared(coordinate)
            if field.override_label is not None
        }
        return all(
            holds if to == subgraph else not holds
            for (to, source), holds in overrides.items()
            if subgraph in (to, source)
        )

    def is_typed_elsewhere(self, coordinate: Coordinate) -> bool:
        """Tell whether who has a field knows its objects only as an interface object."""
        return any(
            target.interface_object
            for subgraph, field in self.declared(coordinate)
            if (target := subgraph.types.get(_unroll(field.node.type)[0]))
        )

    @cached_property
    def possible(self) -> Mapping[str, tuple[str, ...]]:
        """The concrete types of each interface and union, over all subgraphs."""
        found: dict[str, set[str]] = {}
        for subgraph in self._subgraphs:
            for each in subgraph.types.values():
                found.setdefault(each.name, set()).update(each.members)
                for interface in () if each.abstract else each.interfaces:
                    found.setdefault(interface, set()).add(each.name)
        return {name: tuple(sorted(types)) for name, types in found.items() if types}

    @cached_property
    def entities(self) -> frozenset[str]:
        """The object types with a key in some subgraph."""
        return frozenset(
            each.name
            for subgraph in self._subgraphs
            for each in subgraph.types.values()
            if each.keys and each.name not in self.possible
        )

    @cached_property
    def is_uniform(self) -> bool:
        """Tell whether all subgraphs agree on where null may be.

        Where they do not, a subgraph nulls a place that the API would not: no answer is the truth.
        """
        names = {
            (each.name, field)
            for subgraph in self._subgraphs
            for each in subgraph.types.values()
            for field in each.fields
        }
        shapes = [self.shape((owner, field)) for owner, field in names]
        return all(
            may != must
            for shape in shapes
            for may, must in zip(shape.nullable, shape.strict, strict=True)
        )

    @cached_property
    def clean(self) -> frozenset[Coordinate]:
        """Fields that keys and requirements read, and those whose null would take such a field.

        Nothing is injected there: a router reads them on its own account, so their errors are not
        the client's.
        """
        found: set[Coordinate] = set(self.key_fields)
        for subgraph in self._subgraphs:
            for each in subgraph.types.values():
                for declared in each.fields.values():
                    if declared.requires:
                        self._collect(each.name, declared.requires, found)
                    for argument in declared.contextual:
                        for name in self._setting(subgraph, argument.context):
                            self._collect(name, argument.selections, found)
        waiting = list(found)
        while waiting:
            for typename in self.shape(waiting.pop()).types:
                strict = {
                    (typename, name)
                    for _, each in self._types(typename)
                    for name in each.fields
                    if self.shape((typename, name)).strict[0]
                }
                waiting += strict - found
                found |= strict
        return frozenset(found)

    @cached_property
    def key_fields(self) -> frozenset[Coordinate]:
        """Fields that keys consist of: they are never null, and different for each entity."""
        found: set[Coordinate] = set()
        for subgraph in self._subgraphs:
            for each in subgraph.types.values():
                for key in each.keys:
                    self._collect(each.name, key.selections, found)
        return frozenset(found)

    def _collect(self, typename: str, selections: SelectionSetNode, into: set[Coordinate]) -> None:
        for concrete in self.possible.get(typename, (typename,)):
            for selection in selections.selections:
                if isinstance(selection, InlineFragmentNode):
                    condition = selection.type_condition
                    target = condition.name.value if condition else concrete
                    if self.is_a(concrete, target) or self.is_a(target, concrete):
                        self._collect(target, selection.selection_set, into)
                elif isinstance(selection, FieldNode) and selection.name.value != "__typename":
                    coordinate = (concrete, selection.name.value)
                    into.add(coordinate)
                    if selection.selection_set:
                        for target in self.shape(coordinate).types:
                            self._collect(target, selection.selection_set, into)

    def _types(self, typename: str) -> list[tuple[Declarations, TypeDeclaration]]:
        """Return the declarations of a type, and of interface objects that stand for it."""
        return [
            (subgraph, each)
            for subgraph in self._subgraphs
            for each in subgraph.types.values()
            if each.name == typename
            or (each.interface_object and typename in self.possible.get(each.name, ()))
        ]

    def shape(self, coordinate: Coordinate) -> Shape:
        """Return the type of a field over all subgraphs."""
        if coordinate not in self._shapes:
            self._shapes[coordinate] = self._merged(coordinate)
        return self._shapes[coordinate]

    def _merged(self, coordinate: Coordinate) -> Shape:
        declared = self.declared(coordinate)
        unrolled = [_unroll(field.node.type) for _, field in declared]
        levels = list(zip(*(levels for _, levels in unrolled), strict=True))
        known: list[set[str]] = []
        values: list[list[str]] = []
        for (subgraph, _), (name, _) in zip(declared, unrolled, strict=True):
            target = subgraph.types.get(name)
            if target and target.values:
                values.append([each for each in target.values if not self._hidden(name, each)])
            elif target and (target.fields or target.members):
                known.append(self._concrete(subgraph, target))
        common = set[str].intersection(*known) if known else set[str]()
        return Shape(
            names=frozenset(name for name, _ in unrolled),
            nullable=tuple(not any(level) for level in levels),
            strict=tuple(all(level) for level in levels),
            types=tuple(sorted(common)),
            values=tuple(sorted(set[str].intersection(*map(set, values)) if values else ())),
        )

    def _hidden(self, enum: str, value: str) -> bool:
        return any(
            value in subgraph.types[enum].hidden_values
            for subgraph in self._subgraphs
            if enum in subgraph.types
        )

    def _concrete(self, subgraph: Declarations, target: TypeDeclaration) -> set[str]:
        """Return the runtime types that a subgraph can mean by one of its composite types."""
        if target.interface_object:
            return set(self.possible.get(target.name, ()))
        if not target.abstract:
            return {target.name}
        return target.members | {
            each.name
            for each in subgraph.types.values()
            if target.name in each.interfaces and not each.abstract
        }


def _unroll(node: TypeNode) -> tuple[str, tuple[bool, ...]]:
    """Return the named type and, for each list level and the items, whether it is non-null."""
    levels: list[bool] = []
    while True:
        levels.append(isinstance(node, NonNullTypeNode))
        if isinstance(node, NonNullTypeNode):
            node = node.type
        if isinstance(node, ListTypeNode):
            node = node.type
            continue
        assert isinstance(node, NamedTypeNode)
        return node.name.value, tuple(levels)

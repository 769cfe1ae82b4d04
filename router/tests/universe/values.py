"""Every value of every field, as a hash of where it stands.

An entity is one of a small population of its type; any other object is named by the path that
leads to it. What a field holds depends on its object, its name, its canonical arguments and, where
it has `@requires`, on the values it requires: a wrong representation changes the answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from typing import TypeAlias

from graphql import (
    FieldNode,
    InlineFragmentNode,
    ListTypeNode,
    NamedTypeNode,
    NonNullTypeNode,
    SelectionSetNode,
    TypeNode,
    value_from_ast_untyped,
)

from universe.declarations import Declarations, FieldDeclaration, TypeDeclaration

POPULATION = 5
"""How many entities there are of each type."""

VERSIONED = "revision"
"""A field of this name changes with each mutation before it."""

Coordinate = tuple[str, str]
Value: TypeAlias = "bool | int | float | str | Thing | Sequence[Value] | Mapping[str, Value] | None"
"""What a field or an argument holds: JSON, and objects of the universe."""
_NAMES = ("달빛", "plain", 'a "quoted" one', "back\\slash", "two\nlines", "", "1e3", "null")


@dataclass(frozen=True, slots=True)
class Thing:
    """An object of the universe: its runtime type and what distinguishes it."""

    typename: str
    identity: str


@dataclass(frozen=True, slots=True)
class Faults:
    """How much goes wrong, by hash: nulls where none may be, and errors, in one of a thousand."""

    nulls: int = 0
    errors: int = 0


NO_FAULTS = Faults()


@dataclass(slots=True)
class World:
    """What changes while one operation runs: how many mutations were, and what looked wrong."""

    faults: Faults = NO_FAULTS
    partial: bool = False
    """Requirements may be missing, because what they come from has failed."""
    version: int = 0
    findings: list[str] = field(default_factory=list[str])


class InjectedError(Exception):
    """An error that the universe put into a field."""


@dataclass(frozen=True, slots=True)
class _Shape:
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


class Universe:
    """All values behind some subgraphs; the same for the same subgraphs and seed."""

    def __init__(self, subgraphs: Iterable[Declarations], seed: int) -> None:
        self._subgraphs = tuple(subgraphs)
        self._seed = str(seed)
        self._names = frozenset(each.subgraph for each in self._subgraphs)
        self._shapes: dict[Coordinate, _Shape] = {}
        self._requires: dict[Coordinate, SelectionSetNode | None] = {}
        self._found: dict[tuple[str, int], dict[str, Thing]] = {}

    def value(
        self,
        thing: Thing,
        name: str,
        arguments: Mapping[str, Value],
        world: World,
        required: Mapping[str, Value] | None = None,
    ) -> Value:
        """Return what a field holds, objects as `Thing`; or raise `InjectedError`."""
        coordinate = (thing.typename, name)
        requires = self.requires(coordinate)
        if requires and required is None:
            required = self.read(thing, requires)
        place = f"{thing.identity}.{name}({_canonical(arguments)})"
        if requires:
            place += _canonical(without_nulls(required))
        if name == VERSIONED:
            place += f"@{world.version}"
        faults = NO_FAULTS if coordinate in self.clean else world.faults
        if self._number(place, "error") % 1000 < faults.errors:
            raise InjectedError(f"injected at {place}")
        return self._level(coordinate, self._shape(coordinate), 0, place, faults)

    def read(self, thing: Thing, selections: SelectionSetNode) -> dict[str, Value]:
        """Return what a field set of `thing` holds, as a representation would carry it."""
        found: dict[str, Value] = {}
        for selection in selections.selections:
            if isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                if condition is None or self.is_a(thing.typename, condition.name.value):
                    found |= self.read(thing, selection.selection_set)
            elif isinstance(selection, FieldNode):
                found[selection.name.value] = self._read_field(thing, selection)
        return found

    def is_a(self, typename: str, condition: str) -> bool:
        """Tell whether objects of the type `typename` meet a type condition, anywhere."""
        return typename == condition or typename in self.possible.get(condition, ())

    def entity(
        self, typename: str, key: SelectionSetNode, representation: Mapping[str, Value]
    ) -> Thing | None:
        """Return the entity of a type (or an interface) that has this key, if there is one."""
        index = self._found.get((typename, id(key)))
        if index is None:
            concrete = self.possible.get(typename, (typename,))
            everyone = [
                Thing(each, f"{each}#{number}") for each in concrete for number in range(POPULATION)
            ]
            index = {_canonical(self.read(each, key)): each for each in everyone}
            assert len(index) == len(everyone), f"a key of {typename} is not unique"
            self._found[typename, id(key)] = index
        wanted = _only(representation, key)
        return index.get(_canonical(wanted)) if isinstance(wanted, dict) else None

    def requires(self, coordinate: Coordinate) -> SelectionSetNode | None:
        """Return the field set that the field's owner requires."""
        if coordinate not in self._requires:
            sets = [field.requires for _, field in self.declared(coordinate) if field.requires]
            self._requires[coordinate] = next(iter(sets), None)
        return self._requires[coordinate]

    def declared(self, coordinate: Coordinate) -> list[tuple[Declarations, FieldDeclaration]]:
        """Return who declares a field, for its type or an interface, and is not overridden."""
        typename, name = coordinate
        overridden = {
            each.fields[name].override_from
            for _, each in self._types(typename)
            if name in each.fields
        }
        return [
            (subgraph, each.fields[name])
            for subgraph, each in self._types(typename)
            if name in each.fields and subgraph.subgraph not in overridden
        ]

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
        shapes = [self._shape((owner, field)) for owner, field in names]
        return all(
            may != must
            for shape in shapes
            for may, must in zip(shape.nullable, shape.strict, strict=True)
        )

    @cached_property
    def clean(self) -> frozenset[Coordinate]:
        """Fields that keys and requirements read: nothing is injected there.

        A router reads them on its own account, so their errors are not the client's.
        """
        found: set[Coordinate] = set(self._key_fields)
        for subgraph in self._subgraphs:
            for each in subgraph.types.values():
                for declared in each.fields.values():
                    if declared.requires:
                        self._collect(each.name, declared.requires, found)
        return frozenset(found)

    @cached_property
    def _key_fields(self) -> frozenset[Coordinate]:
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
                    self._collect(target, selection.selection_set, into)
                elif isinstance(selection, FieldNode) and selection.name.value != "__typename":
                    coordinate = (concrete, selection.name.value)
                    into.add(coordinate)
                    if selection.selection_set:
                        for target in self._shape(coordinate).types:
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

    def _shape(self, coordinate: Coordinate) -> _Shape:
        if coordinate not in self._shapes:
            self._shapes[coordinate] = self._merged(coordinate)
        return self._shapes[coordinate]

    def _merged(self, coordinate: Coordinate) -> _Shape:
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
        return _Shape(
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

    def _level(
        self, coordinate: Coordinate, shape: _Shape, level: int, place: str, faults: Faults
    ) -> Value:
        """Return the value at one level of lists: null, a list, an object or a leaf."""
        if self._is_null(coordinate, shape, level, place, faults):
            return None
        if level + 1 < len(shape.nullable):
            length = (0, 1, 2, 2, 3)[self._number(place, "length") % 5]
            return [
                self._level(coordinate, shape, level + 1, f"{place}[{index}]", faults)
                for index in range(length)
            ]
        if shape.types:
            return self._thing(coordinate, shape.types, place)
        if shape.values:
            return shape.values[self._number(place, "enum") % len(shape.values)]
        return self._leaf(next(iter(shape.names)), place)

    def _is_null(
        self, coordinate: Coordinate, shape: _Shape, level: int, place: str, faults: Faults
    ) -> bool:
        if coordinate in self._key_fields:
            return False
        if shape.strict[level]:
            return self._number(place, "violation") % 1000 < faults.nulls
        return shape.nullable[level] and self._number(place, "null") % 8 == 0

    def _thing(self, coordinate: Coordinate, types: tuple[str, ...], place: str) -> Thing:
        typename = types[self._number(place, "type") % len(types)]
        if typename not in self.entities:
            return Thing(typename, f"{place}:{typename}")
        offset = self._number(place, "entity")
        if coordinate in self._key_fields:
            # Part of a key: different parents must have different ones.
            _, _, number = place.partition("(")[0].rpartition(".")[0].rpartition("#")
            offset = int(number) if number.isdigit() else offset
        return Thing(typename, f"{typename}#{offset % POPULATION}")

    def _leaf(self, typename: str, place: str) -> Value:
        number = self._number(place, "leaf")
        match typename:
            case "Int":
                return number % 2**31 - 2**30
            case "Float":
                return (number % 10**6) / (1.0, 8.0, 1e-15)[number % 3]
            case "Boolean":
                return number % 2 == 1
            case "ID":
                return str(number % 10**12) if number % 3 == 0 else f"id-{number % 16**8:x}"
            case "String":
                return f"{_NAMES[number % len(_NAMES)]}{number % 16**6:x}"
            case _:
                nested: Value = {"a b": [number % 9, None]}
                choices: tuple[Value, ...] = (number, f"{number:x}", nested, [], number % 2 == 0)
                return choices[number % len(choices)]

    def _number(self, place: str, purpose: str) -> int:
        text = f"{self._seed}/{purpose}/{place}"
        return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")

    def _read_field(self, thing: Thing, selection: FieldNode) -> Value:
        name = selection.name.value
        if name == "__typename":
            return thing.typename
        arguments = self._arguments((thing.typename, name), selection)
        held = self.value(thing, name, arguments, World())
        return self._read_value(held, selection.selection_set)

    def _arguments(self, coordinate: Coordinate, selection: FieldNode) -> dict[str, Value]:
        """Return the arguments of a field in a field set, with defaults."""
        definitions = [field for _, field in self.declared(coordinate)]
        found = {
            each.name.value: value_from_ast_untyped(each.default_value)
            for each in (definitions[0].node.arguments or () if definitions else ())
            if each.default_value
        }
        for each in selection.arguments or ():
            found[each.name.value] = value_from_ast_untyped(each.value)
        return found

    def _read_value(self, held: Value, selections: SelectionSetNode | None) -> Value:
        if isinstance(held, list):
            return [self._read_value(each, selections) for each in held]
        if isinstance(held, Thing) and selections:
            return self.read(held, selections)
        return held


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


def _only(value: Value, selections: SelectionSetNode | None) -> Value:
    """Return the part of a representation that a field set names; absent fields stay absent."""
    if isinstance(value, list):
        return [_only(each, selections) for each in value]
    if selections is None or not isinstance(value, Mapping):
        return value
    found: dict[str, Value] = {}
    for selection in selections.selections:
        if isinstance(selection, FieldNode) and selection.name.value in value:
            name = selection.name.value
            found[name] = _only(value[name], selection.selection_set)
    return found


def without_nulls(value: Value) -> Value:
    """Return a value without its null entries: a requirement may be sent as null or left out."""
    if isinstance(value, Mapping):
        return {name: without_nulls(each) for name, each in value.items() if each is not None}
    if isinstance(value, list):
        return [without_nulls(each) for each in value]
    return value


def _canonical(value: Value) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

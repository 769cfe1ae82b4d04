"""Every value of every field, as a hash of where it stands.

An entity is one of a small population of its type; any other object is named by the path that
leads to it. What a field holds depends on its object, its name, its canonical arguments and, where
it has `@requires`, on the values it requires: a wrong representation changes the answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TypeAlias

from graphql import (
    FieldNode,
    InlineFragmentNode,
    SelectionSetNode,
    value_from_ast_untyped,
)

from universe.declarations import Declarations
from universe.joined import Coordinate, JoinedSubgraphs, Shape

POPULATION = 5
"""How many entities there are of each type."""

VERSIONED = "revision"
"""A field of this name changes with each mutation before it."""

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
    labels: frozenset[str] = frozenset()
    """Conditions of overrides that hold."""
    version: int = 0
    findings: list[str] = field(default_factory=list[str])


class InjectedError(Exception):
    """An error that the universe put into a field."""


class Universe:
    """All values behind some subgraphs; the same for the same subgraphs and seed."""

    def __init__(self, subgraphs: Iterable[Declarations], seed: int) -> None:
        self.joined = JoinedSubgraphs(subgraphs)
        self._seed = str(seed)
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
        requires = self.joined.requires(coordinate)
        if requires and required is None:
            required = self.read(thing, requires)
        place = f"{thing.identity}.{name}({_canonical(arguments)})"
        if requires:
            place += _canonical(without_nulls(required))
        if name == VERSIONED:
            place += f"@{world.version}"
        faults = NO_FAULTS if coordinate in self.joined.clean else world.faults
        if self._number(place, "error") % 1000 < faults.errors:
            raise InjectedError(f"injected at {place}")
        return self._level(coordinate, self.joined.shape(coordinate), 0, place, faults)

    def read(self, thing: Thing, selections: SelectionSetNode) -> dict[str, Value]:
        """Return what a field set of `thing` holds, as a representation would carry it."""
        found: dict[str, Value] = {}
        for selection in selections.selections:
            if isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                if condition is None or self.joined.is_a(thing.typename, condition.name.value):
                    found |= self.read(thing, selection.selection_set)
            elif isinstance(selection, FieldNode):
                found[selection.name.value] = self._read_field(thing, selection)
        return found

    def selected(self, thing: Thing, selection: FieldNode) -> Value:
        """Return what a field in a field set holds, objects as `Thing`."""
        arguments = self._arguments((thing.typename, selection.name.value), selection)
        return self.value(thing, selection.name.value, arguments, World())

    def entity(
        self, typename: str, key: SelectionSetNode, representation: Mapping[str, Value]
    ) -> Thing | None:
        """Return the entity of a type (or an interface) that has this key, if there is one."""
        index = self._found.get((typename, id(key)))
        if index is None:
            concrete = self.joined.possible.get(typename, (typename,))
            everyone = [
                Thing(each, f"{each}#{number}") for each in concrete for number in range(POPULATION)
            ]
            index = {_canonical(self.read(each, key)): each for each in everyone}
            assert len(index) == len(everyone), f"a key of {typename} is not unique"
            self._found[typename, id(key)] = index
        wanted = _only(representation, key)
        return index.get(_canonical(wanted)) if isinstance(wanted, dict) else None

    def _level(
        self, coordinate: Coordinate, shape: Shape, level: int, place: str, faults: Faults
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
        self, coordinate: Coordinate, shape: Shape, level: int, place: str, faults: Faults
    ) -> bool:
        if coordinate in self.joined.key_fields:
            return False
        if shape.strict[level]:
            return self._number(place, "violation") % 1000 < faults.nulls
        return shape.nullable[level] and self._number(place, "null") % 8 == 0

    def _thing(self, coordinate: Coordinate, types: tuple[str, ...], place: str) -> Thing:
        typename = types[self._number(place, "type") % len(types)]
        if typename not in self.joined.entities:
            return Thing(typename, f"{place}:{typename}")
        offset = self._number(place, "entity")
        if coordinate in self.joined.key_fields:
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
        if selection.name.value == "__typename":
            return thing.typename
        return self._read_value(self.selected(thing, selection), selection.selection_set)

    def _arguments(self, coordinate: Coordinate, selection: FieldNode) -> dict[str, Value]:
        """Return the arguments of a field in a field set, with defaults."""
        definitions = [field for _, field in self.joined.declared(coordinate)]
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

"""Subgraphs made from nothing but their SDL: they answer what it declares, and watch the router.

A stub notes a finding in its world when a request is not valid, asks for a field that the subgraph
cannot resolve there, or carries a representation that is incomplete or wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from graphql import (
    DefinitionNode,
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLResolveInfo,
    InlineFragmentNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    SelectionSetNode,
    build_ast_schema,
    execute_sync,  # pyright: ignore[reportUnknownVariableType]
    parse,
    validate,
)

from graphwing.planner.verify import SUBGRAPH_OPERATION_RULES
from universe.declarations import Declarations, FieldDeclaration, TypeDeclaration
from universe.values import Thing, Universe, Value, World, without_nulls

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Held:
    """An object as a subgraph holds it while it answers."""

    thing: Thing
    provided: tuple[SelectionSetNode, ...] = ()
    """What a `@provides` above makes readable here."""
    representation: Mapping[str, Value] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a GraphQL server says, ready for JSON."""

    data: Json | None
    errors: tuple[Json, ...] = ()


class Stub:
    """One subgraph of a universe."""

    def __init__(self, declarations: Declarations, universe: Universe) -> None:
        self.name = declarations.subgraph
        self._types = declarations.types
        self._universe = universe
        self._schema = build_ast_schema(
            _executable(declarations), assume_valid=True, assume_valid_sdl=True
        )
        self._documents: dict[str, tuple[DocumentNode | None, tuple[str, ...]]] = {}

    def answer(self, operation: str, variables: Mapping[str, Value], world: World) -> Answer:
        """Answer an operation, and note in `world` what is wrong with it."""
        document, faults = self._document(operation)
        world.findings.extend(f"{self.name}: {fault}" for fault in faults)
        if document is None:
            return Answer(None, ({"message": "not a valid operation"},))
        result = execute_sync(
            self._schema,
            document,
            variable_values=dict(variables),
            context_value=world,
            field_resolver=self._resolve,
            type_resolver=self._runtime_type,
        )
        return Answer(result.data, tuple(dict(each.formatted) for each in result.errors or ()))

    def _document(self, operation: str) -> tuple[DocumentNode | None, tuple[str, ...]]:
        if operation not in self._documents:
            try:
                document = parse(operation, no_location=True)
            except GraphQLError as error:
                return None, (f"{error.message} in {operation}",)
            errors = validate(self._schema, document, SUBGRAPH_OPERATION_RULES)
            faults = tuple(f"{error.message} in {operation}" for error in errors)
            self._documents[operation] = (None if errors else document, faults)
        return self._documents[operation]

    def _resolve(
        self, source: Held | None, info: GraphQLResolveInfo[World], **arguments: Value
    ) -> object:
        world = info.context
        name = info.field_name
        if source is None and name == "_entities":
            representations = cast("list[Mapping[str, Value]]", arguments["representations"])
            return [self._entity(each, world) for each in representations]
        held = source or Held(Thing(info.parent_type.name, info.parent_type.name))
        if source is None and held.thing.typename == "Mutation":
            world.version += 1
        declared = self._types[info.parent_type.name].fields[name]
        self._check_resolvable(held, info.parent_type.name, name, declared, world)
        required = self._required(held, name, declared, world)
        value = self._universe.value(held.thing, name, arguments, world, required)
        return _held(value, self._below(held, name, declared))

    def _runtime_type(self, held: Held, *_: object) -> str:
        return self._shown(held.thing.typename)

    def _shown(self, typename: str) -> str:
        """Return what this subgraph calls a concrete type: itself, or its interface object."""
        if typename in self._types:
            return typename
        return next(
            each.name
            for each in self._types.values()
            if each.interface_object and self._universe.joined.is_a(typename, each.name)
        )

    def _entity(self, representation: Mapping[str, Value], world: World) -> Held | None:
        typename = representation.get("__typename")
        declared = self._types.get(str(typename))
        keys = [key for key in declared.keys if key.resolvable] if declared else []
        for key in keys:
            thing = self._universe.entity(str(typename), key.selections, representation)
            if thing:
                self._check_extras(thing, declared, representation, world)
                return Held(thing, representation=representation)
        self._note(world, f"no entity has a resolvable key of this representation {representation}")
        return None

    def _check_extras(
        self,
        thing: Thing,
        declared: TypeDeclaration | None,
        representation: Mapping[str, Value],
        world: World,
    ) -> None:
        """Everything in a representation must be `__typename`, a key, or required by a field."""
        assert declared
        sets = [key.selections for key in declared.keys]
        sets += [each.requires for each in declared.fields.values() if each.requires]
        known = {"__typename"} | set[str]().union(*(_names(each) for each in sets))
        for name in representation.keys() - known:
            self._note(world, f"`{name}` is no part of a key or requirement of {thing.typename}")

    def _check_resolvable(
        self, held: Held, parent: str, name: str, declared: FieldDeclaration, world: World
    ) -> None:
        """A subgraph cannot resolve what is external, unless provided, or overridden."""
        coordinate = (held.thing.typename, name)
        declarers = self._universe.joined.declared(coordinate)
        is_active = self._universe.joined.is_active(coordinate, self.name, world.labels)
        if not is_active or all(each.subgraph != self.name for each, _ in declarers):
            self._note(world, f"`{parent}.{name}` is overridden")
        if declared.external and not self._provides(held, name):
            self._note(world, f"`{parent}.{name}` is external and not provided here")

    def _required(
        self, held: Held, name: str, declared: FieldDeclaration, world: World
    ) -> Mapping[str, Value] | None:
        """Return what a representation says of a field's requirements, having checked it.

        `None` is what the subgraph knows itself, because it provides all of them here.
        """
        if not declared.requires:
            return None
        if held.representation is None:
            if not self._gives(held, declared.requires):
                self._note(world, f"`{name}` requires a representation and was asked without one")
            return None
        truth = self._universe.read(held.thing, declared.requires)
        said = _part(held.representation, truth)
        if world.partial and without_nulls(said) != without_nulls(truth):
            raise GraphQLError("what this requires is not all there")
        self._compare(truth, held.representation, f"{held.thing.typename}.{name}", world)
        return said if isinstance(said, Mapping) else {}

    def _compare(self, truth: Value, said: Value, place: str, world: World) -> None:
        """Note where a representation differs from the truth; null may also be left out."""
        if isinstance(truth, Mapping) and isinstance(said, Mapping):
            for name, value in truth.items():
                if value is not None and name not in said:
                    self._note(world, f"{place} requires `{name}`, which is missing in {said}")
                else:
                    self._compare(value, said.get(name), f"{place}.{name}", world)
        elif isinstance(truth, list) and isinstance(said, list) and len(truth) == len(said):
            for one, other in zip(truth, said, strict=True):
                self._compare(one, other, place, world)
        elif truth != said:
            self._note(world, f"{place} requires {truth!r}, the representation has {said!r}")

    def _gives(self, held: Held, selections: SelectionSetNode) -> bool:
        """Tell whether this subgraph can resolve a field set of an object without being told."""
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                if not self._gives_field(held, selection):
                    return False
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                applies = not condition or self._universe.joined.is_a(
                    held.thing.typename, condition.name.value
                )
                if applies and not self._gives(held, selection.selection_set):
                    return False
        return True

    def _gives_field(self, held: Held, selection: FieldNode) -> bool:
        name = selection.name.value
        if name == "__typename":
            return True
        declared = self._types[self._shown(held.thing.typename)].fields.get(name)
        if declared is None or (declared.external and not self._provides(held, name)):
            return False
        if declared.requires and not self._gives(held, declared.requires):
            return False
        if selection.selection_set is None:
            return True
        value = self._universe.selected(held.thing, selection)
        below = _objects(_held(value, self._below(held, name, declared)))
        return all(self._gives(each, selection.selection_set) for each in below)

    def _below(
        self, held: Held, name: str, declared: FieldDeclaration
    ) -> tuple[SelectionSetNode, ...]:
        """Return what is provided below a field."""
        own = (declared.provides,) if declared.provides else ()
        return (*self._inherited(held, name), *own)

    def _provides(self, held: Held, name: str) -> bool:
        return bool(self._provided(held, name))

    def _inherited(self, held: Held, name: str) -> tuple[SelectionSetNode, ...]:
        found = self._provided(held, name)
        return tuple(each.selection_set for each in found if each.selection_set)

    def _provided(self, held: Held, name: str) -> list[FieldNode]:
        """Return the selections of a field in what is provided at an object."""
        found: list[FieldNode] = []
        pending = list(held.provided)
        while pending:
            for selection in pending.pop().selections:
                if isinstance(selection, FieldNode) and selection.name.value == name:
                    found.append(selection)
                elif isinstance(selection, InlineFragmentNode):
                    condition = selection.type_condition
                    if not condition or self._universe.joined.is_a(
                        held.thing.typename, condition.name.value
                    ):
                        pending.append(selection.selection_set)
        return found

    def _note(self, world: World, fault: str) -> None:
        world.findings.append(f"{self.name}: {fault}")


def _held(value: Value, provided: tuple[SelectionSetNode, ...]) -> object:
    if isinstance(value, list):
        return [_held(each, provided) for each in value]
    return Held(value, provided) if isinstance(value, Thing) else value


def _objects(held: object) -> list[Held]:
    """Return the objects in what a field holds, through lists."""
    if isinstance(held, list):
        return [each for item in cast("list[object]", held) for each in _objects(item)]
    return [held] if isinstance(held, Held) else []


def _part(said: Value, truth: Value) -> Value:
    """Return the part of a representation that a requirement names; `truth` is all it names."""
    if isinstance(said, Mapping) and isinstance(truth, Mapping):
        return {name: _part(said[name], truth[name]) for name in truth if name in said}
    if isinstance(said, list) and isinstance(truth, list) and len(said) == len(truth):
        return [_part(one, other) for one, other in zip(said, truth, strict=True)]
    return said


def _names(selections: SelectionSetNode) -> set[str]:
    """Return the names of the fields at the top of a field set, through fragments."""
    found: set[str] = set()
    for selection in selections.selections:
        if isinstance(selection, FieldNode):
            found.add(selection.name.value)
        elif isinstance(selection, InlineFragmentNode):
            found |= _names(selection.selection_set)
    return found


def _executable(declarations: Declarations) -> DocumentNode:
    """Return a subgraph's document with what every subgraph serves besides."""
    entities = [each.name for each in declarations.types.values() if _is_looked_up(each)]
    lookups = [*entities, *_implementations(declarations)]
    members = sorted({name for name in lookups if not declarations.types[name].abstract})
    text = "scalar _Any "
    if members:
        text += f"""
            union _Entity = {" | ".join(members)}
            extend type Query {{ _entities(representations: [_Any!]!): [_Entity]! }}
        """
    if "Query" not in declarations.types:
        text += "type Query { _: Boolean }"
    added = parse(text, no_location=True)
    own = tuple(map(_defined, declarations.document.definitions))
    return DocumentNode(definitions=(*own, *added.definitions))


def _defined(node: DefinitionNode) -> DefinitionNode:
    """Return an extension as the definition that it is for its subgraph."""
    if not isinstance(node, ObjectTypeExtensionNode):
        return node
    return ObjectTypeDefinitionNode(
        name=node.name, interfaces=node.interfaces, directives=node.directives, fields=node.fields
    )


def _is_looked_up(declared: TypeDeclaration) -> bool:
    return any(key.resolvable for key in declared.keys)


def _implementations(declarations: Declarations) -> list[str]:
    """Return the types behind the interfaces of a subgraph that have keys."""
    keyed = {each.name for each in declarations.types.values() if each.abstract and each.keys}
    return [each.name for each in declarations.types.values() if each.interfaces & keyed]

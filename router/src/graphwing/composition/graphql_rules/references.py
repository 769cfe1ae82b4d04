"""Every type that is named exists, and is of a kind that may stand there."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field

from graphwing.composition.definitions import (
    BUILT_IN_SCALARS,
    INPUT_KINDS,
    OUTPUT_KINDS,
    InputValue,
    Position,
    TypeDefinition,
    TypeKind,
)
from graphwing.composition.problems import Problems
from graphwing.composition.read_sdl import ReadSdl
from graphwing.composition.subgraph_schema import SubgraphSchema
from graphwing.composition.suggestion import closest
from graphwing.composition.type_reference import TypeReference, named_type

_Fault = tuple[str, str, Position, str]
"""What is wrong, where in the schema, where in the SDL, and what to do."""


def check_references(schema: SubgraphSchema, read: ReadSdl, problems: Problems) -> bool:
    """Report types that do not exist; if all do, those of a wrong kind. Return whether all do."""
    checker = _Checker(schema)
    checker.check_roots(read)
    for definition in schema.types.values():
        checker.check_type(definition)
    for directive in read.directives.values():
        for argument in directive.arguments.values():
            checker.check_input(argument, f"@{directive.name}({argument.name}:)")
    for message, coordinate, position, remedy in checker.unknown or checker.misplaced:
        problems.report(
            "INVALID_GRAPHQL",
            message,
            at=[schema.at(position)],
            coordinate=coordinate,
            remedy=remedy,
        )
    return not checker.unknown


def check_own_references(
    schema: SubgraphSchema, foreign: Container[str], problems: Problems
) -> None:
    """Report uses, in the author's own types, of the types named in `foreign`."""
    for coordinate, reference, position in _references(schema):
        name = named_type(reference)
        if name in foreign:
            problems.report(
                "INVALID_GRAPHQL",
                f"`{coordinate}` is of type `{name}`, which belongs to a specification and is not"
                " in the supergraph",
                at=[schema.at(position)],
                coordinate=coordinate,
                remedy="use a type of your own",
            )


def _references(schema: SubgraphSchema) -> Iterator[tuple[str, TypeReference, Position]]:
    for definition in schema.types.values():
        for item in definition.fields.values():
            coordinate = f"{definition.name}.{item.name}"
            yield coordinate, item.type, item.position
            for argument in item.arguments.values():
                yield f"{coordinate}({argument.name}:)", argument.type, argument.position
        for item in definition.input_fields.values():
            yield f"{definition.name}.{item.name}", item.type, item.position


@dataclass(slots=True)
class _Checker:
    schema: SubgraphSchema
    unknown: list[_Fault] = field(default_factory=list[_Fault])
    misplaced: list[_Fault] = field(default_factory=list[_Fault])
    kinds: dict[str, TypeKind | None] = field(default_factory=dict[str, TypeKind | None])

    def check_roots(self, read: ReadSdl) -> None:
        # A type with the name of another root than this one need not be a root.
        for operation, name in {"query": "Query", **read.roots}.items():
            definition = self.schema.types.get(name)
            if definition is None:
                if operation in read.roots:
                    message = f"the {operation} root type `{name}` does not exist"
                    fault = (message, name, read.schema_position, self._existing(name))
                    self.misplaced.append(fault)
            elif definition.kind is not TypeKind.OBJECT:
                message = f"the {operation} root type `{name}` is not an object type"
                remedy = "make it an object type, or name another root type in `schema`"
                self.misplaced.append((message, name, definition.position, remedy))

    def check_type(self, definition: TypeDefinition) -> None:
        name = definition.name
        for interface, position in definition.interfaces.items():
            self._check_kind(interface, (TypeKind.INTERFACE,), name, position, "implements")
        for member, position in definition.members.items():
            self._check_kind(member, (TypeKind.OBJECT,), name, position, "has as a member")
        for item in definition.fields.values():
            coordinate = f"{name}.{item.name}"
            self._check_kind(item.type, OUTPUT_KINDS, coordinate, item.position, "returns")
            for argument in item.arguments.values():
                self.check_input(argument, f"{coordinate}({argument.name}:)")
        for item in definition.input_fields.values():
            self.check_input(item, f"{name}.{item.name}")

    def check_input(self, item: InputValue, coordinate: str) -> None:
        self._check_kind(item.type, INPUT_KINDS, coordinate, item.position, "takes")

    def _check_kind(
        self,
        reference: str,
        allowed: Iterable[TypeKind],
        coordinate: str,
        position: Position,
        verb: str,
    ) -> None:
        name = named_type(reference)
        kind = self._kind(name)
        if kind is None:
            message = f"`{coordinate}` {verb} `{name}`, which does not exist"
            self.unknown.append((message, coordinate, position, self._existing(name)))
        elif kind not in allowed:
            kinds = " or ".join(sorted(f"`{it.value}`" for it in allowed))
            message = f"`{coordinate}` {verb} `{name}`, which is `{kind.value}` and not {kinds}"
            self.misplaced.append((message, coordinate, position, f"use a type that is {kinds}"))

    def _existing(self, name: str) -> str:
        """Return the remedy for a type that does not exist."""
        meant = closest(name, [*self.schema.types, *BUILT_IN_SCALARS])
        return f"define `{name}`" + (f", or write `{meant}` if that is meant" if meant else "")

    def _kind(self, name: str) -> TypeKind | None:
        if name not in self.kinds:
            self.kinds[name] = self._find_kind(name)
        return self.kinds[name]

    def _find_kind(self, name: str) -> TypeKind | None:
        definition = self.schema.types.get(name)
        if definition is not None:
            return definition.kind
        return TypeKind.SCALAR if name in BUILT_IN_SCALARS else None

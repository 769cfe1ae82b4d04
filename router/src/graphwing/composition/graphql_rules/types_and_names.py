"""Every name is allowed, every type exists, has contents, and stands where its kind may stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from graphwing.composition.definitions import (
    ABSENT,
    BUILT_IN_SCALARS,
    INPUT_KINDS,
    OUTPUT_KINDS,
    FieldDefinition,
    InputValue,
    Position,
    TypeDefinition,
    TypeKind,
)
from graphwing.composition.federation_directives import specification_types
from graphwing.composition.graphql_rules.input_values import coerced, default_complaint
from graphwing.composition.problems import Problems
from graphwing.composition.read_sdl import ReadSdl
from graphwing.composition.subgraph_schema import SubgraphSchema
from graphwing.composition.suggestion import closest
from graphwing.composition.type_reference import named_type

_CONTENTS = {
    TypeKind.OBJECT: "field",
    TypeKind.INTERFACE: "field",
    TypeKind.UNION: "member",
    TypeKind.ENUM: "value",
    TypeKind.INPUT: "field",
}


def check_types_and_names(schema: SubgraphSchema, read: ReadSdl, problems: Problems) -> None:
    """Report unknown types, kinds in the wrong place, empty types and reserved names."""
    checker = _Checker(schema, problems)
    for operation, name in read.roots.items():
        checker.check_root(operation, name, read.schema_position)
    for operation in ("query", "mutation", "subscription"):
        checker.check_default_root(operation, read)
    for definition in schema.types.values():
        checker.check_type(definition)
    for directive in read.directives.values():
        for argument in directive.arguments.values():
            checker.check_input(argument, f"@{directive.name}({argument.name}:)")


@dataclass(slots=True)
class _Checker:
    schema: SubgraphSchema
    problems: Problems
    kinds: dict[str, TypeKind | None] = field(default_factory=dict[str, TypeKind | None])

    def _report(self, message: str, coordinate: str, position: Position, remedy: str) -> None:
        self.problems.report(
            "INVALID_GRAPHQL",
            message,
            at=[self.schema.at(position)],
            coordinate=coordinate,
            remedy=remedy,
        )

    def check_root(self, operation: str, name: str, position: Position) -> None:
        definition = self.schema.types.get(name)
        if definition is None:
            message = f"the {operation} root type `{name}` does not exist"
            self._report(message, name, position, self._existing(name))
        elif definition.kind is not TypeKind.OBJECT:
            message = f"the {operation} root type `{name}` is not an object type"
            self._report(message, name, definition.position, "name an object type")

    def check_default_root(self, operation: str, read: ReadSdl) -> None:
        definition = self.schema.types.get(operation.capitalize())
        if not read.roots and definition is not None and definition.kind is not TypeKind.OBJECT:
            message = f"the {operation} root type `{definition.name}` is not an object type"
            remedy = "make it an object type, or name another root type in `schema`"
            self._report(message, definition.name, definition.position, remedy)

    def check_type(self, definition: TypeDefinition) -> None:
        name = definition.name
        self._check_name(name, name, definition.position)
        self._check_contents(definition)
        for interface, position in definition.interfaces.items():
            self._check_kind(interface, (TypeKind.INTERFACE,), name, position, "implements")
        for member, position in definition.members.items():
            self._check_kind(member, (TypeKind.OBJECT,), name, position, "has as a member")
        for item in definition.fields.values():
            self._check_field(item, f"{name}.{item.name}")
        for item in definition.input_fields.values():
            self._check_name(item.name, f"{name}.{item.name}", item.position)
            self.check_input(item, f"{name}.{item.name}")
        for value in definition.values.values():
            self._check_name(value.name, f"{name}.{value.name}", value.position)

    def _check_contents(self, definition: TypeDefinition) -> None:
        contents = _CONTENTS.get(definition.kind)
        if contents is None:
            return
        filled = (
            definition.fields or definition.input_fields or definition.members or definition.values
        )
        if not filled and definition.has_definition:
            name = definition.name
            remedy = f"give it a {contents}, or remove it"
            self._report(f"`{name}` has no {contents}", name, definition.position, remedy)

    def _check_field(self, item: FieldDefinition, coordinate: str) -> None:
        self._check_name(item.name, coordinate, item.position)
        self._check_kind(item.type, OUTPUT_KINDS, coordinate, item.position, "returns")
        for argument in item.arguments.values():
            argument_coordinate = f"{coordinate}({argument.name}:)"
            self._check_name(argument.name, argument_coordinate, argument.position)
            self.check_input(argument, argument_coordinate)

    def check_input(self, item: InputValue, coordinate: str) -> None:
        if not self._check_kind(item.type, INPUT_KINDS, coordinate, item.position, "takes"):
            return
        complaint = default_complaint(item, self.schema.types)
        if complaint is not None:
            message = f"the default of `{coordinate}` {complaint}"
            remedy = f"give a default of `{item.type}`, or none"
            self._report(message, coordinate, item.position, remedy)
        elif item.default is not ABSENT:
            item.default = coerced(item.default, item.type, self.schema.types)
        deprecated = next((it for it in item.directives if it.name == "deprecated"), None)
        if deprecated is not None and item.is_required:
            self._report(
                f"`{coordinate}` is required and deprecated at once, so nobody can stop using it",
                coordinate,
                deprecated.position,
                "make it nullable or give it a default",
            )

    def _check_name(self, name: str, coordinate: str, position: Position) -> None:
        if name.startswith("__"):
            message = f"`{coordinate}` begins with two underscores, which introspection reserves"
            self._report(message, coordinate, position, "rename it")

    def _check_kind(
        self,
        reference: str,
        allowed: Iterable[TypeKind],
        coordinate: str,
        position: Position,
        verb: str,
    ) -> bool:
        name = named_type(reference)
        kind = self._kind(name)
        if kind is None:
            message = f"`{coordinate}` {verb} `{name}`, which does not exist"
            self._report(message, coordinate, position, self._existing(name))
            return False
        if kind not in allowed:
            kinds = " or ".join(sorted(f"`{it.value}`" for it in allowed))
            self._report(
                f"`{coordinate}` {verb} `{name}`, which is `{kind.value}` and not {kinds}",
                coordinate,
                position,
                f"use a type that is {kinds}",
            )
            return False
        return True

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
        if name in BUILT_IN_SCALARS:
            return TypeKind.SCALAR
        source = self.schema.links.type_source(name)
        if source is not None and source[1] in specification_types(source[0]):
            return TypeKind.ENUM if source[1] == "Purpose" else TypeKind.SCALAR
        if self.schema.links.federation is None:
            return None
        return {
            "_Any": TypeKind.SCALAR,
            "_Entity": TypeKind.UNION,
            "_Service": TypeKind.OBJECT,
        }.get(name)

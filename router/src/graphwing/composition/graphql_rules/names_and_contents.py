"""Every name is allowed, every type has contents, and every default is a value of its type."""

from __future__ import annotations

from dataclasses import dataclass

from graphwing.composition.definitions import (
    ABSENT,
    BUILT_IN_SCALARS,
    DirectiveDefinition,
    FieldDefinition,
    InputValue,
    Position,
    TypeDefinition,
    TypeKind,
)
from graphwing.composition.graphql_rules.input_values import coerced, default_complaint
from graphwing.composition.problems import Problems
from graphwing.composition.read_sdl import ReadSdl
from graphwing.composition.subgraph_schema import SubgraphSchema

_CONTENTS = {
    TypeKind.OBJECT: "field",
    TypeKind.INTERFACE: "field",
    TypeKind.UNION: "member",
    TypeKind.ENUM: "value",
    TypeKind.INPUT: "field",
}


def check_names_and_contents(schema: SubgraphSchema, read: ReadSdl, problems: Problems) -> None:
    """Report reserved names, empty types, wrong defaults and deprecated parts that are required."""
    # Composition fills an empty query root: federation adds its own fields to every subgraph.
    checker = _Checker(schema, problems, may_be_empty=read.roots.get("query", "Query"))
    for definition in schema.types.values():
        checker.check_type(definition)
    for directive in read.directives.values():
        checker.check_directive(directive)
    checker.check_imports()


@dataclass(slots=True)
class _Checker:
    schema: SubgraphSchema
    problems: Problems
    may_be_empty: str

    def _report(self, message: str, coordinate: str, position: Position, remedy: str) -> None:
        self.problems.report(
            "INVALID_GRAPHQL",
            message,
            at=[self.schema.at(position)],
            coordinate=coordinate,
            remedy=remedy,
        )

    def check_type(self, definition: TypeDefinition) -> None:
        name = definition.name
        self._check_name(name, name, definition.position)
        if name in BUILT_IN_SCALARS and not definition.has_definition:
            message = f"`{name}` is a type of GraphQL itself, which cannot be extended"
            self._report(message, name, definition.position, "use a scalar of your own")
        elif name in BUILT_IN_SCALARS and definition.kind is not TypeKind.SCALAR:
            message = f"`{name}` is `{definition.kind.value}` here, and a scalar of GraphQL itself"
            self._report(message, name, definition.position, "give it a name of its own")
        self._check_contents(definition)
        for item in definition.fields.values():
            self._check_field(item, f"{name}.{item.name}")
        for item in definition.input_fields.values():
            self._check_name(item.name, f"{name}.{item.name}", item.position)
            self.check_input(item, f"{name}.{item.name}")
        for value in definition.values.values():
            self._check_name(value.name, f"{name}.{value.name}", value.position)

    def check_directive(self, definition: DirectiveDefinition) -> None:
        self._check_name(definition.name, f"@{definition.name}", definition.position)
        for argument in definition.arguments.values():
            coordinate = f"@{definition.name}({argument.name}:)"
            self._check_name(argument.name, coordinate, argument.position)
            self.check_input(argument, coordinate)

    def check_imports(self) -> None:
        """Report what is called so by its import only, of a specification that we know."""
        for name, (link, _) in self.schema.links.by_import.items():
            definition = self.schema.directives.get(name[1:])
            if name.startswith("@__") and definition is not None and definition.position is None:
                self._check_name(name[1:], name, link.position)

    def _check_contents(self, definition: TypeDefinition) -> None:
        contents = _CONTENTS.get(definition.kind)
        if contents is None:
            return
        filled = (
            definition.fields or definition.input_fields or definition.members or definition.values
        )
        name = definition.name
        if not filled and name != self.may_be_empty:
            remedy = f"give it a {contents}, or remove it"
            self._report(f"`{name}` has no {contents}", name, definition.position, remedy)

    def _check_field(self, item: FieldDefinition, coordinate: str) -> None:
        self._check_name(item.name, coordinate, item.position)
        for argument in item.arguments.values():
            argument_coordinate = f"{coordinate}({argument.name}:)"
            self._check_name(argument.name, argument_coordinate, argument.position)
            self.check_input(argument, argument_coordinate)

    def check_input(self, item: InputValue, coordinate: str) -> None:
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

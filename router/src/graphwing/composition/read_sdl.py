"""Read the text of one subgraph into flat records, and report what is not even a type system."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from graphql import (
    ConstDirectiveNode,
    DirectiveDefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    FieldDefinitionNode,
    GraphQLSyntaxError,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    NamedTypeNode,
    Node,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    ScalarTypeDefinitionNode,
    ScalarTypeExtensionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    Source,
    TypeDefinitionNode,
    TypeExtensionNode,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
)
from graphql.language.parser import Parser

from graphwing.composition.definitions import (
    ABSENT,
    AppliedDirective,
    DirectiveDefinition,
    EnumValue,
    FieldDefinition,
    InputValue,
    Position,
    TypeDefinition,
    TypeKind,
)
from graphwing.composition.problems import Problems
from graphwing.composition.schema_lexer import SchemaLexer
from graphwing.composition.subgraph_sdl import SubgraphSdl
from graphwing.composition.type_reference import reference_from_node
from graphwing.composition.values import ConstValue, NumberTooLongError, value_from_node

_KINDS: dict[type[Node], TypeKind] = {
    ScalarTypeDefinitionNode: TypeKind.SCALAR,
    ScalarTypeExtensionNode: TypeKind.SCALAR,
    ObjectTypeDefinitionNode: TypeKind.OBJECT,
    ObjectTypeExtensionNode: TypeKind.OBJECT,
    InterfaceTypeDefinitionNode: TypeKind.INTERFACE,
    InterfaceTypeExtensionNode: TypeKind.INTERFACE,
    UnionTypeDefinitionNode: TypeKind.UNION,
    UnionTypeExtensionNode: TypeKind.UNION,
    EnumTypeDefinitionNode: TypeKind.ENUM,
    EnumTypeExtensionNode: TypeKind.ENUM,
    InputObjectTypeDefinitionNode: TypeKind.INPUT,
    InputObjectTypeExtensionNode: TypeKind.INPUT,
}


@dataclass(slots=True)
class ReadSdl:
    """Everything that one SDL says."""

    types: dict[str, TypeDefinition] = field(default_factory=dict[str, TypeDefinition])
    directives: dict[str, DirectiveDefinition] = field(
        default_factory=dict[str, DirectiveDefinition]
    )
    roots: dict[str, str] = field(default_factory=dict[str, str])
    schema_directives: list[AppliedDirective] = field(default_factory=list[AppliedDirective])
    schema_description: str | None = None
    has_schema_definition: bool = False
    schema_position: Position = None


def read_sdl(subgraph: SubgraphSdl, problems: Problems) -> ReadSdl:
    """Return what `subgraph` defines; what cannot be read is reported as `INVALID_GRAPHQL`."""
    reader = _Reader(subgraph.name, problems, ReadSdl())
    document = _parse(subgraph, problems)
    if document is not None:
        for definition in document.definitions:
            reader.read(definition)
    return reader.result


def _parse(subgraph: SubgraphSdl, problems: Problems) -> DocumentNode | None:
    try:
        source = Source(subgraph.sdl)
        return Parser(source, lexer=SchemaLexer(source)).parse_document()
    except GraphQLSyntaxError as error:
        place = error.locations[0] if error.locations else None
        position = (place.line, place.column) if place else None
        problems.report(
            "INVALID_GRAPHQL",
            f"the SDL does not parse: {error.message.removeprefix('Syntax Error: ')}",
            remedy="correct the SDL there, or shortly before",
            at=[(subgraph.name, position)],
        )
    except RecursionError:
        problems.report(
            "INVALID_GRAPHQL",
            "the SDL nests lists or values too deeply to be read",
            remedy="nest them less deeply",
            at=[(subgraph.name, None)],
        )
    return None


def position_of(node: Node) -> Position:
    """Return where `node` begins; after its description, where the eye looks for it."""
    loc = node.loc
    if loc is None:
        return None
    token = loc.start_token
    if getattr(node, "description", None) is not None and token.next is not None:
        token = token.next
    return token.line, token.column


@dataclass(slots=True)
class _Reader:
    subgraph: str
    problems: Problems
    result: ReadSdl

    def read(self, node: Node) -> None:
        match node:
            case SchemaDefinitionNode() | SchemaExtensionNode():
                self._read_schema(node)
            case DirectiveDefinitionNode():
                self._read_directive_definition(node)
            case TypeDefinitionNode() | TypeExtensionNode():
                self._read_type(node)
            case _:
                self._invalid(
                    "the SDL holds an operation or fragment; only type definitions belong in it",
                    position_of(node),
                    remedy="remove it",
                )

    def _invalid(
        self,
        message: str,
        position: Position,
        coordinate: str | None = None,
        *,
        remedy: str = "remove one of the two",
    ) -> None:
        self.problems.report(
            "INVALID_GRAPHQL",
            message,
            at=[(self.subgraph, position)],
            coordinate=coordinate,
            remedy=remedy,
        )

    def _read_schema(self, node: SchemaDefinitionNode | SchemaExtensionNode) -> None:
        position = position_of(node)
        is_extension = isinstance(node, SchemaExtensionNode)
        if isinstance(node, SchemaDefinitionNode):
            if self.result.has_schema_definition:
                self._invalid(
                    "the schema is defined twice", position, remedy="write `extend schema`"
                )
            self.result.has_schema_definition = True
            self.result.schema_position = position
            self.result.schema_description = _text(node.description)
        self.result.schema_directives += self._directives(
            node.directives, in_extension=is_extension
        )
        for root in node.operation_types or ():
            operation = root.operation.value
            if operation in self.result.roots:
                self._invalid(f"the {operation} root type is given twice", position_of(root))
            self.result.roots[operation] = root.type.name.value

    def _read_directive_definition(self, node: DirectiveDefinitionNode) -> None:
        name = node.name.value
        position = position_of(node)
        if name in self.result.directives:
            self._invalid(f"directive `@{name}` is defined twice", position, f"@{name}")
        self.result.directives[name] = DirectiveDefinition(
            name,
            self._input_values(node.arguments, f"@{name}"),
            tuple(location.value for location in node.locations),
            node.repeatable,
            _text(node.description),
            position,
        )

    def _read_type(self, node: TypeDefinitionNode | TypeExtensionNode) -> None:
        name = node.name.value
        kind = _KINDS[type(node)]
        position = position_of(node)
        found = self.result.types.get(name)
        if found is None:
            found = self.result.types[name] = TypeDefinition(kind, name, position=position)
        elif found.kind is not kind:
            message = f"`{name}` is both `{found.kind.value}` and `{kind.value}`"
            self._invalid(message, position, name, remedy="rename one of the two")
            return
        is_extension = isinstance(node, TypeExtensionNode)
        if is_extension:
            found.has_extension = True
        else:
            if found.has_definition:
                message = f"type `{name}` is defined twice"
                self._invalid(message, position, name, remedy="make one of them an extension")
            found.has_definition = True
            found.position = position
            found.description = _text(getattr(node, "description", None))
        found.directives += self._directives(node.directives, in_extension=is_extension)
        self._read_contents(node, found, in_extension=is_extension)

    def _read_contents(
        self,
        node: TypeDefinitionNode | TypeExtensionNode,
        found: TypeDefinition,
        *,
        in_extension: bool,
    ) -> None:
        match node:
            case (
                ObjectTypeDefinitionNode()
                | ObjectTypeExtensionNode()
                | InterfaceTypeDefinitionNode()
                | InterfaceTypeExtensionNode()
            ):
                self._read_names(found.name, node.interfaces, found.interfaces, "implements")
                for item in node.fields or ():
                    self._read_field(item, found, in_extension=in_extension)
            case UnionTypeDefinitionNode() | UnionTypeExtensionNode():
                self._read_names(found.name, node.types, found.members, "has as a member")
            case EnumTypeDefinitionNode() | EnumTypeExtensionNode():
                self._read_enum_values(node, found)
            case InputObjectTypeDefinitionNode() | InputObjectTypeExtensionNode():
                fields = self._input_values(node.fields, found.name, found.input_fields)
                found.input_fields.update(fields)
            case _:
                pass

    def _read_names(
        self,
        owner: str,
        nodes: Iterable[NamedTypeNode] | None,
        into: dict[str, Position],
        verb: str,
    ) -> None:
        for node in nodes or ():
            name = node.name.value
            if name in into:
                self._invalid(f"`{owner}` {verb} `{name}` twice", position_of(node), owner)
            into[name] = position_of(node)

    def _read_field(
        self, node: FieldDefinitionNode, owner: TypeDefinition, *, in_extension: bool
    ) -> None:
        name = node.name.value
        coordinate = f"{owner.name}.{name}"
        position = position_of(node)
        if name in owner.fields:
            self._invalid(f"field `{coordinate}` is defined twice", position, coordinate)
        owner.fields[name] = FieldDefinition(
            name,
            reference_from_node(node.type),
            self._input_values(node.arguments, coordinate),
            _text(node.description),
            self._directives(node.directives, in_extension=in_extension),
            position,
            in_extension,
        )

    def _read_enum_values(
        self, node: EnumTypeDefinitionNode | EnumTypeExtensionNode, owner: TypeDefinition
    ) -> None:
        for item in node.values or ():
            name = item.name.value
            coordinate = f"{owner.name}.{name}"
            position = position_of(item)
            if name in owner.values:
                self._invalid(f"enum value `{coordinate}` is defined twice", position, coordinate)
            owner.values[name] = EnumValue(
                name, _text(item.description), self._directives(item.directives), position
            )

    def _input_values(
        self,
        nodes: Iterable[InputValueDefinitionNode] | None,
        owner: str,
        known: dict[str, InputValue] | None = None,
    ) -> dict[str, InputValue]:
        values: dict[str, InputValue] = {}
        for node in nodes or ():
            name = node.name.value
            position = position_of(node)
            if name in values or (known and name in known):
                self._invalid(f"`{name}` of `{owner}` is defined twice", position, owner)
            values[name] = InputValue(
                name,
                reference_from_node(node.type),
                ABSENT if node.default_value is None else self._value(node.default_value),
                _text(node.description),
                self._directives(node.directives),
                position,
            )
        return values

    def _directives(
        self, nodes: Iterable[ConstDirectiveNode] | None, *, in_extension: bool = False
    ) -> list[AppliedDirective]:
        return [self._directive(node, in_extension=in_extension) for node in nodes or ()]

    def _directive(self, node: ConstDirectiveNode, *, in_extension: bool) -> AppliedDirective:
        arguments: dict[str, ConstValue] = {}
        for argument in node.arguments or ():
            name = argument.name.value
            if name in arguments:
                message = f"argument `{name}` of `@{node.name.value}` is given twice"
                self._invalid(message, position_of(argument))
            arguments[name] = self._value(argument.value)
        return AppliedDirective(
            node.name.value, arguments, position_of(node), in_extension=in_extension
        )

    def _value(self, node: Node) -> ConstValue:
        try:
            return value_from_node(node)  # pyright: ignore[reportArgumentType]
        except NumberTooLongError as error:
            message = f"the number {error}… is out of range"
            self._invalid(message, position_of(node), remedy="write a smaller number")
            return None


def _text(description: Node | None) -> str | None:
    return getattr(description, "value", None)

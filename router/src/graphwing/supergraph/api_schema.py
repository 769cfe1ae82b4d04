"""The API schema: the supergraph without what clients must not see.

Gone are inaccessible elements and every definition of a linked specification; what remains of
directives is what clients may write in operations.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from graphql import (
    DefinitionNode,
    DirectiveDefinitionNode,
    DirectiveLocation,
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    GraphQLDeferDirective,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    NamedTypeNode,
    ObjectTypeDefinitionNode,
    SchemaDefinitionNode,
    TypeDefinitionNode,
    TypeNode,
    UnionTypeDefinitionNode,
    build_ast_schema,
    validate_schema,
)
from graphql.utilities import (
    ResolvedDirectiveArgument,
    ResolvedFieldArgument,
    ResolvedInputField,
    resolve_schema_coordinate,
)

from graphwing.errors import SupergraphError
from graphwing.supergraph.directives import is_applied
from graphwing.supergraph.model import Feature

_EXECUTABLE = {
    location.name
    for location in (
        DirectiveLocation.QUERY,
        DirectiveLocation.MUTATION,
        DirectiveLocation.SUBSCRIPTION,
        DirectiveLocation.FIELD,
        DirectiveLocation.FRAGMENT_DEFINITION,
        DirectiveLocation.FRAGMENT_SPREAD,
        DirectiveLocation.INLINE_FRAGMENT,
        DirectiveLocation.VARIABLE_DEFINITION,
    )
}
# Composition, as the reference, takes some things that newer editions of GraphQL do not: that
# implementations deprecate what their interfaces do not, and what stands in a composed `@oneOf`.
_TOLERATED = re.compile(
    r".* must not be deprecated\.$"
    r"|OneOf input field \S+ must be nullable\."
    r"|Input Object \S+ cannot be provided a finite value "
)
# It takes defaults, too, that leave out required fields, that lead back to themselves or that
# `@oneOf` forbids; those are known to the subgraphs only.
_UNUSABLE_DEFAULT = re.compile(
    r"(\S+) has invalid default value.*: "
    r"(?:Expected .* to include required field |Within OneOf Input Object type )"
    r"|Invalid circular reference\. The default value of Input Object field (\S+) references itself"
    r"|OneOf input field (\S+) cannot have a default value\."
)
_Node = TypeVar("_Node", bound=FieldDefinitionNode | InputValueDefinitionNode)


def api_schema_of(document: DocumentNode, features: Mapping[str, Feature]) -> GraphQLSchema:
    """Return the schema that clients see, or raise `SupergraphError` if it is not valid."""
    api = DocumentNode(definitions=tuple(_Filter(document, features).definitions()))
    schema = build_ast_schema(api, assume_valid_sdl=True)
    found = validate_schema(schema)
    unusable = [match for it in found if (match := _UNUSABLE_DEFAULT.match(it.message))]
    problems = [
        it
        for it in found
        if not _TOLERATED.match(it.message) and not _UNUSABLE_DEFAULT.match(it.message)
    ]
    if problems:
        raise SupergraphError(
            f"its API schema is not valid: {problems[0].message}",
            remedy="compose the supergraph again, or look at what is `@inaccessible`",
        )
    if not found:
        return schema
    schema = build_ast_schema(api, assume_valid=True)
    for match in unusable:
        _drop_default(schema, match[1] or match[2] or match[3])
    return schema


def _drop_default(schema: GraphQLSchema, coordinate: str) -> None:
    match resolve_schema_coordinate(schema, coordinate):
        case (
            ResolvedFieldArgument(field_argument=item)
            | ResolvedDirectiveArgument(directive_argument=item)
            | ResolvedInputField(input_field=item)
        ):
            item.default = None
        case _:
            pass


def with_defer(schema: GraphQLSchema) -> GraphQLSchema:
    """Return the schema with `@defer`, which clients may write whatever the subgraphs know."""
    kept = [one for one in schema.directives if one.name != GraphQLDeferDirective.name]
    kwargs = schema.to_kwargs()
    kwargs["directives"] = (*kept, GraphQLDeferDirective)
    kwargs["assume_valid"] = True
    return GraphQLSchema(**kwargs)


class _Filter:
    """Drops what clients must not see from one document."""

    def __init__(self, document: DocumentNode, features: Mapping[str, Feature]) -> None:
        self._document = document
        self._prefixes = tuple(f"{feature.prefix}__" for feature in features.values())
        self._machinery = {feature.prefix for feature in features.values()} | {
            local.removeprefix("@")
            for feature in features.values()
            for local in feature.imports.values()
        }
        # The directive is recognised by its usual name even when it is not linked, as in v0.1.
        inaccessible = features.get("inaccessible")
        self._inaccessible = (
            inaccessible.directive("inaccessible") if inaccessible else "inaccessible"
        )
        self._hidden = {
            node.name.value
            for node in document.definitions
            if isinstance(node, TypeDefinitionNode)
            and (is_applied(node, self._inaccessible) or self._is_machinery(node.name.value))
        }

    def definitions(self) -> Iterable[DefinitionNode]:
        """Yield the definitions that remain."""
        for node in self._document.definitions:
            match node:
                case SchemaDefinitionNode():
                    yield self._schema(node)
                case DirectiveDefinitionNode() if self._keeps_directive(node):
                    yield DirectiveDefinitionNode(
                        description=node.description,
                        name=node.name,
                        arguments=self._visible(node.arguments),
                        repeatable=node.repeatable,
                        locations=node.locations,
                    )
                case TypeDefinitionNode() if node.name.value not in self._hidden:
                    yield self._type(node)
                case _:
                    pass

    def _schema(self, node: SchemaDefinitionNode) -> SchemaDefinitionNode:
        roots = tuple(
            root for root in node.operation_types if root.type.name.value not in self._hidden
        )
        return SchemaDefinitionNode(
            description=node.description, directives=(), operation_types=roots
        )

    def _is_machinery(self, name: str) -> bool:
        return name.startswith(self._prefixes)

    def _keeps_directive(self, node: DirectiveDefinitionNode) -> bool:
        name = node.name.value
        if self._is_machinery(name) or name in self._machinery:
            return False
        return any(location.value in _EXECUTABLE for location in node.locations)

    def _type(self, node: TypeDefinitionNode) -> TypeDefinitionNode:
        match node:
            case ObjectTypeDefinitionNode():
                return ObjectTypeDefinitionNode(
                    description=node.description,
                    name=node.name,
                    directives=node.directives,
                    interfaces=self._visible_names(node.interfaces),
                    fields=self._fields(node.fields),
                )
            case InterfaceTypeDefinitionNode():
                return InterfaceTypeDefinitionNode(
                    description=node.description,
                    name=node.name,
                    directives=node.directives,
                    interfaces=self._visible_names(node.interfaces),
                    fields=self._fields(node.fields),
                )
            case UnionTypeDefinitionNode():
                return UnionTypeDefinitionNode(
                    description=node.description,
                    name=node.name,
                    directives=node.directives,
                    types=self._visible_names(node.types),
                )
            case EnumTypeDefinitionNode():
                return EnumTypeDefinitionNode(
                    description=node.description,
                    name=node.name,
                    directives=node.directives,
                    values=tuple(
                        value
                        for value in node.values or ()
                        if not is_applied(value, self._inaccessible)
                    ),
                )
            case InputObjectTypeDefinitionNode():
                return InputObjectTypeDefinitionNode(
                    description=node.description,
                    name=node.name,
                    directives=node.directives,
                    fields=self._visible(node.fields),
                )
            case _:
                return node

    def _fields(
        self, fields: Iterable[FieldDefinitionNode] | None
    ) -> tuple[FieldDefinitionNode, ...]:
        return tuple(
            FieldDefinitionNode(
                description=field.description,
                name=field.name,
                directives=field.directives,
                arguments=self._visible(field.arguments),
                type=field.type,
            )
            for field in self._visible(fields)
        )

    def _visible(self, nodes: Iterable[_Node] | None) -> tuple[_Node, ...]:
        return tuple(
            node
            for node in nodes or ()
            if not is_applied(node, self._inaccessible) and _named(node.type) not in self._hidden
        )

    def _visible_names(self, nodes: Iterable[NamedTypeNode] | None) -> tuple[NamedTypeNode, ...]:
        return tuple(node for node in nodes or () if node.name.value not in self._hidden)


def _named(node: TypeNode) -> str:
    inner: Any = node
    while not isinstance(inner, NamedTypeNode):
        inner = inner.type
    return inner.name.value

"""The schema of one subgraph, as far as the supergraph tells: what may be asked of it."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import (
    DefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    NamedTypeNode,
    NameNode,
    ObjectTypeDefinitionNode,
    SchemaDefinitionNode,
    TypeDefinitionNode,
    TypeNode,
    UnionTypeDefinitionNode,
    build_ast_schema,
    parse,
    parse_type,
    print_ast,
)

from graphwing.supergraph.model import TypeDefinition, TypeJoin
from graphwing.supergraph.supergraph import Supergraph

_MACHINERY = """
scalar _Any
scalar _FieldSet
"""


def subgraph_schemas_of(supergraph: Supergraph) -> dict[str, GraphQLSchema]:
    """Return the schemas that the subgraphs have according to the supergraph, by their names.

    `_entities` is included.
    """
    document = parse(supergraph.sdl, no_location=True)
    return {name: _schema_of(supergraph, name, document) for name in supergraph.subgraphs}


def _schema_of(supergraph: Supergraph, subgraph: str, document: DocumentNode) -> GraphQLSchema:
    definitions = tuple(_Extraction(supergraph, subgraph).definitions(document))
    extracted = DocumentNode(definitions=definitions)
    return build_ast_schema(extracted, assume_valid=True, assume_valid_sdl=True)


class _Extraction:
    """Takes the part of one subgraph out of a supergraph."""

    def __init__(self, supergraph: Supergraph, subgraph: str) -> None:
        self._supergraph = supergraph
        self._subgraph = subgraph

    def definitions(self, document: DocumentNode) -> Iterator[DefinitionNode]:
        """Yield the definitions of the subgraph's schema; `document` is the supergraph's."""
        for node in document.definitions:
            if isinstance(node, SchemaDefinitionNode):
                yield self._schema(node)
            elif isinstance(node, TypeDefinitionNode):
                definition = self._supergraph.types.get(node.name.value)
                join = definition.joins.get(self._subgraph) if definition else None
                if definition is not None and join is not None:
                    yield self._type(node, definition, join)
        yield from parse(_MACHINERY, no_location=True).definitions
        entities = self._entities()
        if entities:
            members = tuple(map(_named, entities))
            yield UnionTypeDefinitionNode(
                name=NameNode(value="_Entity"), types=members, directives=()
            )
        if self._query not in self._known_roots():
            yield ObjectTypeDefinitionNode(
                name=NameNode(value=self._query),
                interfaces=(),
                fields=(_entities_field(),) if entities else (),
                directives=(),
            )

    @property
    def _query(self) -> str:
        query = self._supergraph.schema.query_type
        return query.name if query is not None else "Query"

    def _known_roots(self) -> list[str]:
        schema = self._supergraph.schema
        roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
        names = [root.name for root in roots if root is not None]
        return [n for n in names if self._subgraph in self._supergraph.types[n].joins]

    def _entities(self) -> list[str]:
        return [
            definition.name
            for definition in self._supergraph.types.values()
            if (join := definition.joins.get(self._subgraph)) is not None
            and (definition.kind == "object" or join.is_interface_object)
            and join.keys
        ]

    def _schema(self, node: SchemaDefinitionNode) -> SchemaDefinitionNode:
        known = (self._query, *self._known_roots())
        roots = tuple(root for root in node.operation_types if root.type.name.value in known)
        return SchemaDefinitionNode(operation_types=roots, directives=())

    def _type(
        self, node: TypeDefinitionNode, definition: TypeDefinition, join: TypeJoin
    ) -> TypeDefinitionNode:
        match node:
            case ObjectTypeDefinitionNode() | InterfaceTypeDefinitionNode():
                kind = type(node)
                if join.is_interface_object:
                    kind = ObjectTypeDefinitionNode
                return kind(
                    name=node.name,
                    interfaces=tuple(map(_named, join.implements)),
                    fields=tuple(self._fields(node, definition)),
                    directives=(),
                )
            case UnionTypeDefinitionNode():
                members = tuple(map(_named, join.members))
                return UnionTypeDefinitionNode(name=node.name, types=members, directives=())
            case EnumTypeDefinitionNode():
                return EnumTypeDefinitionNode(
                    name=node.name,
                    values=tuple(v for v in node.values or () if v.name.value in join.values),
                    directives=(),
                )
            case InputObjectTypeDefinitionNode():
                return InputObjectTypeDefinitionNode(
                    name=node.name, fields=tuple(self._inputs(node, definition)), directives=()
                )
            case _:
                return node

    def _fields(
        self, node: ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode, of: TypeDefinition
    ) -> Iterator[FieldDefinitionNode]:
        for field in node.fields or ():
            join = of.fields[field.name.value].joins.get(self._subgraph)
            type_ = _type_node(join.type) if join is not None and join.type else field.type
            if join is not None and self._knows(print_ast(type_).strip("[]!")):
                contextual = tuple(
                    _argument(item.name, item.type) for item in join.context_arguments
                )
                yield FieldDefinitionNode(
                    name=field.name,
                    arguments=(*(field.arguments or ()), *contextual),
                    type=type_,
                    directives=(),
                )
        if node.name.value == self._query and self._entities():
            yield _entities_field()

    def _knows(self, type_name: str) -> bool:
        """Tell whether a type is built in or of the subgraph; Federation 1 does not ensure it."""
        definition = self._supergraph.types.get(type_name)
        return definition is None or self._subgraph in definition.joins

    def _inputs(
        self, node: InputObjectTypeDefinitionNode, of: TypeDefinition
    ) -> Iterator[InputValueDefinitionNode]:
        for field in node.fields or ():
            if self._subgraph in of.fields[field.name.value].joins:
                yield field


def _entities_field() -> FieldDefinitionNode:
    return FieldDefinitionNode(
        name=NameNode(value="_entities"),
        arguments=(_argument("representations", "[_Any!]!"),),
        type=_type_node("[_Entity]!"),
        directives=(),
    )


def _argument(name: str, type_: str) -> InputValueDefinitionNode:
    return InputValueDefinitionNode(
        name=NameNode(value=name), type=_type_node(type_), directives=()
    )


def _type_node(text: str) -> TypeNode:
    return parse_type(text, no_location=True)


def _named(name: str) -> NamedTypeNode:
    return NamedTypeNode(name=NameNode(value=name))

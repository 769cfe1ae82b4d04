"""Join v0.1, as Federation 1 composed it: owners, and value types that everyone has.

https://specs.apollo.dev/join/v0.1
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from graphql import (
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldNode,
    GraphQLSchema,
    InlineFragmentNode,
    InterfaceTypeDefinitionNode,
    NamedTypeNode,
    ObjectTypeDefinitionNode,
    SelectionSetNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    is_interface_type,
    is_object_type,
)

from graphwing.supergraph.join import KINDS, JoinReader, fields_of
from graphwing.supergraph.model import (
    Feature,
    FieldDefinition,
    FieldJoin,
    FieldSet,
    Key,
    Subgraph,
    TypeDefinition,
    TypeJoin,
)


def types_of_v01(
    document: DocumentNode, join: Feature, graphs: Mapping[str, Subgraph], schema: GraphQLSchema
) -> dict[str, TypeDefinition]:
    """Return the types that belong to subgraphs, by name."""
    reader = JoinReader(join, graphs)
    machinery = (f"{join.prefix}__", "core__")
    drafts = [
        _Draft(node, reader, graphs)
        for node in document.definitions
        if isinstance(node, TypeDefinitionNode) and not node.name.value.startswith(machinery)
    ]
    types = {draft.name: draft for draft in drafts}
    for draft in drafts:
        draft.add_repeated_fields(types, schema)
    return {draft.name: draft.freeze(types) for draft in drafts}


class _Draft:
    """A type whose key fields are not yet known to all who use them."""

    def __init__(
        self, node: TypeDefinitionNode, reader: JoinReader, graphs: Mapping[str, Subgraph]
    ) -> None:
        self.name = node.name.value
        self._node = node
        self.keys: dict[str, list[Key]] = {}
        for item in reader.applied(node, "type"):
            keys = self.keys.setdefault(reader.graph(item, self.name), [])
            if item.get("key"):
                keys.append(Key(reader.field_set(item["key"], self.name)))
        owners = [reader.graph(item, self.name) for item in reader.applied(node, "owner")]
        if not self.keys:
            self.keys = {graph.name: [] for graph in graphs.values()}
        default = owners or list(self.keys)
        self.fields: dict[str, dict[str, FieldJoin]] = {}
        for field in fields_of(node):
            coordinate = f"{self.name}.{field.name.value}"
            found = [reader.field_join(i, coordinate) for i in reader.applied(field, "field")]
            joins = {join.subgraph: join for join in found}
            self.fields[field.name.value] = joins or {name: FieldJoin(name) for name in default}

    def add_repeated_fields(self, types: Mapping[str, _Draft], schema: GraphQLSchema) -> None:
        """Give each subgraph the fields of others that it repeats.

        An extension declares the fields of its keys, which it has, and those that it requires or
        provides, which it does not resolve by itself.
        """
        for graph, keys in self.keys.items():
            for key in keys:
                _repeat(FieldJoin(graph), key.fields, self.name, types, schema)
        for name, joins in self.fields.items():
            for join in tuple(joins.values()):
                external = FieldJoin(join.subgraph, external=True)
                if join.requires is not None:
                    _repeat(external, join.requires, self.name, types, schema)
                if join.provides is not None:
                    returned = _returned(schema, self.name, name)
                    _repeat(external, join.provides, returned, types, schema)

    def freeze(self, types: Mapping[str, _Draft]) -> TypeDefinition:
        """Return the type with its joins; a subgraph has of other `types` what it knows."""
        node = self._node
        joins = {
            graph: replace(_shape(node, graph, types), keys=tuple(keys))
            for graph, keys in self.keys.items()
        }
        if isinstance(node, UnionTypeDefinitionNode):
            # A union says nothing of subgraphs: those that know no member have no such union.
            joins = {graph: join for graph, join in joins.items() if join.members} or joins
        fields = {name: FieldDefinition(name, joins) for name, joins in self.fields.items()}
        return TypeDefinition(self.name, KINDS[type(node)], joins, fields)


def _shape(node: TypeDefinitionNode, graph: str, types: Mapping[str, _Draft]) -> TypeJoin:
    match node:
        case ObjectTypeDefinitionNode() | InterfaceTypeDefinitionNode():
            return TypeJoin(graph, implements=_known(node.interfaces, graph, types))
        case UnionTypeDefinitionNode():
            return TypeJoin(graph, members=_known(node.types, graph, types))
        case EnumTypeDefinitionNode():
            return TypeJoin(graph, values=tuple(v.name.value for v in node.values or ()))
        case _:
            return TypeJoin(graph)


def _known(
    nodes: Iterable[NamedTypeNode] | None, graph: str, types: Mapping[str, _Draft]
) -> tuple[str, ...]:
    """Return the names of the types that a subgraph has."""
    names = (node.name.value for node in nodes or ())
    return tuple(name for name in names if name in types and graph in types[name].keys)


def _repeat(
    join: FieldJoin,
    fields: FieldSet,
    parent: str,
    types: Mapping[str, _Draft],
    schema: GraphQLSchema,
) -> None:
    for type_name, field in _fields_in(fields.selections, parent, schema):
        draft = types.get(type_name)
        if draft is not None and field in draft.fields:
            draft.fields[field].setdefault(join.subgraph, join)
            draft.keys.setdefault(join.subgraph, [])


def _fields_in(
    selections: SelectionSetNode, parent: str, schema: GraphQLSchema
) -> Iterator[tuple[str, str]]:
    """Yield type and field of every field selected, nested ones included."""
    for selection in selections.selections:
        match selection:
            case FieldNode(name=name, selection_set=below):
                yield parent, name.value
                if below is not None:
                    yield from _fields_in(below, _returned(schema, parent, name.value), schema)
            case InlineFragmentNode(type_condition=condition, selection_set=below):
                inner = condition.name.value if condition is not None else parent
                yield from _fields_in(below, inner, schema)
            case _:
                pass


def _returned(schema: GraphQLSchema, parent: str, field: str) -> str:
    """Return the named type of a field; nothing if there is no such field."""
    type_ = schema.get_type(parent)
    if not (is_object_type(type_) or is_interface_type(type_)) or field not in type_.fields:
        return ""
    return str(type_.fields[field].type).strip("[]!")

"""The join directives: which subgraph defines, keys and resolves what.

https://specs.apollo.dev/join/v0.3 (v0.2 to v0.5 differ in details; v0.1 is read by `join_v01`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from graphql import (
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    GraphQLSyntaxError,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    OperationDefinitionNode,
    ScalarTypeDefinitionNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    parse,
)

from graphwing.errors import SupergraphError
from graphwing.supergraph.directives import Annotated, applications
from graphwing.supergraph.model import (
    ContextArgument,
    Feature,
    FieldDefinition,
    FieldJoin,
    FieldSet,
    Key,
    Subgraph,
    TypeDefinition,
    TypeJoin,
    TypeKind,
)

FieldNode: TypeAlias = FieldDefinitionNode | InputValueDefinitionNode

KINDS: Mapping[type[TypeDefinitionNode], TypeKind] = {
    ObjectTypeDefinitionNode: "object",
    InterfaceTypeDefinitionNode: "interface",
    UnionTypeDefinitionNode: "union",
    EnumTypeDefinitionNode: "enum",
    InputObjectTypeDefinitionNode: "input",
    ScalarTypeDefinitionNode: "scalar",
}


def subgraphs_of(document: DocumentNode, join: Feature) -> dict[str, Subgraph]:
    """Return the subgraphs by their value in the enum `join__Graph`."""
    for definition in document.definitions:
        if (
            isinstance(definition, EnumTypeDefinitionNode)
            and definition.name.value == f"{join.prefix}__Graph"
        ):
            return {
                value.name.value: Subgraph(str(graph["name"]), str(graph.get("url") or ""))
                for value in definition.values or ()
                for graph in applications(value, join.directive("graph"))
            }
    raise SupergraphError(
        f"the enum `{join.prefix}__Graph` is missing", remedy="compose the supergraph again"
    )


def types_of(
    document: DocumentNode,
    join: Feature,
    graphs: Mapping[str, Subgraph],
    context: Feature | None = None,
) -> dict[str, TypeDefinition]:
    """Return the types that belong to subgraphs, by name."""
    reader = JoinReader(join, graphs, context)
    types = {
        node.name.value: reader.type(node)
        for node in document.definitions
        if isinstance(node, TypeDefinitionNode)
    }
    return {name: definition for name, definition in types.items() if definition.joins}


class JoinReader:
    """Reads the joins of one document."""

    def __init__(
        self, join: Feature, graphs: Mapping[str, Subgraph], context: Feature | None = None
    ) -> None:
        self._join = join
        self._context = context
        self._graphs = graphs
        self._field_sets: dict[str, FieldSet] = {}

    def type(self, node: TypeDefinitionNode) -> TypeDefinition:
        """Return what the subgraphs say of the type `node`."""
        joins = self._type_joins(node)
        fields: dict[str, FieldDefinition] = {}
        for field in fields_of(node):
            coordinate = f"{node.name.value}.{field.name.value}"
            field_joins = self._field_joins(field, coordinate)
            if field_joins is None:
                field_joins = {graph: FieldJoin(graph) for graph in joins}
            fields[field.name.value] = FieldDefinition(field.name.value, field_joins)
        contexts = applications(node, self._context.directive("context")) if self._context else ()
        return TypeDefinition(
            node.name.value,
            KINDS[type(node)],
            joins,
            fields,
            tuple(str(item["name"]) for item in contexts),
        )

    def graph(self, arguments: Mapping[str, Any], coordinate: str, key: str = "graph") -> str:
        """Return the name of the subgraph that a directive's argument names."""
        subgraph = self._graphs.get(str(arguments.get(key)))
        if subgraph is None:
            raise SupergraphError(
                f"`{arguments.get(key)}` is no value of `{self._join.prefix}__Graph`",
                remedy="compose the supergraph again",
                coordinate=coordinate,
            )
        return subgraph.name

    def field_set(self, text: str, coordinate: str) -> FieldSet:
        """Return the selection that `text` spells."""
        found = self._field_sets.get(text)
        if found is None:
            found = self._field_sets[text] = parse_field_set(text, coordinate)
        return found

    def applied(self, node: Annotated, name: str) -> list[Mapping[str, Any]]:
        """Return the applications of the join directive `name`."""
        return applications(node, self._join.directive(name))

    def _type_joins(self, node: TypeDefinitionNode) -> dict[str, TypeJoin]:
        name = node.name.value
        grouped: dict[str, list[Mapping[str, Any]]] = {}
        for arguments in self.applied(node, "type"):
            grouped.setdefault(self.graph(arguments, name), []).append(arguments)
        implements = self._by_graph(node, "implements", "interface")
        members = self._by_graph(node, "unionMember", "member")
        values = self._values_by_graph(node)
        return {
            graph: TypeJoin(
                subgraph=graph,
                keys=tuple(
                    Key(self.field_set(item["key"], name), item.get("resolvable") is not False)
                    for item in items
                    if item.get("key")
                ),
                is_interface_object=any(item.get("isInterfaceObject") for item in items),
                is_extension=any(item.get("extension") for item in items),
                implements=implements(graph),
                members=members(graph),
                values=values(graph),
            )
            for graph, items in grouped.items()
        }

    def _by_graph(
        self, node: TypeDefinitionNode, directive: str, argument: str
    ) -> Callable[[str], tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for arguments in self.applied(node, directive):
            graph = self.graph(arguments, node.name.value)
            found.setdefault(graph, []).append(str(arguments[argument]))
        if not found and directive == "unionMember" and isinstance(node, UnionTypeDefinitionNode):
            # v0.2 does not say who knows which member: all do.
            everything = tuple(member.name.value for member in node.types or ())
            return lambda _graph: everything
        return lambda graph: tuple(found.get(graph, ()))

    def _values_by_graph(self, node: TypeDefinitionNode) -> Callable[[str], tuple[str, ...]]:
        values = node.values or () if isinstance(node, EnumTypeDefinitionNode) else ()
        known: dict[str, list[str]] = {}
        for value in values:
            joins = self.applied(value, "enumValue")
            graphs = [self.graph(item, node.name.value) for item in joins]
            # v0.2 does not say who knows which value: all do.
            for graph in graphs or [subgraph.name for subgraph in self._graphs.values()]:
                known.setdefault(graph, []).append(value.name.value)
        return lambda graph: tuple(known.get(graph, ()))

    def _field_joins(self, field: FieldNode, coordinate: str) -> dict[str, FieldJoin] | None:
        found = self.applied(field, "field")
        if not found:
            return None
        # Without a graph the field comes from an interface object: it is in no subgraph as such.
        joins = (self.field_join(item, coordinate) for item in found if item.get("graph"))
        return {join.subgraph: join for join in joins}

    def field_join(self, arguments: Mapping[str, Any], coordinate: str) -> FieldJoin:
        """Return what one `@join__field` says."""
        requires, provides = arguments.get("requires"), arguments.get("provides")
        return FieldJoin(
            subgraph=self.graph(arguments, coordinate),
            type=arguments.get("type"),
            requires=self.field_set(requires, coordinate) if requires else None,
            provides=self.field_set(provides, coordinate) if provides else None,
            external=_is_external(arguments),
            override=arguments.get("override"),
            override_label=arguments.get("overrideLabel"),
            context_arguments=tuple(
                ContextArgument(
                    name=item["name"],
                    type=item["type"],
                    context=item["context"],
                    selection=self.field_set(_without_braces(item["selection"]), coordinate),
                )
                for item in arguments.get("contextArguments") or ()
            ),
        )


def fields_of(node: TypeDefinitionNode) -> tuple[FieldNode, ...]:
    """Return the fields of an object, interface or input type; other types have none."""
    match node:
        case (
            ObjectTypeDefinitionNode()
            | InterfaceTypeDefinitionNode()
            | InputObjectTypeDefinitionNode()
        ):
            return tuple(node.fields or ())
        case _:
            return ()


def _is_external(arguments: Mapping[str, Any]) -> bool:
    """Tell whether a field is not resolved here, whatever conditions of overrides hold."""
    if arguments.get("overrideLabel"):
        return bool(arguments.get("external"))
    return bool(arguments.get("external") or arguments.get("usedOverridden"))


def _without_braces(text: str) -> str:
    """Return the selections of `{ level }`; a list of fragments has no braces."""
    text = text.strip()
    return text[1:-1].strip() if text.startswith("{") else text


def parse_field_set(text: str, coordinate: str) -> FieldSet:
    """Return the selection that `text` spells, or raise `SupergraphError`."""
    try:
        definition = parse(f"{{{text}}}", no_location=True).definitions[0]
    except GraphQLSyntaxError as error:
        raise SupergraphError(
            f"`{text}` is not a selection of fields ({error.message})",
            remedy="compose the supergraph again",
            coordinate=coordinate,
        ) from error
    assert isinstance(definition, OperationDefinitionNode)  # noqa: S101 - the braces say so
    return FieldSet(text, definition.selection_set)

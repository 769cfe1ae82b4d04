"""The shape of a response: what an operation asks for, resolved against the API schema.

A shape is made once per operation and completes every response of it, so fields are collected once
and not for each object of each response.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLType,
    GraphQLUnionType,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
)

from graphwing.execution.leaves import LeafReader, leaf_reader


@dataclass(frozen=True, slots=True)
class LeafShape:
    """A scalar or an enum; without a reader its values pass as they are."""

    type_name: str
    read: LeafReader | None
    nullable: bool


@dataclass(frozen=True, slots=True)
class ListShape:
    """A list, every item of one shape."""

    item: ValueShape
    nullable: bool


@dataclass(frozen=True, slots=True)
class ObjectShape:
    """An object, an interface or a union; which fields it has depends on the runtime type."""

    type_name: str
    possible: Mapping[str, GraphQLObjectType]
    nullable: bool
    selection_sets: Sequence[SelectionSetNode]
    shapes: Shapes
    fields: dict[str, tuple[FieldShape, ...]] = field(
        default_factory=dict[str, "tuple[FieldShape, ...]"]
    )
    stand_ins: list[str | None] = field(default_factory=list[str | None])
    """The type to take for an object that does not know its own, once that was asked."""

    def runtime_type(self, typename: object) -> str | None:
        """Return the type of an object that calls itself `typename`, if the API has it here."""
        if self.type_name in self.possible:
            return self.type_name
        if isinstance(typename, str) and typename in self.possible:
            return typename
        # A subgraph with an interface object does not know the types of its objects, and where
        # no field depends on them the plan does not ask another one.
        if typename is None or typename == self.type_name:
            if not self.stand_ins:
                self.stand_ins.append(self._stand_in())
            return self.stand_ins[0]
        return None

    def _stand_in(self) -> str | None:
        """Return any possible type if the operation asks the same of all, and not their name."""
        asked = [
            [
                (each.response_key, each.coordinate.partition(".")[2])
                for each in self.fields_of(name)
            ]
            for name in self.possible
        ]
        names = {name for fields in asked for _, name in fields}
        alike = all(fields == asked[0] for fields in asked)
        return next(iter(self.possible), None) if alike and "__typename" not in names else None

    def fields_of(self, runtime_type: str) -> tuple[FieldShape, ...]:
        """Return the fields the operation asks of this type, in the operation's order."""
        fields = self.fields.get(runtime_type)
        if fields is None:
            fields = self.shapes.fields_of(self.possible[runtime_type], self.selection_sets)
            self.fields[runtime_type] = fields
        return fields


@dataclass(frozen=True, slots=True)
class TypenameShape:
    """`__typename`, which the router knows by itself."""


@dataclass(frozen=True, slots=True)
class IntrospectionShape:
    """`__schema` or `__type`: a small operation on the API schema itself."""

    response_key: str
    document: DocumentNode


ValueShape = LeafShape | ListShape | ObjectShape
"""The shape of what subgraphs send."""

Shape = ValueShape | TypenameShape | IntrospectionShape


class FieldShape(NamedTuple):
    """One field of a response object."""

    response_key: str
    coordinate: str
    shape: Shape


class Shapes:
    """Makes the shapes of one operation under certain values of `@skip` and `@include`."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
    ) -> None:
        self._schema = schema
        self._operation = operation
        self._variables = dict(variables)
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }

    def root(self) -> ObjectShape:
        """Return the shape of `data`."""
        root = self._schema.get_root_type(self._operation.operation)
        if root is None:
            raise ValueError("the operation was not validated against this schema")
        selection_sets = (self._operation.selection_set,)
        return ObjectShape(
            root.name, {root.name: root}, nullable=True, selection_sets=selection_sets, shapes=self
        )

    def fields_of(
        self, runtime_type: GraphQLObjectType, selection_sets: Sequence[SelectionSetNode]
    ) -> tuple[FieldShape, ...]:
        """Return the fields that `selection_sets` ask of an object of `runtime_type`."""
        nodes: dict[str, list[FieldNode]] = {}
        visited: set[str] = set()
        for selection_set in selection_sets:
            self._collect(runtime_type, selection_set, nodes, visited)
        return tuple(
            FieldShape(
                response_key,
                f"{runtime_type.name}.{found[0].name.value}",
                self._field_shape(runtime_type, response_key, found),
            )
            for response_key, found in nodes.items()
        )

    def _collect(
        self,
        runtime_type: GraphQLObjectType,
        selection_set: SelectionSetNode,
        nodes: dict[str, list[FieldNode]],
        visited: set[str],
    ) -> None:
        for selection in selection_set.selections:
            if not self._is_included(selection):
                continue
            if isinstance(selection, FieldNode):
                key = (selection.alias or selection.name).value
                nodes.setdefault(key, []).append(selection)
                continue
            fragment = self._fragment(selection, visited)
            if fragment is not None and self._applies(fragment, runtime_type):
                self._collect(runtime_type, fragment.selection_set, nodes, visited)

    def _is_included(self, selection: SelectionNode) -> bool:
        for directive in selection.directives or ():
            name = directive.name.value
            if name in {"skip", "include"} and self._condition(directive) is (name == "skip"):
                return False
        return True

    def _condition(self, directive: DirectiveNode) -> bool:
        value = next(
            argument.value for argument in directive.arguments or () if argument.name.value == "if"
        )
        if isinstance(value, VariableNode):
            return self._variables.get(value.name.value) is True
        return cast("BooleanValueNode", value).value

    def _fragment(
        self, selection: SelectionNode, visited: set[str]
    ) -> InlineFragmentNode | FragmentDefinitionNode | None:
        """Return the fragment to look into, or nothing if a spread brings it a second time."""
        if not isinstance(selection, FragmentSpreadNode):
            return cast("InlineFragmentNode", selection)
        name = selection.name.value
        if name in visited:
            return None
        visited.add(name)
        return self._fragments[name]

    def _applies(
        self, fragment: InlineFragmentNode | FragmentDefinitionNode, runtime_type: GraphQLObjectType
    ) -> bool:
        if fragment.type_condition is None:
            return True
        condition = self._schema.get_type(fragment.type_condition.name.value)
        if isinstance(condition, GraphQLInterfaceType | GraphQLUnionType):
            return self._schema.is_sub_type(condition, runtime_type)
        return condition is runtime_type

    def _field_shape(
        self, parent: GraphQLObjectType, response_key: str, nodes: list[FieldNode]
    ) -> Shape:
        name = nodes[0].name.value
        if name == "__typename":
            return TypenameShape()
        if name in {"__schema", "__type"}:
            return IntrospectionShape(response_key, self._introspection(nodes))
        selection_sets = [node.selection_set for node in nodes if node.selection_set]
        return self._shape(parent.fields[name].type, selection_sets)

    def _shape(
        self,
        of_type: GraphQLType,
        selection_sets: list[SelectionSetNode],
        *,
        nullable: bool = True,
    ) -> ValueShape:
        match of_type:
            case GraphQLNonNull():
                wrapped = cast("GraphQLNonNull[Any]", of_type).of_type
                return self._shape(wrapped, selection_sets, nullable=False)
            case GraphQLList():
                wrapped = cast("GraphQLList[Any]", of_type).of_type
                return ListShape(self._shape(wrapped, selection_sets), nullable)
            case GraphQLScalarType() | GraphQLEnumType():
                return LeafShape(of_type.name, leaf_reader(of_type), nullable)
            case GraphQLObjectType():
                possible: dict[str, GraphQLObjectType] = {of_type.name: of_type}
            case _:
                of_type = cast("GraphQLInterfaceType | GraphQLUnionType", of_type)
                possible = {one.name: one for one in self._schema.get_possible_types(of_type)}
        return ObjectShape(of_type.name, possible, nullable, selection_sets, self)

    def _introspection(self, nodes: list[FieldNode]) -> DocumentNode:
        operation = OperationDefinitionNode(
            operation=OperationType.QUERY,
            variable_definitions=self._operation.variable_definitions,
            selection_set=SelectionSetNode(selections=tuple(nodes)),
        )
        return DocumentNode(definitions=(operation, *self._fragments.values()))

"""The shape of a response: what an operation asks for, resolved against the API schema.

A shape is made once per operation and completes every response of it, so fields are collected once
and not for each object of each response.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from graphql import (
    REMOVE,
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
    Visitor,
    VisitorAction,
    visit,
)

from graphwing.execution.division import PRIMARY_ONLY, Division, Keys, Parts, Placed
from graphwing.execution.leaves import LeafReader, leaf_reader
from graphwing.planner.defer import DEFER
from graphwing.planner.plan import PRIMARY

_As = tuple[int, bool]
"""The part of the response that a fragment brings, and whether it is withheld."""

PlacedSet = tuple[SelectionSetNode, int]
"""A selection set, and the part of the response it stands in."""


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
    interfaces: Mapping[str, GraphQLInterfaceType]
    """The type itself and those that implement it, if they are interfaces."""
    nullable: bool
    selection_sets: Sequence[PlacedSet]
    shapes: Shapes
    keys: Keys = ()
    """The response keys on the way here."""
    parts: Parts = PRIMARY_ONLY
    """The parts of the response that its fields are sent with."""
    fields: dict[str, tuple[FieldShape, ...]] = field(
        default_factory=dict[str, "tuple[FieldShape, ...]"]
    )
    deferred: dict[str, DeferredFields] = field(default_factory=dict[str, "DeferredFields"])
    """By runtime type, what is sent later; only for types that have such fields."""

    def runtime_type(self, typename: object) -> str | None:
        """Return the type of an object that calls itself `typename`, if the API has it here.

        A subgraph with an interface object does not know the types of its objects. Where nothing
        that the plan has to fetch depends on them, the interface stands for them.
        """
        if self.type_name in self.possible:
            return self.type_name
        name = self.type_name if typename is None else typename
        if isinstance(name, str) and (name in self.possible or name in self.interfaces):
            return name
        return None

    def fields_of(self, runtime_type: str) -> tuple[FieldShape, ...]:
        """Return the fields the operation asks of this type, in the operation's order."""
        fields = self.fields.get(runtime_type)
        if fields is None:
            of_type = self.possible.get(runtime_type) or self.interfaces[runtime_type]
            fields, deferred = self.shapes.fields_of(of_type, self)
            self.fields[runtime_type] = fields
            if deferred.parts or deferred.groups:
                self.deferred[runtime_type] = deferred
        return fields

    def deferred_of(self, runtime_type: str) -> DeferredFields | None:
        """Return what an object of this type has to be sent later, if anything.

        Of an interface, whose type another part may come to know, all parts that can begin there.
        """
        if runtime_type in self.possible:
            self.fields_of(runtime_type)
            return self.deferred.get(runtime_type)
        every = [one for name in self.possible if (one := self.deferred_of(name)) is not None]
        if not every:
            return None
        self.fields_of(runtime_type)
        known = self.deferred.get(runtime_type)
        parts = {part for one in every for part in one.parts}
        return DeferredFields(tuple(sorted(parts)), known.groups if known is not None else ())


@dataclass(frozen=True, slots=True)
class TypenameShape:
    """`__typename`, the type that the object was found to have."""


@dataclass(frozen=True, slots=True)
class IntrospectionShape:
    """`__schema` or `__type`: a small operation on the API schema itself."""

    response_key: str
    document: DocumentNode


@dataclass(frozen=True, slots=True)
class WithheldShape:
    """A field that the client may not read; nobody was asked for it."""

    nullable: bool


ValueShape = LeafShape | ListShape | ObjectShape
"""The shape of what subgraphs send."""

Shape = ValueShape | TypenameShape | IntrospectionShape | WithheldShape


class FieldShape(NamedTuple):
    """One field of a response object."""

    response_key: str
    coordinate: str
    shape: Shape


class DeferredFields(NamedTuple):
    """What an object has to be sent later."""

    parts: tuple[int, ...]
    """The deferred parts that begin at the object, parents first."""
    groups: tuple[tuple[Parts, tuple[FieldShape, ...]], ...]
    """Its fields that are not sent with the object itself."""


class Shapes:
    """Makes the shapes of one operation under certain values of `@skip` and `@include`."""

    def __init__(  # noqa: PLR0913, PLR0917 - one for each thing that a shape depends on
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
        division: Division,
        withheld: AbstractSet[int] = frozenset(),
    ) -> None:
        """Take the ids of the selections that are withheld from the client."""
        self.repeats = division.repeats
        """Whether each deferred part is whole, whatever was sent before."""
        self._division = division
        self._schema = schema
        self._operation = operation
        self._variables = dict(variables)
        self._withheld = withheld
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
        return ObjectShape(
            type_name=root.name,
            possible={root.name: root},
            interfaces={},
            nullable=True,
            selection_sets=((self._operation.selection_set, PRIMARY),),
            shapes=self,
        )

    def fields_of(
        self,
        runtime_type: GraphQLObjectType | GraphQLInterfaceType,
        shape: ObjectShape,
    ) -> tuple[tuple[FieldShape, ...], DeferredFields]:
        """Return what `shape` asks of an object of `runtime_type`: at once, and later."""
        collected = _Collected(runtime_type, shape.keys)
        for selection_set, part in shape.selection_sets:
            self._collect(selection_set, part, collected)
        groups: dict[Parts, list[FieldShape]] = {}
        for response_key, nodes in collected.nodes.items():
            is_withheld = not nodes
            placed = collected.withheld[response_key] if is_withheld else nodes
            for parts, found in self._division.groups(placed).items():
                field = FieldShape(
                    response_key,
                    f"{runtime_type.name}.{found[0][0].name.value}",
                    _withheld(runtime_type, found)
                    if is_withheld
                    else self._field_shape(runtime_type, (*shape.keys, response_key), found, parts),
                )
                groups.setdefault(parts, []).append(field)
        own = groups.pop(shape.parts, [])
        later = tuple((parts, tuple(fields)) for parts, fields in groups.items())
        return tuple(own), DeferredFields(tuple(sorted(collected.parts)), later)

    def _collect(
        self,
        selection_set: SelectionSetNode,
        part: int,
        into: _Collected,
        *,
        is_withheld: bool = False,
    ) -> None:
        for selection in selection_set.selections:
            if not self._is_included(selection):
                continue
            without = is_withheld or id(selection) in self._withheld
            if isinstance(selection, FieldNode):
                into.add(selection, part, is_withheld=without)
                continue
            inner = self._division.part(selection, into.keys, part)
            fragment = self._fragment(selection, (inner, without), into.visited)
            if fragment is not None and self._applies(fragment, into.runtime_type):
                if inner != part:
                    into.parts.add(inner)
                self._collect(fragment.selection_set, inner, into, is_withheld=without)

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
        self, selection: SelectionNode, as_what: _As, visited: set[tuple[str, _As]]
    ) -> InlineFragmentNode | FragmentDefinitionNode | None:
        """Return the fragment to look into, or nothing if a spread brings it a second time."""
        if not isinstance(selection, FragmentSpreadNode):
            return cast("InlineFragmentNode", selection)
        name = selection.name.value
        if (name, as_what) in visited:
            return None
        visited.add((name, as_what))
        return self._fragments[name]

    def _applies(
        self,
        fragment: InlineFragmentNode | FragmentDefinitionNode,
        runtime_type: GraphQLObjectType | GraphQLInterfaceType,
    ) -> bool:
        if fragment.type_condition is None:
            return True
        condition = self._schema.get_type(fragment.type_condition.name.value)
        if condition is runtime_type:
            return True
        return isinstance(
            condition, GraphQLInterfaceType | GraphQLUnionType
        ) and self._schema.is_sub_type(condition, runtime_type)

    def _field_shape(
        self,
        parent: GraphQLObjectType | GraphQLInterfaceType,
        keys: Keys,
        placed: list[Placed],
        parts: Parts,
    ) -> Shape:
        nodes = [node for node, _ in placed]
        name = nodes[0].name.value
        if name == "__typename":
            return TypenameShape()
        if name in {"__schema", "__type"}:
            return IntrospectionShape(keys[-1], self._introspection(nodes))
        selection_sets = [(one.selection_set, part) for one, part in placed if one.selection_set]
        below = _Below(selection_sets, keys, parts)
        return self._shape(parent.fields[name].type, below)

    def _shape(self, of_type: GraphQLType, below: _Below, *, nullable: bool = True) -> ValueShape:
        match of_type:
            case GraphQLNonNull():
                wrapped = cast("GraphQLNonNull[Any]", of_type).of_type
                return self._shape(wrapped, below, nullable=False)
            case GraphQLList():
                wrapped = cast("GraphQLList[Any]", of_type).of_type
                return ListShape(self._shape(wrapped, below), nullable)
            case GraphQLScalarType() | GraphQLEnumType():
                return LeafShape(of_type.name, leaf_reader(of_type), nullable)
            case _:
                return self._object_shape(of_type, below, nullable=nullable)

    def _object_shape(self, of_type: GraphQLType, below: _Below, *, nullable: bool) -> ObjectShape:
        of_type = cast("GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType", of_type)
        interfaces: list[GraphQLInterfaceType] = []
        if isinstance(of_type, GraphQLObjectType):
            possible = [of_type]
        else:
            possible = self._schema.get_possible_types(of_type)
        if isinstance(of_type, GraphQLInterfaceType):
            interfaces = [of_type, *self._schema.get_implementations(of_type).interfaces]
        return ObjectShape(
            type_name=of_type.name,
            possible={one.name: one for one in possible},
            interfaces={one.name: one for one in interfaces},
            nullable=nullable,
            selection_sets=below.selection_sets,
            shapes=self,
            keys=below.keys,
            parts=below.parts,
        )

    def _introspection(self, nodes: list[FieldNode]) -> DocumentNode:
        operation = OperationDefinitionNode(
            operation=OperationType.QUERY,
            variable_definitions=self._operation.variable_definitions,
            selection_set=SelectionSetNode(selections=tuple(nodes)),
        )
        document = DocumentNode(definitions=(operation, *self._fragments.values()))
        return visit(document, _Undeferring())


def _withheld(
    parent: GraphQLObjectType | GraphQLInterfaceType, placed: Sequence[Placed]
) -> WithheldShape:
    of_field = parent.fields[placed[0][0].name.value]
    return WithheldShape(nullable=not isinstance(of_field.type, GraphQLNonNull))


class _Undeferring(Visitor):
    """Takes `@defer` away: introspection is never worth waiting for."""

    def enter_directive(self, node: DirectiveNode, *_: Any) -> VisitorAction:  # noqa: ANN401
        return REMOVE if node.name.value == DEFER else None


@dataclass(slots=True)
class _Collected:
    """The fields of one object while its selection sets are read."""

    runtime_type: GraphQLObjectType | GraphQLInterfaceType
    keys: Keys
    nodes: dict[str, list[Placed]] = field(default_factory=dict[str, list[Placed]])
    """By response key, in the order of the operation; none where all are withheld."""
    withheld: dict[str, list[Placed]] = field(default_factory=dict[str, list[Placed]])
    parts: set[int] = field(default_factory=set[int])
    visited: set[tuple[str, _As]] = field(default_factory=set[tuple[str, _As]])

    def add(self, node: FieldNode, part: int, *, is_withheld: bool) -> None:
        """Note an occurrence of a field."""
        key = (node.alias or node.name).value
        placed = self.nodes.setdefault(key, [])
        if is_withheld and node.name.value != "__typename":
            placed = self.withheld.setdefault(key, [])
        placed.append((node, part))


@dataclass(frozen=True, slots=True)
class _Below:
    """What is asked below a field, and where that is."""

    selection_sets: Sequence[PlacedSet]
    keys: Keys
    parts: Parts

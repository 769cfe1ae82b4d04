"""What `@cost` and `@listSize` say, and what holds where they say nothing.

https://ibm.github.io/graphql-specs/cost-spec.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    ValueNode,
    get_named_type,
    is_composite_type,
    is_introspection_type,
    is_specified_directive,
)

from graphwing.supergraph import Supergraph
from graphwing.supergraph.directives import Annotated, applications

MUTATION = 10
"""What a mutation costs beside its fields."""
_COMPOSITE, _LEAF = 1, 0


@dataclass(frozen=True, slots=True)
class ListSize:
    """What `@listSize` says of a field."""

    assumed: int | None
    slicing: tuple[str, ...]
    """The arguments that say how much is wanted."""
    sized: tuple[str, ...]
    """The fields below this one that are meant; without them it is the field itself."""
    requires_one: bool
    """Whether exactly one of the arguments has to be given."""


@dataclass(frozen=True, slots=True)
class InputWeight:
    """What an argument or input field costs: its own weight, or that of each value of its type."""

    weight: int | None
    type: GraphQLNamedType
    default: ValueNode | None


@dataclass(frozen=True, slots=True)
class FieldWeight:
    """What there is to know of a field of an object."""

    coordinate: str
    weight: int | None
    """Its own; without it each object that it returns has the weight of its type."""
    type: GraphQLNamedType
    lists: int
    """In how many lists what it returns is."""
    size: ListSize | None
    arguments: Mapping[str, InputWeight]


class Weights:
    """The weights in a supergraph's API schema; each is read when it is first asked for."""

    def __init__(self, supergraph: Supergraph) -> None:
        self.schema = supergraph.api_schema
        feature = supergraph.features.get("cost")
        self._cost = feature.directive("cost") if feature else None
        self._list_size = feature.directive("listSize") if feature else None
        self._fields: dict[tuple[str, str], FieldWeight | None] = {}
        self._types: dict[str, int] = {}
        self._input_fields: dict[str, Mapping[str, InputWeight]] = {}
        self.directives: Mapping[str, Mapping[str, InputWeight]] = {
            directive.name: self._inputs(directive.args)
            for directive in self.schema.directives
            if directive.args and not is_specified_directive(directive)
        }

    def field(self, of: GraphQLObjectType | GraphQLInterfaceType, name: str) -> FieldWeight | None:
        """Return what is known of a field, or nothing for those that the router answers itself."""
        key = of.name, name
        if key not in self._fields:
            definition = of.fields.get(name)
            known = definition and self._field(f"{of.name}.{name}", definition)
            if known is not None and known.size is None:
                known = replace(known, size=self._size_in_interfaces(of, name))
            self._fields[key] = known
        return self._fields[key]

    def type(self, of: GraphQLNamedType) -> int:
        """Return what each value of a type costs."""
        weight = self._types.get(of.name)
        if weight is None:
            weight = self._own(of.ast_node)
            if weight is None:
                is_composite = is_composite_type(of) or isinstance(of, GraphQLInputObjectType)
                weight = _COMPOSITE if is_composite else _LEAF
            self._types[of.name] = weight
        return weight

    def input_fields(self, of: GraphQLInputObjectType) -> Mapping[str, InputWeight]:
        """Return what the fields of an input object cost."""
        known = self._input_fields.get(of.name)
        if known is None:
            known = self._input_fields[of.name] = self._inputs(of.fields)
        return known

    def is_free(self, one: InputWeight) -> bool:
        """Return whether an argument or input field costs nothing, whatever its value."""
        if isinstance(one.type, GraphQLInputObjectType):
            return False
        return not (self.type(one.type) if one.weight is None else one.weight)

    def _field(self, coordinate: str, definition: GraphQLField) -> FieldWeight | None:
        named = _named(definition)
        if is_introspection_type(named):
            return None
        return FieldWeight(
            coordinate,
            self._own(definition.ast_node),
            named,
            str(cast("Any", definition).type).count("["),
            self._size(definition.ast_node),
            self._inputs(definition.args),
        )

    def _size_in_interfaces(
        self, of: GraphQLObjectType | GraphQLInterfaceType, name: str
    ) -> ListSize | None:
        """Return what interfaces promise of a list that an object says nothing about."""
        promised = (self.field(one, name) for one in of.interfaces)
        return next((one.size for one in promised if one is not None and one.size), None)

    def _inputs(
        self, inputs: Mapping[str, GraphQLArgument] | Mapping[str, GraphQLInputField]
    ) -> Mapping[str, InputWeight]:
        return {
            name: InputWeight(
                self._own(one.ast_node),
                _named(one),
                one.ast_node.default_value if one.ast_node is not None else None,
            )
            for name, one in inputs.items()
        }

    def _own(self, node: Annotated | None) -> int | None:
        """Return the weight that `@cost` gives a part of the schema."""
        return _number(self._said(node, self._cost), "weight")

    def _size(self, node: Annotated | None) -> ListSize | None:
        said = self._said(node, self._list_size)
        if said is None:
            return None
        return ListSize(
            _number(said, "assumedSize"),
            tuple(said.get("slicingArguments") or ()),
            tuple(said.get("sizedFields") or ()),
            said.get("requireOneSlicingArgument") is not False,
        )

    @staticmethod
    def _said(node: Annotated | None, directive: str | None) -> Mapping[str, Any] | None:
        if node is None or directive is None:
            return None
        found = applications(node, directive)
        return found[0] if found else None


def _named(of: GraphQLField | GraphQLArgument | GraphQLInputField) -> GraphQLNamedType:
    # What a list holds its type does not say.
    return cast("GraphQLNamedType", get_named_type(cast("Any", of).type))


def _number(said: Mapping[str, Any] | None, argument: str) -> int | None:
    value = said.get(argument) if said is not None else None
    return value if isinstance(value, int) else None

"""What not everybody may read: `@authenticated`, `@requiresScopes` and `@policy` of a supergraph.

https://www.apollographql.com/docs/graphos/routing/security/authorization
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from graphql import (
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
)

from graphwing.supergraph.directives import Annotated, applications
from graphwing.supergraph.supergraph import Supergraph

RequirementKind = Literal["authenticated", "scopes", "policies"]

# By the specification that brings a directive of the same name: what it requires, and its argument.
_DIRECTIVES: Mapping[str, tuple[RequirementKind, str]] = {
    "authenticated": ("authenticated", ""),
    "requiresScopes": ("scopes", "scopes"),
    "policy": ("policies", "policies"),
}


@dataclass(frozen=True, slots=True)
class Requirement:
    """A condition on who reads."""

    kind: RequirementKind
    alternatives: frozenset[frozenset[str]] = frozenset()
    """Scopes or policies: of one alternative all must be there."""

    def names(self) -> frozenset[str]:
        """Return all that are in some alternative."""
        return frozenset[str]().union(*self.alternatives)


Requirements = frozenset[Requirement]
"""Conditions that must all be met."""

_NONE: Requirements = frozenset()


class AccessRules:
    """The requirements of types and fields.

    To read through an interface takes what all its implementations require, as composition has it
    since Federation 2.12; supergraphs that were composed before are read in the same way.
    """

    def __init__(self, supergraph: Supergraph) -> None:
        self._schema = supergraph.schema
        self._names = {
            supergraph.features[spec].directive(spec): demanded
            for spec, demanded in _DIRECTIVES.items()
            if spec in supergraph.features
        }
        self._of_types: dict[str, Requirements] = {}
        self._of_fields: dict[tuple[str, str], Requirements] = {}
        if self._names:
            self._read(self._schema)

    @property
    def is_empty(self) -> bool:
        """Return whether everybody may read everything."""
        return not self._of_types and not self._of_fields

    def of_type(self, name: str) -> Requirements:
        """Return what it takes to read any value of a type."""
        return self._of_types.get(name, _NONE)

    def of_field(self, type_name: str, name: str) -> Requirements:
        """Return what it takes to read a field, its value's type included."""
        return self._of_fields.get((type_name, name), _NONE)

    def _read(self, schema: GraphQLSchema) -> None:
        for of_type in schema.type_map.values():
            self._note(self._of_types, of_type.name, self._required(_nodes(of_type)))
        for of_type in schema.type_map.values():
            if isinstance(of_type, GraphQLInterfaceType):
                every = (self.of_type(one.name) for one in _implementations(schema, of_type))
                self._note(self._of_types, of_type.name, self.of_type(of_type.name).union(*every))
        for of_type in schema.type_map.values():
            if isinstance(of_type, GraphQLObjectType | GraphQLInterfaceType):
                for name in of_type.fields:
                    required = self._required_of_field(schema, of_type, name)
                    self._note(self._of_fields, (of_type.name, name), required)

    def _required_of_field(
        self, schema: GraphQLSchema, of_type: GraphQLObjectType | GraphQLInterfaceType, name: str
    ) -> Requirements:
        """Return what a field requires: of an interface, with what its implementations do."""
        owners: list[GraphQLObjectType | GraphQLInterfaceType] = [of_type]
        if isinstance(of_type, GraphQLInterfaceType):
            owners += _implementations(schema, of_type)
        own = self._required(
            node
            for owner in owners
            if (field := owner.fields.get(name)) is not None and (node := field.ast_node)
        )
        return own | self.of_type(
            cast("GraphQLNamedType", get_named_type(of_type.fields[name].type)).name
        )

    def _required(self, nodes: Iterable[Annotated]) -> Requirements:
        return frozenset(
            Requirement(kind, _alternatives(arguments.get(argument)) if argument else frozenset())
            for node in nodes
            for name, (kind, argument) in self._names.items()
            for arguments in applications(node, name)
        )

    @staticmethod
    def _note(into: dict[Any, Requirements], key: object, required: Requirements) -> None:
        if required:
            into[key] = required


def _implementations(
    schema: GraphQLSchema, interface: GraphQLInterfaceType
) -> tuple[GraphQLObjectType, ...]:
    return tuple(schema.get_possible_types(interface))


def _nodes(of_type: GraphQLNamedType) -> Iterable[Annotated]:
    if of_type.ast_node is not None:
        yield of_type.ast_node
    yield from of_type.extension_ast_nodes


def _alternatives(value: object) -> frozenset[frozenset[str]]:
    """Return lists of lists of names, where single values stand for lists of one.

    https://spec.graphql.org/October2021/#sec-List.Input-Coercion
    """
    return frozenset(frozenset(map(str, _listed(one))) for one in _listed(value))


def _listed(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else [value]

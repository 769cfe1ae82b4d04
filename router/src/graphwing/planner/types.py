"""The types of the supergraph, asked in the ways that planning needs."""

from __future__ import annotations

from functools import cached_property
from typing import cast

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    is_abstract_type,
    is_composite_type,
    is_interface_type,
    is_object_type,
)

from graphwing.errors import PlanningError

ScopeKey = tuple[str, frozenset[str] | None]


class Types:
    """Answers what a type can be at run time, and which fields it has."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema

    @cached_property
    def _possible(self) -> dict[str, frozenset[str]]:
        possible: dict[str, frozenset[str]] = {}
        for name, type_ in self._schema.type_map.items():
            if is_abstract_type(type_):
                possible[name] = frozenset(
                    object_.name for object_ in self._schema.get_possible_types(type_)
                )
            elif is_object_type(type_):
                possible[name] = frozenset((name,))
        return possible

    @cached_property
    def _supertypes(self) -> dict[str, frozenset[str]]:
        return {
            name: frozenset((name, *(interface.name for interface in type_.interfaces)))
            for name, type_ in self._schema.type_map.items()
            if is_object_type(type_) or is_interface_type(type_)
        }

    def root(self, kind: str) -> str:
        """Return the name of a root type."""
        roots = {
            "query": self._schema.query_type,
            "mutation": self._schema.mutation_type,
            "subscription": self._schema.subscription_type,
        }
        root = roots[kind]
        if root is None:
            raise PlanningError(kind)
        return root.name

    def possible(self, type_name: str) -> frozenset[str]:
        """Return the object types that a composite type can be at run time."""
        return self._possible.get(type_name, frozenset())

    def supertypes(self, type_name: str) -> frozenset[str]:
        """Return the interfaces of a type, and itself."""
        return self._supertypes.get(type_name, frozenset((type_name,)))

    def is_object(self, type_name: str) -> bool:
        """Tell whether a type is an object type."""
        return is_object_type(self._schema.type_map.get(type_name))

    def is_composite(self, type_name: str) -> bool:
        """Tell whether a type has selections."""
        return is_composite_type(self._schema.type_map.get(type_name))

    def field_type(self, type_name: str, name: str) -> str:
        """Return the printed type of a field, or raise `PlanningError` if there is none."""
        type_ = self._schema.type_map.get(type_name)
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) and name in type_.fields:
            return str(cast("object", type_.fields[name].type))
        raise PlanningError(f"{type_name}.{name}")

    def narrow(
        self, place: str, type_name: str, types: frozenset[str] | None, condition: str
    ) -> ScopeKey | None:
        """Return the scope of `... on condition` within a scope, or `None` when it is empty.

        `place` is the type of the place that the scope belongs to.
        """
        if condition in self.supertypes(type_name):
            return type_name, types
        current = self.possible(place) if types is None else types
        narrowed = current & self.possible(condition)
        if not narrowed:
            return None
        if self.is_object(type_name):
            # Under an interface or union that it belongs to, an object is still just itself.
            return type_name, types
        return condition, narrowed

    def scopes(
        self, place: str, type_name: str, types: frozenset[str] | None
    ) -> tuple[ScopeKey, ...]:
        """Return the scope as it can be written in one fragment, or one for each object type.

        Fragments within fragments can leave fewer types than the inner condition names.
        """
        if types is None:
            return ((type_name, None),)
        if types == self.possible(type_name) & self.possible(place):
            return ((type_name, types),)
        return tuple((name, frozenset((name,))) for name in sorted(types))

"""What a response did cost: the same weights, for what is really there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from graphql import FieldNode, GraphQLNamedType, GraphQLObjectType, is_abstract_type

from graphwing.server.cost.collected import Collected, Sets, selection_sets
from graphwing.server.cost.weights import Weights


class Response:
    """Adds up one response to an operation whose fields are `collected`."""

    def __init__(self, weights: Weights, collected: Collected) -> None:
        self._weights = weights
        self._collected = collected

    def cost(self, of: GraphQLObjectType, sets: Sets, value: Mapping[str, Any]) -> int:
        """Return what the fields of an object cost; what is null or not there costs nothing."""
        return sum(
            self._field(of, nodes, value.get(_response_key(nodes)))
            for nodes in self._collected.fields(of, sets)
        )

    def _field(self, of: GraphQLObjectType, nodes: Sequence[FieldNode], value: object) -> int:
        field = self._weights.field(of, nodes[0].name.value)
        if field is None:
            return 0
        below = selection_sets(nodes)
        cost = 0
        for item in _items(value):
            one = field.type
            if below and isinstance(item, dict):
                entries = cast("dict[str, Any]", item)
                one = self._type(field.type, below, entries)
                if isinstance(one, GraphQLObjectType):
                    cost += self.cost(one, below, entries)
            cost += self._weights.type(one) if field.weight is None else field.weight
        return max(cost, 0)

    def _type(
        self, of: GraphQLNamedType, below: Sets, value: Mapping[str, Any]
    ) -> GraphQLNamedType:
        """Return the type of an object: what it says itself, or one that it may be by its keys."""
        if not is_abstract_type(of):
            return of
        schema = self._weights.schema
        known = schema.type_map.get(value.get("__typename", ""))
        if known is not None:
            return known
        fitting = (one for one in schema.get_possible_types(of) if self._fits(one, below, value))
        return max(fitting, key=self._weights.type, default=of)

    def _fits(self, of: GraphQLObjectType, below: Sets, value: Mapping[str, Any]) -> bool:
        asked = {_response_key(nodes) for nodes in self._collected.fields(of, below)}
        return asked >= value.keys()


def _response_key(nodes: Sequence[FieldNode]) -> str:
    node = nodes[0]
    return node.alias.value if node.alias else node.name.value


def _items(value: object) -> Iterator[object]:
    """Yield what is in a value, however many lists it is in."""
    pending = [value]
    while pending:
        each = pending.pop()
        if isinstance(each, list):
            pending += cast("list[object]", each)
        elif each is not None:
            yield each

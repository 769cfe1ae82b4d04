"""Which variables of an operation can have values that are refused now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    SKIP,
    DocumentNode,
    GraphQLSchema,
    GraphQLType,
    NonNullTypeNode,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    VisitorAction,
    visit,
)

from graphwing.supergraph.accepted_values import Refusal, refusals
from graphwing.supergraph.api_changes import ApiChange
from graphwing.supergraph.reason import Reason, reason_at
from graphwing.supergraph.wrapped_types import is_never_null


def refused_variables(
    document: DocumentNode,
    old: GraphQLSchema,
    new: GraphQLSchema,
    breaking: Mapping[str, ApiChange],
) -> Iterator[Reason]:
    """Yield why values that clients could send for variables may be refused now.

    The operation has to be valid on both schemas. `breaking` has the breaking changes by their
    coordinates: reasons are told in their words.
    """
    before, now = _variables(document, old), _variables(document, new)
    for name, definition in before.definitions.items():
        for refusal in refusals(before.types[name], now.types[name]):
            message = f"`${name}` may be refused: {_words(refusal, breaking)}"
            yield reason_at(definition, message)
        if not isinstance(definition.type, NonNullTypeNode):
            yield from _null_refused(before.uses.get(name, []), now.uses.get(name, []))


_Use = tuple[VariableNode, GraphQLType | None]
"""A use, and the type that is wanted there: none where it is inside what a scalar takes."""


def _null_refused(before: list[_Use], now: list[_Use]) -> Iterator[Reason]:
    """Yield the places that do not take null any more from a variable that can be null.

    Validation lets it pass where the variable or the place has a default value, for that is taken
    when nothing is given: https://spec.graphql.org/September2025/#sec-All-Variable-Usages-Are-Allowed
    """
    if any(is_never_null(of_type) for _, of_type in before):
        return
    for node, of_type in now:
        if is_never_null(of_type):
            message = f"`${node.name.value}` can be null, which {of_type} does not take"
            yield reason_at(node, message)


def _variables(document: DocumentNode, schema: GraphQLSchema) -> _Variables:
    info = TypeInfo(schema)
    variables = _Variables(info)
    if any(
        isinstance(it, OperationDefinitionNode) and it.variable_definitions
        for it in document.definitions
    ):
        visit(document, TypeInfoVisitor(info, variables))
    return variables


class _Variables(Visitor):
    """Collects variables: their types, and where they are used, with what is wanted there."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.definitions: dict[str, VariableDefinitionNode] = {}
        self.types: dict[str, GraphQLType] = {}
        self.uses: dict[str, list[_Use]] = {}
        self._info: Any = info

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: object) -> VisitorAction:
        name = node.variable.name.value
        self.definitions[name] = node
        self.types[name] = self._info.get_input_type()
        return SKIP

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.uses.setdefault(node.name.value, []).append((node, self._info.get_input_type()))


def _words(refusal: Refusal, breaking: Mapping[str, ApiChange]) -> str:
    """Return the change that is nearest to what is refused, or what is refused."""
    changes = (breaking.get(coordinate) for coordinate in reversed(refusal.coordinates))
    return next((it.message for it in changes if it is not None), refusal.message)

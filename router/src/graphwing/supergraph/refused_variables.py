"""Which variables of an operation can have values that are refused now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    SKIP,
    DocumentNode,
    GraphQLInputObjectType,
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
from graphwing.supergraph.wrapped_types import is_never_null, without_null


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


@dataclass(frozen=True, slots=True)
class _Use:
    """A place where a variable is used."""

    node: VariableNode
    never_null: str | None
    """What does not take null there, if that is so."""


def _null_refused(before: list[_Use], now: list[_Use]) -> Iterator[Reason]:
    """Yield the places that do not take null any more from a variable that can be null.

    Validation lets it pass where the variable or the place has a default value, for that is taken
    when nothing is given: https://spec.graphql.org/September2025/#sec-All-Variable-Usages-Are-Allowed
    """
    if any(use.never_null for use in before):
        return
    for use in now:
        if use.never_null:
            message = f"`${use.node.name.value}` can be null, which {use.never_null} does not take"
            yield reason_at(use.node, message)


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
        self.uses.setdefault(node.name.value, []).append(_Use(node, self._never_null()))

    def _never_null(self) -> str | None:
        wanted: GraphQLType | None = self._info.get_input_type()
        owner: GraphQLType | None = self._info.get_parent_input_type()
        if is_never_null(wanted):
            return str(wanted)
        owner = None if owner is None else without_null(owner)
        if isinstance(owner, GraphQLInputObjectType) and owner.is_one_of:
            return f"the one field of {owner.name}"
        return None


def _words(refusal: Refusal, breaking: Mapping[str, ApiChange]) -> str:
    """Return the change that is nearest to what is refused, or what is refused."""
    changes = (breaking.get(coordinate) for coordinate in reversed(refusal.coordinates))
    return next((it.message for it in changes if it is not None), refusal.message)

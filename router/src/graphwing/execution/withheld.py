"""What an operation asks for and does not get: it is taken out before planning, so never fetched.

The response has nulls in its places, and an error for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from operator import is_
from typing import TypeVar, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    NameNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
)

from graphwing.errors import AccessRefusedError
from graphwing.supergraph.access import AccessRules, Requirement, Requirements

_TYPENAME = FieldNode(name=NameNode(value="__typename"), arguments=(), directives=())
_NONE: Requirements = frozenset()

_Definition = TypeVar("_Definition", OperationDefinitionNode, FragmentDefinitionNode)


@dataclass(frozen=True, slots=True)
class Withheld:
    """An operation without what its client may not read."""

    document: DocumentNode
    """What is planned."""
    coordinates: tuple[str, ...]
    """The types and fields that are not read, in the order of the operation."""
    selections: frozenset[int]
    """The ids of the nodes in the client's document that are not read."""
    originals: Mapping[int, InlineFragmentNode]
    """Fragments of the client's document, by the ids of those that stand for them here."""

    def require_root(self, root: GraphQLObjectType | None) -> None:
        """Raise `AccessRefusedError` if a field of the root is withheld."""
        name = root.name if root is not None else ""
        if any(one.partition(".")[0] == name for one in self.coordinates):
            raise AccessRefusedError(self.coordinates)


def required_of(
    schema: GraphQLSchema, rules: AccessRules, document: DocumentNode, name: str | None
) -> Requirements:
    """Return all that somebody must have to read everything an operation asks for.

    The document is valid; `name` is its operation's, if it has several.
    """
    if rules.is_empty:
        return _NONE
    reading = _Reading(schema, rules, document)
    reading.document(document, name)
    return frozenset(reading.required)


def withhold(
    schema: GraphQLSchema,
    rules: AccessRules,
    document: DocumentNode,
    name: str | None,
    unmet: Requirements,
) -> Withheld:
    """Return the operation without all that requires one of `unmet`."""
    reading = _Reading(schema, rules, document, unmet)
    kept = reading.document(document, name)
    return Withheld(
        kept, tuple(reading.coordinates), frozenset(reading.selections), reading.originals
    )


@dataclass(slots=True)
class _Reading:
    """One walk through a document."""

    schema: GraphQLSchema
    rules: AccessRules
    whole: DocumentNode
    unmet: Requirements = _NONE
    required: set[Requirement] = field(default_factory=set[Requirement])
    coordinates: dict[str, None] = field(default_factory=dict[str, None])
    selections: set[int] = field(default_factory=set[int])
    originals: dict[int, InlineFragmentNode] = field(default_factory=dict[int, InlineFragmentNode])
    fragments: dict[str, FragmentDefinitionNode] = field(init=False)

    def __post_init__(self) -> None:
        self.fragments = {
            one.name.value: one
            for one in self.whole.definitions
            if isinstance(one, FragmentDefinitionNode)
        }

    def document(self, document: DocumentNode, name: str | None) -> DocumentNode:
        """Return what is left of a document."""
        definitions = [
            self._operation(one)
            if isinstance(one, OperationDefinitionNode)
            else self._fragment(one)
            if isinstance(one, FragmentDefinitionNode)
            else one
            for one in document.definitions
            if not isinstance(one, OperationDefinitionNode) or _is_named(one, name)
        ]
        return replace(document, definitions=tuple(definitions))

    def _operation(self, node: OperationDefinitionNode) -> OperationDefinitionNode:
        root = self.schema.get_root_type(node.operation)
        type_name = root.name if root is not None else ""
        own = self.rules.of_type(type_name)
        return _with(node, self._selections(node.selection_set, type_name, own))

    def _fragment(self, node: FragmentDefinitionNode) -> FragmentDefinitionNode:
        # What its type requires is asked of each spread.
        left = self._selections(node.selection_set, node.type_condition.name.value, _NONE)
        return _with(node, left)

    def _selections(
        self, node: SelectionSetNode, type_name: str, above: Requirements
    ) -> SelectionSetNode:
        left = [
            kept
            for one in node.selections
            if (kept := self._selection(one, type_name, above)) is not None
        ]
        if len(left) == len(node.selections) and all(map(is_, left, node.selections)):
            return node
        # Whether there is an object at all is no secret, and the response has to say it.
        return replace(node, selections=tuple(left) or (_TYPENAME,))

    def _selection(
        self, node: SelectionNode, type_name: str, above: Requirements
    ) -> SelectionNode | None:
        """Return what is left of a selection, if anything."""
        match node:
            case FieldNode():
                return self._field(node, type_name, above)
            case InlineFragmentNode():
                condition = node.type_condition and node.type_condition.name.value
                if self._is_withheld(node, condition, above | self._of_condition(condition)):
                    return None
                left = self._selections(node.selection_set, condition or type_name, above)
                if left is node.selection_set:
                    return node
                copy = replace(node, selection_set=left)
                self.originals[id(copy)] = node
                return copy
            case FragmentSpreadNode():
                condition = self.fragments[node.name.value].type_condition.name.value
                required = above | self._of_condition(condition)
                return None if self._is_withheld(node, condition, required) else node
            case _:
                return node

    def _field(self, node: FieldNode, type_name: str, above: Requirements) -> FieldNode | None:
        name = node.name.value
        required = above | self.rules.of_field(type_name, name)
        if not name.startswith("__") and self._is_withheld(node, f"{type_name}.{name}", required):
            return None
        owner = self.schema.get_type(type_name)
        if node.selection_set is None or not isinstance(
            owner, GraphQLObjectType | GraphQLInterfaceType
        ):
            return node
        of_field = owner.fields.get(name)
        if of_field is None:
            return node
        below = cast("GraphQLNamedType", get_named_type(of_field.type))
        left = self._selections(node.selection_set, below.name, _NONE)
        return node if left is node.selection_set else replace(node, selection_set=left)

    def _of_condition(self, name: str | None) -> Requirements:
        return _NONE if name is None else self.rules.of_type(name)

    def _is_withheld(
        self, node: SelectionNode, coordinate: str | None, required: Requirements
    ) -> bool:
        self.required |= required
        if not required & self.unmet:
            return False
        self.selections.add(id(node))
        if coordinate is not None:
            self.coordinates[coordinate] = None
        return True


def _is_named(node: OperationDefinitionNode, name: str | None) -> bool:
    return name is None or (node.name is not None and node.name.value == name)


def _with(node: _Definition, selections: SelectionSetNode) -> _Definition:
    if selections is node.selection_set:
        return node
    return replace(node, selection_set=selections)

"""The fields that an operation asks of an object, its fragments read, each response key once.

https://spec.graphql.org/October2021/#sec-Field-Collection
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    NamedTypeNode,
    SelectionSetNode,
    is_abstract_type,
)

Sets = tuple[SelectionSetNode, ...]
"""Selection sets that stand in one place."""
Fields = Sequence[Sequence[FieldNode]]
"""Fields by response key; several that have the same one are one field."""
Key = tuple[str, tuple[int, ...]]

# Selections that are looked at; documents can be written that make ever new sets of the same.
_MOST_WORK = 100_000


class TooMuchToCollectError(Exception):
    """The document asks the same fields in too many combinations."""


class Collected:
    """Collects the fields of one document; the same place is looked at once."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self._known: dict[Key, Fields] = {}
        self._work = 0

    def fields(self, of: GraphQLObjectType, sets: Sets) -> Fields:
        """Return what is asked of an object of this type, or raise `TooMuchToCollectError`.

        A field or fragment that is always skipped is left out; one that a variable decides about
        is not.
        """
        key = key_of(of, sets)
        known = self._known.get(key)
        if known is None:
            by_response_key: dict[str, list[FieldNode]] = {}
            for node in self._selected(of, sets):
                response_key = node.alias.value if node.alias else node.name.value
                by_response_key.setdefault(response_key, []).append(node)
            known = self._known[key] = [*by_response_key.values()]
        return known

    def _selected(self, of: GraphQLObjectType, sets: Sets) -> Iterator[FieldNode]:
        pending = [*sets]
        spread: set[str] = set()
        while pending:
            selections = pending.pop().selections
            self._work += len(selections)
            if self._work > _MOST_WORK:
                raise TooMuchToCollectError
            for selection in selections:
                if is_skipped(selection.directives):
                    continue
                match selection:
                    case FieldNode():
                        yield selection
                    case InlineFragmentNode() if self._applies(selection.type_condition, of):
                        pending.append(selection.selection_set)
                    case FragmentSpreadNode() if selection.name.value not in spread:
                        spread.add(selection.name.value)
                        fragment = self._fragments[selection.name.value]
                        if self._applies(fragment.type_condition, of):
                            pending.append(fragment.selection_set)
                    case _:
                        pass

    def _applies(self, condition: NamedTypeNode | None, of: GraphQLObjectType) -> bool:
        if condition is None or condition.name.value == of.name:
            return True
        conditional = self._schema.type_map.get(condition.name.value)
        return is_abstract_type(conditional) and self._schema.is_sub_type(conditional, of)


def key_of(of: GraphQLObjectType, sets: Sets) -> Key:
    """Return what stands for an object of a type that is asked for these selections."""
    return of.name, tuple([id(one) for one in sets])


def selection_sets(nodes: Iterable[FieldNode]) -> Sets:
    """Return the selections below a field."""
    found = {id(node): node.selection_set for node in nodes if node.selection_set is not None}
    return tuple(found.values())


def is_skipped(directives: Iterable[DirectiveNode] | None) -> bool:
    """Return whether `@skip` or `@include` leaves something out whatever the variables are."""
    for directive in directives or ():
        unwanted = {"skip": True, "include": False}.get(directive.name.value)
        if unwanted is None:
            continue
        for argument in directive.arguments or ():
            value = argument.value
            if isinstance(value, BooleanValueNode) and value.value is unwanted:
                return True
    return False

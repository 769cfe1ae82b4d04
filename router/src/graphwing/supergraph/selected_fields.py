"""Which fields a selection gives of an object, with all fragments around them in mind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from graphql import (
    BooleanValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    is_abstract_type,
)

Conditions = frozenset[tuple[str, bool]]
"""The Boolean variables that `@skip` and `@include` ask for, and what they have to be."""

_WANTED = {"include": True, "skip": False}


@dataclass(frozen=True, slots=True)
class Selections:
    """A selection set, and when it is asked for."""

    node: SelectionSetNode
    conditions: Conditions = frozenset()


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A fragment that selects of some objects only."""

    node: SelectionNode
    parent: str
    condition: str


@dataclass(frozen=True, slots=True)
class SelectedField:
    """A field, the type that it is selected of, and the fragments that it stands in."""

    node: FieldNode
    parent: str
    conditions: Conditions
    fragments: tuple[Narrowing, ...] = ()

    @property
    def key(self) -> str:
        """What the field is called in the answer."""
        return self.node.alias.value if self.node.alias is not None else self.node.name.value


def is_a(schema: GraphQLSchema, name: str, condition: str) -> bool:
    """Return whether all that is of the type `name` is of the type `condition`."""
    if name == condition:
        return True
    named, abstract = schema.get_type(name), schema.get_type(condition)
    return (
        isinstance(named, GraphQLObjectType | GraphQLInterfaceType)
        and is_abstract_type(abstract)
        and schema.is_sub_type(abstract, named)
    )


def is_sure(where: Conditions, given: Sequence[Conditions]) -> bool:
    """Return whether one of `given` holds whenever `where` does.

    >>> shown, hidden = frozenset({("a", True)}), frozenset({("a", False)})
    >>> is_sure(frozenset(), [shown]), is_sure(frozenset(), [shown, hidden])
    (False, True)
    """
    possible = [one for one in given if is_possible(where | one)]
    if any(one <= where for one in possible):
        return True
    if not possible:
        return False
    variable = min(possible[0] - where)[0]
    return all(is_sure(where | {(variable, wanted)}, possible) for wanted in (True, False))


def is_possible(conditions: Conditions) -> bool:
    """Return whether the conditions can hold at the same time."""
    return not any((variable, not wanted) in conditions for variable, wanted in conditions)


@dataclass(frozen=True, slots=True)
class Selecting:
    """Selects fields by one schema with the fragments of one document."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]

    def fields(
        self, of: str, parent: str, selections: Sequence[Selections]
    ) -> Iterator[SelectedField]:
        """Yield the fields that `selections` on the type `parent` give of every `of`.

        `of` is `parent`, or a type that is a `parent`, too: fragments on types that not all of it
        are of give nothing.
        """
        seen: set[tuple[int, Conditions]] = set()
        for one in selections:
            yield from self._fields(of, parent, one, (), seen)

    def _fields(
        self,
        of: str,
        parent: str,
        selections: Selections,
        around: tuple[Narrowing, ...],
        seen: set[tuple[int, Conditions]],
    ) -> Iterator[SelectedField]:
        # A fragment gives the same each time; fragments that spread others twice would be many.
        identity = id(selections.node), selections.conditions
        if identity in seen:
            return
        seen.add(identity)
        for selection in selections.node.selections:
            conditions = _conditions(selection, selections.conditions)
            if conditions is None:
                continue
            if isinstance(selection, FieldNode):
                yield SelectedField(selection, parent, conditions, around)
                continue
            condition, node = self._fragment(selection, parent)
            if is_a(self.schema, of, condition):
                narrowed = (*around, Narrowing(selection, parent, condition))
                inside = Selections(node, conditions)
                yield from self._fields(of, condition, inside, narrowed, seen)

    def _fragment(self, selection: SelectionNode, parent: str) -> tuple[str, SelectionSetNode]:
        if isinstance(selection, InlineFragmentNode):
            condition = selection.type_condition
            return condition.name.value if condition else parent, selection.selection_set
        assert isinstance(selection, FragmentSpreadNode)  # noqa: S101 - there are three kinds
        fragment = self.fragments[selection.name.value]
        return fragment.type_condition.name.value, fragment.selection_set


def _conditions(selection: SelectionNode, around: Conditions) -> Conditions | None:
    """Return when `selection` is asked for, or nothing where it never is."""
    conditions = around
    for directive in selection.directives or ():
        wanted = _WANTED.get(directive.name.value)
        if wanted is None:
            continue
        for argument in directive.arguments or ():
            if isinstance(argument.value, VariableNode):
                conditions |= {(argument.value.name.value, wanted)}
            elif isinstance(argument.value, BooleanValueNode) and argument.value.value != wanted:
                return None
    return conditions if is_possible(conditions) else None

"""Operation document → `Operation`: fragments expanded, duplicates merged, constants decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    print_ast,
)

from graphwing.errors import PlanningError
from graphwing.planner.budget import Budget
from graphwing.planner.operation import (
    ALWAYS,
    TYPENAME,
    Conditions,
    Field,
    Operation,
    Scope,
    Selection,
)
from graphwing.planner.plan import Condition
from graphwing.planner.types import ScopeKey, Types

_INTROSPECTION = frozenset({"__schema", "__type"})


def normalize(
    document: DocumentNode, operation_name: str | None, types: Types, budget: Budget
) -> Operation:
    """Return the named operation of a valid document, or raise `PlanningError`."""
    definition = _definition(document, operation_name)
    kind = definition.operation.value
    root_type = types.root(kind)
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    normalizer = Normalizer(types, budget, fragments)
    return Operation(
        kind=kind,
        root_type=root_type,
        selection=normalizer.selection(root_type, [definition.selection_set]),
        variables={
            node.variable.name.value: print_ast(node)
            for node in definition.variable_definitions or ()
        },
    )


def _definition(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode) and (
            name is None or (node.name is not None and node.name.value == name)
        ):
            return node
    raise PlanningError(name or "operation")


@dataclass(slots=True)
class _Draft:
    """A field while its occurrences are gathered."""

    node: FieldNode
    conditions: Conditions
    selection_sets: list[SelectionSetNode] = field(default_factory=list[SelectionSetNode])


@dataclass(slots=True)
class _Gathered:
    """The scopes of one place while its selection sets are read."""

    type_name: str
    given: Conditions
    scopes: dict[ScopeKey, dict[tuple[str, Conditions], _Draft]] = field(
        default_factory=dict[ScopeKey, dict[tuple[str, Conditions], _Draft]]
    )
    spread: set[tuple[str, str, frozenset[str] | None, Conditions]] = field(
        default_factory=set[tuple[str, str, frozenset[str] | None, Conditions]]
    )

    def distinct(self) -> Iterator[tuple[ScopeKey, list[_Draft]]]:
        """Yield the scopes without leaves that are asked of all objects anyway."""
        everywhere = self.scopes.get((self.type_name, None), {})
        for scope, drafts in self.scopes.items():
            kept = [
                draft
                for key, draft in drafts.items()
                if drafts is everywhere or draft.selection_sets or key not in everywhere
            ]
            if kept:
                yield scope, kept


@dataclass(frozen=True, slots=True)
class _Pending:
    """A selection set still to be read, and for which objects it counts."""

    selection_set: SelectionSetNode
    type_name: str
    types: frozenset[str] | None
    conditions: Conditions


class Normalizer:
    """Normalises selection sets of one document."""

    def __init__(
        self, types: Types, budget: Budget, fragments: Mapping[str, FragmentDefinitionNode]
    ) -> None:
        self._types = types
        self._budget = budget
        self._fragments = fragments

    def selection(
        self,
        type_name: str,
        selection_sets: list[SelectionSetNode],
        *,
        given: Conditions = ALWAYS,
        depth: int = 0,
    ) -> Selection:
        """Return what the selection sets together ask of a `type_name`."""
        self._budget.check_depth(depth)
        gathered = _Gathered(type_name, given)
        pending = [_Pending(node, type_name, None, ALWAYS) for node in reversed(selection_sets)]
        while pending:
            pending.extend(reversed(list(self._read(pending.pop(), gathered))))
        return Selection(
            tuple(
                Scope(
                    name,
                    types,
                    tuple(self._field(name, draft, given, depth) for draft in drafts),
                )
                for (name, types), drafts in gathered.distinct()
            )
        )

    def _read(self, item: _Pending, gathered: _Gathered) -> Iterator[_Pending]:
        for position, node in enumerate(item.selection_set.selections):
            conditions = _conditions(node.directives or (), item.conditions, gathered.given)
            if conditions is None:
                continue
            if isinstance(node, FieldNode):
                self._gather(node, item, conditions, gathered)
                continue
            # The rest waits behind the fragment, so that fields keep the order of the document.
            yield from self._fragment(node, item, conditions, gathered)
            rest = item.selection_set.selections[position + 1 :]
            if rest:
                following = SelectionSetNode(selections=tuple(rest))
                yield _Pending(following, item.type_name, item.types, item.conditions)
            return

    def _gather(
        self, node: FieldNode, item: _Pending, conditions: Conditions, gathered: _Gathered
    ) -> None:
        if node.name.value in _INTROSPECTION:
            return
        self._budget.count_selection()
        for scope in self._types.scopes(gathered.type_name, item.type_name, item.types):
            drafts = gathered.scopes.setdefault(scope, {})
            key = (node.alias.value if node.alias else node.name.value, conditions)
            draft = drafts.get(key)
            if draft is None:
                draft = drafts[key] = _Draft(node, conditions)
            if node.selection_set is not None:
                draft.selection_sets.append(node.selection_set)

    def _fragment(
        self,
        node: FragmentSpreadNode | InlineFragmentNode | object,
        item: _Pending,
        conditions: Conditions,
        gathered: _Gathered,
    ) -> Iterator[_Pending]:
        if isinstance(node, FragmentSpreadNode):
            seen = (node.name.value, item.type_name, item.types, conditions)
            if seen in gathered.spread:
                return
            gathered.spread.add(seen)
            definition = self._fragments[node.name.value]
            condition = definition.type_condition.name.value
            selection_set = definition.selection_set
        else:
            assert isinstance(node, InlineFragmentNode)  # noqa: S101 - the third kind of selection
            condition = node.type_condition.name.value if node.type_condition else item.type_name
            selection_set = node.selection_set
        narrowed = self._types.narrow(gathered.type_name, item.type_name, item.types, condition)
        if narrowed is not None:
            yield _Pending(selection_set, *narrowed, conditions)

    def _field(self, parent: str, draft: _Draft, given: Conditions, depth: int) -> Field:
        node, name = draft.node, draft.node.name.value
        if name == TYPENAME:
            type_name, lists = "String", 0
        else:
            type_name, lists = _unwrapped(self._types.field_type(parent, name))
        selection = None
        if draft.selection_sets:
            selection = self.selection(
                type_name,
                draft.selection_sets,
                given=given | draft.conditions,
                depth=depth + 1,
            )
        others = [d for d in node.directives or () if d.name.value not in ("skip", "include")]
        arguments = node.arguments or ()
        return Field(
            name=name,
            response_key=node.alias.value if node.alias else name,
            type_name=type_name,
            lists=lists,
            arguments=tuple((item.name.value, print_ast(item.value)) for item in arguments),
            conditions=draft.conditions,
            directives=tuple(print_ast(directive) for directive in others),
            selection=selection,
        )


def _unwrapped(text: str) -> tuple[str, int]:
    return text.strip("[]!"), text.count("[")


def _conditions(
    directives: tuple[DirectiveNode, ...], outer: Conditions, given: Conditions
) -> Conditions | None:
    """Return what must hold for a selection, or `None` when it never can."""
    conditions = outer
    for directive in directives:
        if directive.name.value not in ("skip", "include"):
            continue
        wanted = directive.name.value == "include"
        value = next(argument.value for argument in directive.arguments or ())
        if isinstance(value, BooleanValueNode):
            if value.value != wanted:
                return None
        elif isinstance(value, VariableNode):
            if Condition(value.name.value, not wanted) in conditions | given:
                return None
            conditions |= {Condition(value.name.value, wanted)} - given
    return conditions

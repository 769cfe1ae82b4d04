"""Operation document → `Operation`: fragments expanded, duplicates merged, constants decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

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
from graphwing.planner.defer import Deferral
from graphwing.planner.gathered import Draft, Gathered, Part
from graphwing.planner.operation import (
    ALWAYS,
    TYPENAME,
    Conditions,
    Field,
    Operation,
    Scope,
    Selection,
)
from graphwing.planner.plan import PRIMARY, Condition, Items, Key, Path
from graphwing.planner.types import Types

_INTROSPECTION = frozenset({"__schema", "__type"})


def normalize(
    document: DocumentNode,
    operation_name: str | None,
    types: Types,
    budget: Budget,
    *,
    deferring: Iterable[Condition] | None = None,
) -> Operation:
    """Return the named operation of a valid document, or raise `PlanningError`.

    `deferring` are values of the variables in `@defer(if:)`; without them nothing is deferred.
    """
    definition = _definition(document, operation_name)
    kind = definition.operation.value
    root_type = types.root(kind)
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    # Events of a subscription come one after another; nothing is sent between them.
    choice = None if kind == "subscription" else deferring
    deferral = Deferral(document, choice, most=budget.limits.parts)
    normalizer = Normalizer(types, budget, fragments, deferral)
    selection = normalizer.selection(root_type, [(definition.selection_set, PRIMARY)])
    return Operation(
        kind=kind,
        root_type=root_type,
        selection=selection,
        parts=tuple(deferral.parts),
        begins=deferral.begins,
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


@dataclass(frozen=True, slots=True)
class _Pending:
    """A selection set still to be read, and for which objects it counts."""

    selection_set: SelectionSetNode
    type_name: str
    types: frozenset[str] | None
    conditions: Conditions
    part: int | None


class Normalizer:
    """Normalises selection sets of one document."""

    def __init__(
        self,
        types: Types,
        budget: Budget,
        fragments: Mapping[str, FragmentDefinitionNode],
        deferral: Deferral,
    ) -> None:
        self._types = types
        self._budget = budget
        self._fragments = fragments
        self._deferral = deferral

    def selection(
        self,
        type_name: str,
        selection_sets: list[Part],
        *,
        path: Path = (),
        given: Conditions = ALWAYS,
        depth: int = 0,
    ) -> Selection:
        """Return what the selection sets together ask of a `type_name`."""
        self._budget.check_depth(depth)
        gathered = Gathered(type_name, path, given)
        pending = [
            _Pending(node, type_name, None, ALWAYS, part) for node, part in reversed(selection_sets)
        ]
        while pending:
            pending.extend(reversed(list(self._read(pending.pop(), gathered))))
        return Selection(
            tuple(
                Scope(
                    name,
                    types,
                    tuple(self._field(name, draft, gathered, depth) for draft in drafts),
                )
                for (name, types), drafts in gathered.distinct(self._types, self._deferral)
            ),
            tuple(gathered.parts),
        )

    def _read(self, item: _Pending, gathered: Gathered) -> Iterator[_Pending]:
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
                yield replace(item, selection_set=following)
            return

    def _gather(
        self, node: FieldNode, item: _Pending, conditions: Conditions, gathered: Gathered
    ) -> None:
        if node.name.value in _INTROSPECTION:
            return
        self._budget.count_selection()
        for scope in self._types.scopes(gathered.type_name, item.type_name, item.types):
            gathered.add(scope, node, conditions, item.part)

    def _fragment(
        self,
        node: FragmentSpreadNode | InlineFragmentNode | object,
        item: _Pending,
        conditions: Conditions,
        gathered: Gathered,
    ) -> Iterator[_Pending]:
        assert isinstance(node, FragmentSpreadNode | InlineFragmentNode)  # noqa: S101 - the rest
        part = self._deferral.part(node, gathered.path, item.part)
        if isinstance(node, FragmentSpreadNode):
            seen = (node.name.value, item.type_name, item.types, conditions, part)
            if seen in gathered.spread:
                return
            gathered.spread.add(seen)
            definition = self._fragments[node.name.value]
            condition = definition.type_condition.name.value
            selection_set = definition.selection_set
        else:
            condition = node.type_condition.name.value if node.type_condition else item.type_name
            selection_set = node.selection_set
        narrowed = self._types.narrow(gathered.type_name, item.type_name, item.types, condition)
        if narrowed is not None:
            if part and part != item.part:
                gathered.parts[part] = None
                self._deferral.begins.setdefault(part, set()).add(narrowed[0])
            yield _Pending(selection_set, *narrowed, conditions, part)

    def _field(self, parent: str, draft: Draft, gathered: Gathered, depth: int) -> Field:
        node, name = draft.node, draft.node.name.value
        if name == TYPENAME:
            type_name, lists = "String", 0
        else:
            type_name, lists = _unwrapped(self._types.field_type(parent, name))
        response_key = draft.response_key
        selection = None
        if draft.selection_sets:
            selection = self.selection(
                type_name,
                draft.selection_sets,
                path=(*gathered.path, Key(response_key), *(Items() for _ in range(lists))),
                given=gathered.given | draft.conditions,
                depth=depth + 1,
            )
        others = [d for d in node.directives or () if d.name.value not in ("skip", "include")]
        arguments = node.arguments or ()
        return Field(
            name=name,
            response_key=response_key,
            type_name=type_name,
            lists=lists,
            arguments=tuple((item.name.value, print_ast(item.value)) for item in arguments),
            conditions=draft.conditions,
            directives=tuple(print_ast(directive) for directive in others),
            selection=selection,
            part=draft.part,
            shown_in=draft.shown_in,
            is_divided=selection is not None
            and any(
                one.is_divided or one.shown_in or one.part != draft.part
                for one in selection.fields()
            ),
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

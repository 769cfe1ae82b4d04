"""`@defer`: which fragments of an operation are parts of their own.

https://github.com/graphql/graphql-spec/pull/1110
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
    VariableNode,
)

from graphwing.planner.operation import Field, Operation, Scope, Selection
from graphwing.planner.plan import PRIMARY, Condition, DeferredPart, Path, Plan

# Each variable doubles the number of plans; fragments that depend on more are not deferred.
_MOST_VARIABLES = 3

DEFER = "defer"


def deferred_fragments(
    document: DocumentNode,
) -> dict[int, FragmentSpreadNode | InlineFragmentNode]:
    """Return the fragments that carry `@defer`, numbered in the order of the document."""
    found: list[FragmentSpreadNode | InlineFragmentNode] = []
    pending: list[Any] = list(reversed(document.definitions))
    while pending:
        node = pending.pop()
        if isinstance(node, FragmentSpreadNode | InlineFragmentNode) and (
            _directive(node.directives or ()) is not None
        ):
            found.append(node)
        selection_set: SelectionSetNode | None = getattr(node, "selection_set", None)
        if selection_set is not None:
            pending.extend(reversed(selection_set.selections))
    return dict(enumerate(found))


def choices(document: DocumentNode) -> Iterator[tuple[Condition, ...]]:
    """Yield the values that the variables in `@defer(if:)` can have; all true comes first."""
    fragments = deferred_fragments(document).values()
    names = dict.fromkeys(
        value.name.value
        for node in fragments
        if isinstance(value := _argument(node.directives or (), "if"), VariableNode)
    )
    chosen = list(names)[:_MOST_VARIABLES]
    for values in product((True, False), repeat=len(chosen)):
        yield tuple(Condition(name, value) for name, value in zip(chosen, values, strict=True))


class Deferral:
    """Hands out the parts of one operation while its selections are read."""

    def __init__(
        self,
        document: DocumentNode | None = None,
        choice: Iterable[Condition] | None = None,
        *,
        most: int = 0,
    ) -> None:
        """Take which variables are true; without a choice nothing is deferred."""
        self.parts: list[DeferredPart] = []
        self.begins: dict[int, set[str]] = {}
        """For each part the types of the objects that its fragment is for."""
        self._numbers: Mapping[int, int] = {}
        if document is not None and choice is not None:
            self._numbers = {id(n): number for number, n in deferred_fragments(document).items()}
        self._true = {one.variable for one in choice or () if one.expected}
        self._most = most
        self._known: dict[tuple[int, Path, int], int] = {}

    def part(
        self, node: FragmentSpreadNode | InlineFragmentNode, path: Path, inside: int | None
    ) -> int | None:
        """Return the part that a fragment belongs to: its own, or the one it stands in."""
        number = self._numbers.get(id(node))
        if number is None or inside is None or not self._is_active(node.directives or ()):
            return inside
        key = (number, path, inside)
        known = self._known.get(key)
        if known is None:
            if len(self.parts) >= self._most:
                return inside
            known = self._known[key] = len(self.parts) + 1
            label = _argument(node.directives or (), "label")
            text = label.value if isinstance(label, StringValueNode) else None
            self.parts.append(DeferredPart(known, inside, number, path, text))
        return known

    def depth(self, part: int | None) -> int:
        """Return how many parts are sent before a part."""
        depth = 0
        while part:
            part = self.parts[part - 1].parent
            depth += 1
        return depth

    def is_within(self, part: int | None, ancestor: int | None) -> bool:
        """Tell whether `ancestor` is sent before `part`."""
        while part:
            part = self.parts[part - 1].parent
            if part == ancestor:
                return True
        return False

    def _is_active(self, directives: Sequence[DirectiveNode]) -> bool:
        value = _argument(directives, "if")
        if isinstance(value, VariableNode):
            return value.name.value in self._true
        return not (isinstance(value, BooleanValueNode) and not value.value)


def _directive(directives: Iterable[DirectiveNode]) -> DirectiveNode | None:
    return next((one for one in directives if one.name.value == DEFER), None)


def _argument(directives: Iterable[DirectiveNode], name: str) -> ValueNode | None:
    directive = _directive(directives)
    arguments = directive.arguments or () if directive is not None else ()
    return next((one.value for one in arguments if one.name.value == name), None)


def fields_by_part(scope: Scope, part: int) -> Iterator[tuple[int, tuple[Field, ...]]]:
    """Yield the fields of a scope by their part; `part` is that of fields without one."""
    if all(item.part is None or item.part == part for item in scope.fields):
        yield part, scope.fields
        return
    groups: dict[int, list[Field]] = {}
    for item in scope.fields:
        groups.setdefault(part if item.part is None else item.part, []).append(item)
    for own, fields in groups.items():
        yield own, tuple(fields)


# The text of parts.


def with_parts(plan: Plan, operation: Operation) -> Plan:
    """Return the plan with the parts of its operation, and what each asks for."""
    if not operation.parts:
        return plan
    texts = _selections(operation.selection)
    parts = (replace(part, selection=texts.get(part.id, "")) for part in operation.parts)
    return replace(plan, parts=tuple(parts), selection=texts[PRIMARY])


def fetches_by_part(plan: Plan) -> dict[int, frozenset[int]]:
    """Return for each part the fetches that are done when it is sent."""
    done = {PRIMARY: frozenset(one.id for one in plan.fetches if one.part == PRIMARY)}
    for part in plan.parts:
        own = (one.id for one in plan.fetches if one.part == part.id)
        done[part.id] = done[part.parent].union(own)
    return done


def _selections(root: Selection) -> dict[int, str]:
    """Return what each part, the first included, asks for at the place where it begins."""
    begins: dict[int, list[Selection]] = {PRIMARY: [root]}
    pending = [root]
    while pending:
        selection = pending.pop()
        for part in selection.parts:
            begins.setdefault(part, []).append(selection)
        below = [item.selection for item in selection.fields() if item.selection is not None]
        pending.extend(reversed(below))
    return {
        part: " ".join(dict.fromkeys(_text(one, part) for one in selections)).strip()
        for part, selections in begins.items()
    }


def _text(selection: Selection, part: int) -> str:
    texts = [text for scope in selection.scopes if (text := _scope_text(scope, part))]
    return f"{{ {' '.join(texts)} }}" if texts else ""


def _scope_text(scope: Scope, part: int) -> str:
    asked = (_field_text(item, part) for item in scope.fields if _has(item, part))
    texts = [text for text in asked if text]
    if not texts or scope.types is None:
        return " ".join(texts)
    return f"... on {scope.type_name} {{ {' '.join(texts)} }}"


def _has(item: Field, part: int) -> bool:
    if (item.shown_in or item.part) == part:
        return True
    below = item.selection.fields() if item.selection is not None else ()
    return item.is_divided and any(_has(one, part) for one in below)


def _field_text(item: Field, part: int) -> str:
    """Return a field, or nothing if all that is asked below it is deferred."""
    text = item.name if item.response_key == item.name else f"{item.response_key}: {item.name}"
    if item.arguments:
        text += f"({', '.join(f'{name}: {value}' for name, value in item.arguments)})"
    for one in sorted(item.conditions, key=lambda one: (one.variable, one.expected)):
        text += f" @{'include' if one.expected else 'skip'}(if: ${one.variable})"
    if item.selection is not None:
        below = _text(item.selection, part)
        return f"{text} {below}" if below else ""
    return text

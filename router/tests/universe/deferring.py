"""`@defer` in random operations, and what the parts of a response amount to."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeAlias

from graphql import (
    REMOVE,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    Visitor,
    VisitorAction,
    parse,
    print_ast,
    visit,
)

from graphwing.execution import Completed, FirstPart, ResponsePart
from universe.compare import Path
from universe.stubs import Answer

_CHANCE = 0.3


def with_defer(random: Random, text: str) -> str:
    """Return an operation some of whose fragments, old and new, are deferred.

    Where several mutations follow one another nothing is: what is deferred sees all of them done.
    Nor is anything in a subscription.
    """
    document = parse(text, no_location=True)
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    selections = operation.selection_set.selections
    is_query = operation.operation is OperationType.QUERY
    if operation.operation is OperationType.SUBSCRIPTION:
        return text
    if not is_query and not (len(selections) == 1 and isinstance(selections[0], FieldNode)):
        return text
    variables = [
        each.variable.name.value
        for each in operation.variable_definitions or ()
        if print_ast(each.type) == "Boolean!"
    ]
    return print_ast(visit(document, _Deferring(random, variables, defers_root=is_query)))


class _Deferring(Visitor):
    """Adds `@defer` to fragments, and puts fields into fragments that have it."""

    def __init__(self, random: Random, variables: Sequence[str], *, defers_root: bool) -> None:
        super().__init__()
        self._random = random
        self._variables = variables
        self._defers_root = defers_root
        self._labels = 0

    def leave_selection_set(
        self, node: SelectionSetNode, _key: object, parent: object, *_: object
    ) -> SelectionSetNode:
        if isinstance(parent, OperationDefinitionNode) and not self._defers_root:
            return node
        return SelectionSetNode(selections=tuple(self._changed(one) for one in node.selections))

    def _changed(self, node: Any) -> Any:  # noqa: ANN401
        if self._random.random() > _CHANCE:
            return node
        directive = self._directive()
        if isinstance(node, FieldNode):
            return InlineFragmentNode(
                directives=(directive,), selection_set=SelectionSetNode(selections=(node,))
            )
        directives = (*(node.directives or ()), directive)
        if isinstance(node, FragmentSpreadNode):
            return FragmentSpreadNode(name=node.name, directives=directives)
        assert isinstance(node, InlineFragmentNode)
        return InlineFragmentNode(
            type_condition=node.type_condition,
            directives=directives,
            selection_set=node.selection_set,
        )

    def _directive(self) -> DirectiveNode:
        arguments: list[str] = []
        if self._random.random() < 0.3:
            self._labels += 1
            arguments.append(f'label: "l{self._labels}"')
        roll = self._random.random()
        if roll < 0.1:
            arguments.append(f"if: {self._random.choice(('true', 'false'))}")
        elif roll < 0.25 and self._variables:
            arguments.append(f"if: ${self._random.choice(self._variables)}")
        given = f"({', '.join(arguments)})" if arguments else ""
        operation = parse(f"{{ ... @defer{given} {{ a }} }}", no_location=True).definitions[0]
        assert isinstance(operation, OperationDefinitionNode)
        (fragment,) = operation.selection_set.selections
        assert fragment.directives
        return fragment.directives[0]


def without_defer(document: DocumentNode) -> DocumentNode:
    """Return the document as if nothing were deferred."""
    return visit(document, _Undeferring())


class _Undeferring(Visitor):
    def enter_directive(self, node: DirectiveNode, *_: object) -> VisitorAction:
        return REMOVE if node.name.value == "defer" else None


Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


def with_early_nulls(expected: Json, actual: Json, at_once: Json) -> Json:
    """Return `expected` with the nulls of `actual` that are right when nothing is deferred.

    What no key leads to comes with an earlier part, and a subgraph's null takes it along there;
    what such a part should have brought does not come at all, and what would have failed with it
    comes.
    """
    if actual is None:
        return None if at_once is None else expected
    match expected, actual, at_once:
        case dict(), dict(), dict():
            saved = {key: at_once[key] for key in (actual.keys() - expected) & at_once.keys()}
            return saved | {
                key: with_early_nulls(value, actual.get(key, value), at_once.get(key))
                for key, value in expected.items()
            }
        case dict(), dict(), None:
            return {
                key: with_early_nulls(value, actual[key], None)
                for key, value in expected.items()
                if key in actual
            }
        case list(), list(), list():
            triples = zip(expected, actual, at_once, strict=False)
            return [with_early_nulls(*each) for each in triples]
        case _:
            return expected


@dataclass(slots=True)
class Parts:
    """Puts the parts of a response together, as a client does, and says what is wrong with them."""

    repeats: bool = False
    """Whether a part may bring what was there before."""
    findings: list[str] = field(default_factory=list[str])
    count: int = 0
    data: Any = None
    errors: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])
    _pending: set[str] = field(default_factory=set[str])
    _has_next: bool = True

    async def take(self, part: ResponsePart) -> None:
        """Take the next part."""
        if isinstance(part, FirstPart) is not (self.count == 0) or not self._has_next:
            self.findings.append("parts: one comes too early or too late")
        self.count += 1
        self._has_next = part.has_next
        self._pending.update(one.id for one in part.pending)
        if isinstance(part, FirstPart):
            self.data = deepcopy(part.data)
            self.errors.extend(part.errors)
        else:
            for completed in part.completed:
                self._complete(completed)
        if self._has_next is not bool(self._pending):
            self.findings.append("parts: what is pending is not what follows")
        # Let the fetches go on, as they do while a client reads.
        await asyncio.sleep(0)

    def answer(self) -> Answer:
        """Return everything together."""
        if self._has_next:
            self.findings.append("parts: the last one is missing")
        return Answer(self.data, tuple(dict(each) for each in self.errors))

    def add(self, path: Sequence[str | int], data: Mapping[str, Any]) -> None:
        """Add fields to the object at a path."""
        target: Json = self.data
        for step in path:
            match target:
                case dict() if isinstance(step, str) and step in target:
                    target = target[step]
                case list() if isinstance(step, int) and step < len(target):
                    target = target[step]
                case _:
                    target = None
        if isinstance(target, dict):
            self._merge(target, deepcopy(data), tuple(path))
        else:
            self.findings.append(f"parts: no object is at {tuple(path)}")

    def _complete(self, completed: Completed) -> None:
        if completed.pending.id not in self._pending:
            self.findings.append("parts: a fragment comes that was not announced")
        self._pending.discard(completed.pending.id)
        self.errors.extend(completed.errors or ())
        for increment in completed.increments:
            self.add(increment.path, increment.data)
            self.errors.extend(increment.errors)

    def _merge(self, target: dict[str, Any], data: Mapping[str, Any], path: Path) -> None:
        for key, value in data.items():
            if key in target and not self.repeats:
                self.findings.append(f"parts: {(*path, key)} is sent twice")
            target[key] = self._merged(target.get(key), value, (*path, key))

    def _merged(self, known: Json, value: Json, path: Path) -> Json:
        if isinstance(known, dict) and isinstance(value, dict):
            self._merge(known, value, path)
        elif isinstance(known, list) and isinstance(value, list):
            if len(known) != len(value):
                self.findings.append(f"parts: {path} has another length")
            pairs = zip(known, value, strict=False)
            known[:] = [self._merged(*pair, (*path, n)) for n, pair in enumerate(pairs)]
        return value if known is None else known

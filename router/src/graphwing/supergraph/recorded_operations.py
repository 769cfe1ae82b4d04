"""Operations that clients are known to send, and which of them a change of the API breaks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    validate,
    visit,
)

from graphwing.supergraph.api_changes import ApiChange, Severity

_MOST_REASONS = 5


@dataclass(frozen=True, slots=True)
class RecordedOperation:
    """One operation with the fragments that it uses."""

    name: str
    """Empty for an anonymous one."""
    source: str
    """Where it was recorded."""
    document: DocumentNode


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an operation breaks; line and column are those in its source."""

    message: str
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """An operation and what there is to say about it."""

    operation: RecordedOperation
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class OperationsCheck:
    """What a change of the API does to operations."""

    checked: int = 0
    """How many were valid before."""
    broken: tuple[Finding, ...] = ()
    """Valid before, and not now."""
    affected: tuple[Finding, ...] = ()
    """Valid before and now, and answered with what clients cannot expect."""
    ignored: tuple[Finding, ...] = ()
    """Not valid before."""


def operations_in(
    document: DocumentNode, source: str, fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[RecordedOperation]:
    """Yield the operations in `document`; fragments that it lacks are taken from `fragments`."""
    known = {**fragments, **fragments_in(document)}
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            used = tuple(_used_fragments(node, known))
            name = node.name.value if node.name else ""
            yield RecordedOperation(name, source, DocumentNode(definitions=(node, *used)))


def fragments_in(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """Return the fragments in `document` by name."""
    return {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }


def check_operations(
    operations: Iterable[RecordedOperation],
    old: GraphQLSchema,
    new: GraphQLSchema,
    changes: Sequence[ApiChange],
) -> OperationsCheck:
    """Return which `operations` the `changes` from the API `old` to `new` break, and why."""
    breaking = {
        change.coordinate: change for change in changes if change.severity is Severity.BREAKING
    }
    checked = 0
    broken: list[Finding] = []
    affected: list[Finding] = []
    ignored: list[Finding] = []
    for operation in operations:
        wrong_before = _faults(operation, old)
        if wrong_before:
            ignored.append(Finding(operation, wrong_before))
            continue
        checked += 1
        wrong_now = _faults(operation, new)
        if wrong_now:
            broken.append(Finding(operation, wrong_now))
            continue
        changed = _changed_answers(operation, old, breaking)
        if changed:
            affected.append(Finding(operation, changed))
    return OperationsCheck(checked, tuple(broken), tuple(affected), tuple(ignored))


def _used_fragments(
    node: OperationDefinitionNode, known: Mapping[str, FragmentDefinitionNode]
) -> Iterator[FragmentDefinitionNode]:
    seen: set[str] = set()
    pending: list[Node] = [node]
    while pending:
        spreads = _Spreads()
        visit(pending.pop(), spreads)
        for name in spreads.names:
            if name in known and name not in seen:
                seen.add(name)
                pending.append(known[name])
                yield known[name]


class _Spreads(Visitor):
    """Collects the names of the fragments that a node spreads."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        self.names.append(node.name.value)


def _faults(operation: RecordedOperation, schema: GraphQLSchema) -> tuple[Reason, ...]:
    return tuple(map(_reason, validate(schema, operation.document, max_errors=_MOST_REASONS)))


def _reason(error: GraphQLError) -> Reason:
    place = error.locations[0] if error.locations else None
    message = error.message.removesuffix(".")
    return Reason(message) if place is None else Reason(message, place.line, place.column)


def _changed_answers(
    operation: RecordedOperation, schema: GraphQLSchema, breaking: Mapping[str, ApiChange]
) -> tuple[Reason, ...]:
    if not breaking:
        return ()
    info = TypeInfo(schema)
    found = _ChangedFields(info, breaking)
    visit(operation.document, TypeInfoVisitor(info, found))
    return tuple(dict.fromkeys(found.reasons))


class _ChangedFields(Visitor):
    """Collects the selected fields whose types have changed."""

    def __init__(self, info: TypeInfo, breaking: Mapping[str, ApiChange]) -> None:
        super().__init__()
        self.reasons: list[Reason] = []
        self._info = info
        self._breaking = breaking

    def enter_field(self, node: FieldNode, *_: object) -> None:
        parent = self._info.get_parent_type()
        change = self._breaking.get(f"{parent}.{node.name.value}")
        if change is None:
            return
        place = node.loc.start_token if node.loc is not None else None
        line, column = (place.line, place.column) if place is not None else (None, None)
        self.reasons.append(Reason(change.message, line, column))

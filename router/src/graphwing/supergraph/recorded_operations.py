"""Operations that clients are known to send, and which of them a change of the API breaks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLType,
    InlineFragmentNode,
    ListTypeNode,
    NamedTypeNode,
    Node,
    NonNullTypeNode,
    OperationDefinitionNode,
    ParallelVisitor,
    SelectionNode,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableDefinitionNode,
    Visitor,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_leaf_type,
    validate,
    visit,
)

from graphwing.supergraph.api_changes import ApiChange, Severity

_MOST_REASONS = 5
_NAME = re.compile(r"\w+")


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
    is_valid: bool = False
    """Whether it is valid, and answered with what clients cannot expect."""


@dataclass(frozen=True, slots=True)
class OperationsCheck:
    """What a change of the API does to operations."""

    checked: int = 0
    """How many were valid before."""
    broken: tuple[Finding, ...] = ()
    """Valid before, and now either not, or answered with what clients cannot expect."""
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
        changed = _changed_answers(operation, old, new, breaking)
        if changed:
            broken.append(Finding(operation, changed, is_valid=True))
    return OperationsCheck(checked, tuple(broken), tuple(ignored))


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
    operation: RecordedOperation,
    old: GraphQLSchema,
    new: GraphQLSchema,
    breaking: Mapping[str, ApiChange],
) -> tuple[Reason, ...]:
    if not breaking:
        return ()
    info = TypeInfo(old)
    fields = _ChangedFields(info, old, new, breaking)
    fragments = _LosingFragments(info, old, new, fragments_in(operation.document))
    variables = _ChangedVariables(old, breaking)
    visitors = [variables, fields, fragments]
    visit(operation.document, TypeInfoVisitor(info, ParallelVisitor(visitors)))
    return tuple(dict.fromkeys(reason for one in visitors for reason in one.reasons))


class _ChangedFields(Visitor):
    """Collects the selected fields whose values have changed their types."""

    def __init__(
        self,
        info: TypeInfo,
        old: GraphQLSchema,
        new: GraphQLSchema,
        breaking: Mapping[str, ApiChange],
    ) -> None:
        super().__init__()
        self.reasons: list[Reason] = []
        self._info = info
        self._old = old
        self._new = new
        self._breaking = breaking

    def enter_field(self, node: FieldNode, *_: object) -> None:
        parent = self._info.get_parent_type()
        if parent is None:
            return
        place = parent.name, node.name.value
        before, now = (_field_type(schema, *place) for schema in (self._old, self._new))
        if before is None or now is None:
            return
        change = self._breaking.get(".".join(place))
        if change is not None and _expects_the_same(before, now):
            change = None
        named = get_named_type(before)
        if change is None and is_leaf_type(named):
            change = self._breaking.get(named.name)
        if change is not None:
            self.reasons.append(_reason_at(node, change.message))


def _field_type(schema: GraphQLSchema, parent: str, name: str) -> GraphQLType | None:
    owner = schema.get_type(parent)
    if not isinstance(owner, GraphQLObjectType | GraphQLInterfaceType) or name not in owner.fields:
        return None
    return cast("GraphQLType", owner.fields[name].type)


def _expects_the_same(before: GraphQLType, now: GraphQLType) -> bool:
    """Return whether objects are where objects were: what is selected of them is valid still."""
    # They may be promised where they were not.
    wrapping = map(re.escape, _NAME.sub("", str(before)))
    is_there = re.fullmatch(f"!?{'!?'.join(wrapping)}!?", _NAME.sub("", str(now)))
    named = get_named_type(before), get_named_type(now)
    return is_there is not None and all(map(is_composite_type, named))


class _ChangedVariables(Visitor):
    """Collects the variables whose values may be refused: a client can send all that was valid."""

    def __init__(self, old: GraphQLSchema, breaking: Mapping[str, ApiChange]) -> None:
        super().__init__()
        self.reasons: list[Reason] = []
        self._old = old
        self._changes: dict[str, list[ApiChange]] = {}
        for change in breaking.values():
            self._changes.setdefault(change.coordinate.partition(".")[0], []).append(change)

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: object) -> None:
        of_type = node.type
        while not isinstance(of_type, NamedTypeNode):
            of_type = cast("ListTypeNode | NonNullTypeNode", of_type).type
        for name in _types_of_values(self._old.get_type(of_type.name.value)):
            for change in self._changes.get(name, ()):
                message = f"`${node.variable.name.value}` may be refused: {change.message}"
                self.reasons.append(_reason_at(node, message))


def _types_of_values(named: GraphQLNamedType | None) -> Iterator[str]:
    """Yield the names of the types that values of an input type are made of."""
    seen: set[str] = set()
    pending: list[GraphQLNamedType] = [named] if named is not None else []
    while pending:
        one = pending.pop(0)
        if one.name in seen:
            continue
        seen.add(one.name)
        yield one.name
        if isinstance(one, GraphQLInputObjectType):
            pending += [get_named_type(field.type) for field in one.fields.values()]


class _LosingFragments(Visitor):
    """Collects the fragments that select nothing any more of objects that are still there."""

    def __init__(
        self,
        info: TypeInfo,
        old: GraphQLSchema,
        new: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
    ) -> None:
        super().__init__()
        self.reasons: list[Reason] = []
        self._info = info
        self._old = old
        self._new = new
        self._fragments = fragments

    def enter_selection_set(self, node: SelectionSetNode, *_: object) -> None:
        parent = self._info.get_parent_type()
        for selection in node.selections:
            condition = self._condition(selection)
            if parent is not None and condition is not None:
                self._compare(selection, parent.name, condition)

    def _condition(self, selection: SelectionNode) -> str | None:
        match selection:
            case InlineFragmentNode(type_condition=NamedTypeNode(name=name)):
                return name.value
            case FragmentSpreadNode(name=name):
                return self._fragments[name.value].type_condition.name.value
            case _:
                return None

    def _compare(self, selection: SelectionNode, parent: str, condition: str) -> None:
        before, now = (
            _objects(schema, parent) & _objects(schema, condition)
            for schema in (self._old, self._new)
        )
        lost = sorted(name for name in before - now if name in self._new.type_map)
        if lost:
            names = ", ".join(f"`{name}`" for name in lost)
            message = f"in `{parent}`, `... on {condition}` does not select {names} any more"
            self.reasons.append(_reason_at(selection, message))


def _objects(schema: GraphQLSchema, name: str) -> frozenset[str]:
    """Return the names of the types that objects of the type `name` can have."""
    named = schema.get_type(name)
    if is_abstract_type(named):
        return frozenset(one.name for one in schema.get_possible_types(named))
    return frozenset({name})


def _reason_at(node: Node, message: str) -> Reason:
    place = node.loc.start_token if node.loc is not None else None
    return Reason(message) if place is None else Reason(message, place.line, place.column)

"""Which of the operations that clients are known to send a change of the API breaks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from graphql import GraphQLSchema, validate

from graphwing.supergraph.api_changes import ApiChange, Severity
from graphwing.supergraph.changed_answers import changed_answers
from graphwing.supergraph.reason import Reason, reason_of
from graphwing.supergraph.recorded_operations import RecordedOperation
from graphwing.supergraph.refused_variables import refused_variables

_MOST_FAULTS = 5


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


def check_operations(
    operations: Iterable[RecordedOperation],
    old: GraphQLSchema,
    new: GraphQLSchema,
    changes: Sequence[ApiChange],
) -> OperationsCheck:
    """Return which `operations` break when the API `old` becomes `new`, and why.

    `changes` are those between the two; reasons are told in their words where one of them is it.
    """
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
        both = (
            *refused_variables(operation.document, old, new, breaking),
            *changed_answers(operation.document, old, new, breaking),
        )
        if both:
            broken.append(Finding(operation, tuple(dict.fromkeys(both)), is_valid=True))
    return OperationsCheck(checked, tuple(broken), tuple(ignored))


def _faults(operation: RecordedOperation, schema: GraphQLSchema) -> tuple[Reason, ...]:
    return tuple(map(reason_of, validate(schema, operation.document, max_errors=_MOST_FAULTS)))

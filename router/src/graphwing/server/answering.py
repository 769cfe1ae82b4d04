"""What every answer of a router begins and ends with."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from graphwing.errors import MethodRefusedError, SubgraphError, SubscriptionRefusedError
from graphwing.execution import ExecutionResult, Operation

_log = logging.getLogger("graphwing")


def require_allowed(operation: Operation, *, allow_mutation: bool) -> None:
    """Raise `RequestError` for what a request may not ask that wants one response."""
    match operation.plan.kind:
        case "subscription":
            raise SubscriptionRefusedError
        case "mutation" if not allow_mutation:
            raise MethodRefusedError("a mutation has to be sent with POST", allow="POST")
        case _:
            pass


def logged(result: ExecutionResult) -> ExecutionResult:
    """Return `result`, and tell the log which subgraphs have failed."""
    log_failures(result.failures)
    return result


def log_failures(failures: Iterable[SubgraphError]) -> None:
    """Tell the log which subgraphs have failed, and why."""
    for failure in failures:
        _log.warning("%s (%r)", failure, failure.__cause__)

"""What is known of one request while it is answered, for those who count or log it at its end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from typing import Any, Literal

from graphwing.execution import Operation
from graphwing.server.http.request import GraphQLRequest

Outcome = Literal["ok", "errors", "refused", "failed", "left"]
"""Without errors, with some, refused for what the client sent, failed at that, or left alone."""

_MOST_CODES = 10
"""A response can have very many errors, and few kinds of them."""


class RequestRecord:
    """One request from its beginning to its end."""

    __slots__ = (
        "began",
        "codes",
        "error_ids",
        "fetches",
        "headers",
        "is_batch",
        "method",
        "operation",
        "outcome",
        "path",
        "status",
        "text",
        "was_known",
    )

    def __init__(self, method: str, path: str, headers: Mapping[str, str], began: float) -> None:
        self.method = method
        self.path = path
        self.headers = headers
        self.began = began
        self.status: int | None = None
        self.is_batch = False
        """Whether it is several requests in one of HTTP; each of them has a record of its own."""
        self.outcome: Outcome = "ok"
        self.operation: Operation | None = None
        self.text: str | None = None
        self.was_known = True
        """Whether the operation was at hand, and not to be planned or waited for."""
        self.codes: list[str] = []
        self.error_ids: list[str] = []
        self.fetches: list[dict[str, Any]] = []
        """What was asked of subgraphs, if that is recorded."""

    def note_operation(
        self, request: GraphQLRequest, operation: Operation, *, was_known: bool
    ) -> None:
        """Note which operation it is; it may be looked up again and was found the first time."""
        if self.operation is None:
            self.operation = operation
            self.text = request.query
            self.was_known = was_known

    def note_errors(
        self, errors: Iterable[Mapping[str, Any]], *, outcome: Outcome = "errors"
    ) -> None:
        """Note what a client is told."""
        if self.outcome == "ok":
            self.outcome = outcome
        for error in errors:
            extensions: Mapping[str, Any] = error.get("extensions") or {}
            code = extensions.get("code")
            if isinstance(code, str) and code not in self.codes and len(self.codes) < _MOST_CODES:
                self.codes.append(code)


current_request: ContextVar[RequestRecord | None] = ContextVar("current_request", default=None)
"""The request that is being answered; nothing where nobody wants to know."""


def note_errors(errors: Iterable[Mapping[str, Any]], *, outcome: Outcome = "errors") -> None:
    """Note what the client of the current request is told, if somebody wants to know."""
    record = current_request.get()
    if record is not None:
        record.note_errors(errors, outcome=outcome)


def note_error_id(error_id: str) -> None:
    """Note under which id the log has the truth, if somebody wants to know."""
    record = current_request.get()
    if record is not None:
        record.error_ids.append(error_id)

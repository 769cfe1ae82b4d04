"""What is known of one request while it is answered, for those who count or log it at its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Any, Literal, Self

from graphwing.execution import Operation
from graphwing.server.http.request import ClientLeftError, GraphQLRequest

Outcome = Literal["ok", "errors", "refused", "failed", "left"]
"""Without errors, with some, refused for what the client sent, failed at that, or left alone."""

_MOST_CODES = 10
"""A response can have very many errors, and few kinds of them."""


class RequestRecord:
    """One request from its beginning to its end: the block `with` it.

    Most of it stays as it is here, so that it costs little to make one.
    """

    status: int | None = None
    outcome: Outcome = "ok"
    operation: Operation | None = None
    text: str | None = None
    was_known = True
    """Whether the operation was at hand, and not to be planned or waited for."""
    is_batch = False
    """Whether it is several requests in one of HTTP; each of them has a record of its own."""
    codes: Sequence[str] = ()
    error_ids: Sequence[str] = ()
    fetches: Sequence[Mapping[str, Any]] = ()
    """What was asked of subgraphs, if that is recorded."""
    _token: Token[RequestRecord | None]

    def __init__(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        began: float,
        tell: Callable[[RequestRecord], None],
    ) -> None:
        """`tell` is called at the end."""
        self.method = method
        self.path = path
        self.headers = headers
        self.began = began
        self._tell = tell

    def __enter__(self) -> Self:
        """Begin to be the current request."""
        self._token = current_request.set(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Tell how it has ended."""
        if error is not None:
            has_left = isinstance(error, asyncio.CancelledError | ClientLeftError)
            self.outcome = "left" if has_left else "failed"
        current_request.reset(self._token)
        self._tell(self)

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
                self.codes = [*self.codes, code]

    def note_fetch(self, fetch: Mapping[str, Any]) -> None:
        """Note what was asked of a subgraph and what came of it."""
        self.fetches = [*self.fetches, fetch]


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
        record.error_ids = [*record.error_ids, error_id]

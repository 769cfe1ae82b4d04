"""The one seam between the router and its subgraphs."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from graphwing.exact_json import decode_json, encode_json
from graphwing.planner.plan import OperationKind


class SubgraphRequest(msgspec.Struct, frozen=True, eq=False):
    """One GraphQL request to one subgraph."""

    operation: str
    variables: Mapping[str, Any] = {}
    """JSON, or objects that msgspec writes as JSON: what is compiled represents entities so."""
    headers: Mapping[str, str] = {}
    kind: OperationKind = "query"
    """What the operation is: only a query may be sent again when a connection breaks."""
    _body: bytes | None = None

    def __eq__(self, other: object) -> bool:
        """Return whether `other` asks the same."""
        return isinstance(other, SubgraphRequest) and self._asked == other._asked

    def __hash__(self) -> int:
        """Return the same number for equal requests."""
        return hash((self.operation, self.kind))

    def body(self) -> bytes:
        """Return what is sent over HTTP; it is written once, however often it is asked for."""
        body = self._body
        if body is None:
            said: dict[str, Any] = {"query": self.operation}
            if self.variables:
                said["variables"] = self.variables
            body = encode_json(said)
            msgspec.structs.force_setattr(self, "_body", body)
        return body

    def plain(self) -> SubgraphRequest:
        """Return the request with variables of plain Python for a receiver in this process.

        It may change them: the router does not see it.
        """
        variables = decode_json(encode_json(self.variables))
        return SubgraphRequest(self.operation, variables, self.headers, self.kind)

    @property
    def _asked(self) -> tuple[object, ...]:
        return self.operation, self.variables, self.headers, self.kind


AnswerHeaders = Sequence[tuple[str, str]]
"""Headers of an answer, names in lower case; a name may be there more than once."""


class RawAnswer(msgspec.Struct, frozen=True):
    """What one subgraph sent, unread: its body and what HTTP says of it."""

    subgraph: str
    body: bytes
    content_type: str | None = None
    status: int = 200
    retry_after: str | None = None
    """When the subgraph wants to be asked again, as its header says."""
    headers: AnswerHeaders = ()
    """Those that somebody wants to see, which mostly are none."""


@dataclass(frozen=True, slots=True)
class SubgraphAnswer:
    """What one subgraph said: data, errors, or both; already known to be a GraphQL answer.

    Whoever receives it owns it, and may change what is in it.
    """

    data: Mapping[str, Any] | None = None
    errors: Sequence[Mapping[str, Any]] = ()


class Transport(Protocol):
    """Sends requests to one subgraph. Opened before the first request, closed after the last."""

    async def open(self) -> None:
        """Make ready to send: connection pools, an application's start-up."""
        ...

    async def send(self, request: SubgraphRequest, *, timeout: float) -> RawAnswer:  # noqa: ASYNC109
        """Return what the subgraph sends, or raise `SubgraphError` after `timeout` seconds at most.

        `read_raw_answer` reads it.
        """
        ...

    def subscribe(
        self, request: SubgraphRequest, *, timeout: float
    ) -> AsyncGenerator[SubgraphAnswer]:
        """Yield the events of a subscription until the subgraph completes it.

        Raises `SubgraphError` when the stream is not open after `timeout` seconds, or is refused;
        `StreamLostError` when it breaks off. Closing the generator closes the subgraph's stream.
        """
        ...

    async def close(self) -> None:
        """Release what `open` took."""
        ...


@dataclass(frozen=True, slots=True)
class Reconnect:
    """How often a stream of events that broke off is opened again; at first never."""

    attempts: int = 0
    """In a row, without an event in between."""
    delay: float = 1.0
    """Seconds before the first; twice as long before each further one, up to half a minute."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A subgraph as execution sees it: how to reach it, and how long to wait for it."""

    transport: Transport
    timeout: float = 10.0
    reconnect: Reconnect = Reconnect()

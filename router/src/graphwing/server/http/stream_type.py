"""Choose how a client gets a response that has more than one part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from graphwing.exact_json import encode_json
from graphwing.execution import ExecutionResult
from graphwing.server.http.media_type import MediaRange, accepted
from graphwing.server.http.multipart import Multipart
from graphwing.server.http.response import result_body

_MULTIPART = Multipart("graphql")


class StreamType(Protocol):
    """A way to write responses one after another into one HTTP response."""

    @property
    def content_type(self) -> str:
        """Return the header of the whole response."""
        ...

    @property
    def opening(self) -> bytes:
        """Return what is sent at once, before there is any response."""
        ...

    @property
    def heartbeat(self) -> bytes:
        """Return what is sent when there is nothing to say for a while."""
        ...

    def result(self, result: ExecutionResult) -> bytes:
        """Return one response."""
        ...

    def end(self, errors: list[dict[str, object]]) -> bytes:
        """Return what comes last; `errors` say why it ends, if it does not just end."""
        ...


class ServerSentEvents:
    """The mode of distinct connections of `graphql-sse`.

    https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
    """

    content_type = "text/event-stream; charset=utf-8"
    opening = heartbeat = b":\n\n"

    def result(self, result: ExecutionResult) -> bytes:
        """Return one response."""
        return self._next(result_body(result))

    def end(self, errors: list[dict[str, object]]) -> bytes:
        """Return what comes last."""
        told = self._next({"errors": errors}) if errors else b""
        return told + b"event: complete\ndata:\n\n"

    def _next(self, body: dict[str, object]) -> bytes:
        return b"event: next\ndata: %b\n\n" % encode_json(body)


class MultipartSubscription:
    """The protocol of Apollo's clients.

    https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol
    """

    content_type = f'multipart/mixed;boundary="{_MULTIPART.boundary}";subscriptionSpec="1.0"'
    opening = _MULTIPART.opening
    heartbeat = _MULTIPART.part(b"{}")

    def result(self, result: ExecutionResult) -> bytes:
        """Return one response."""
        return _MULTIPART.part(encode_json({"payload": result_body(result)}))

    def end(self, errors: list[dict[str, object]]) -> bytes:
        """Return what comes last."""
        told = _MULTIPART.part(encode_json({"payload": None, "errors": errors})) if errors else b""
        return told + _MULTIPART.closing


@dataclass(frozen=True, slots=True)
class _Wanted:
    type: StreamType
    quality: float


def stream_type(accept: str | None) -> StreamType | None:
    """Return the kind of stream that a client accepts and likes most, if it names any.

    >>> stream_type("application/json, text/event-stream").content_type
    'text/event-stream; charset=utf-8'
    >>> stream_type("multipart/mixed;deferSpec=20220824, */*") is None
    True
    """
    best: _Wanted | None = None
    for one in accepted(accept or ""):
        wanted = _type(one)
        if wanted and one.quality > (best.quality if best else 0):
            best = _Wanted(wanted, one.quality)
    return best.type if best else None


def _type(one: MediaRange) -> StreamType | None:
    if one.name == "text/event-stream":
        return ServerSentEvents()
    if one.name == "multipart/mixed" and one.parameters.get("subscriptionspec") == "1.0":
        return MultipartSubscription()
    return None

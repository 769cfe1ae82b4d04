"""Read server-sent events, as far as `graphql-sse` uses them.

https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Iterator

from graphwing.errors import StreamLostError, StreamRefusedError, SubgraphError
from graphwing.execution.answer import read_answer, read_http_answer
from graphwing.execution.transport import SubgraphAnswer

MEDIA_TYPE = "text/event-stream"
REQUEST_HEADERS = {"content-type": "application/json", "accept": MEDIA_TYPE}
_LARGEST_EVENT = 16 * 1024 * 1024


async def read_events(
    subgraph: str, chunks: AsyncIterable[bytes]
) -> AsyncGenerator[SubgraphAnswer]:
    """Yield the answers in an event stream, or raise `SubgraphError`."""
    reader = EventReader()
    async for chunk in chunks:
        for kind, data in reader.feed(chunk):
            if kind == b"complete":
                return
            if kind == b"next":
                yield read_answer(subgraph, data)
        if reader.waiting > _LARGEST_EVENT:
            raise SubgraphError(subgraph, f"sent an event of more than {_LARGEST_EVENT} bytes")
    raise StreamLostError(subgraph, "broke off its events")


class EventReader:
    """Takes a stream in pieces and gives its events, each as its kind and its data."""

    def __init__(self) -> None:
        self.waiting = 0
        """Bytes of the event that is not complete yet."""
        self._pieces: list[bytes] = []
        self._kind = b"message"
        self._data: list[bytes] = []
        self._after_return = False

    def feed(self, chunk: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Yield the events that `chunk` completes."""
        if self._after_return and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        self.waiting += len(chunk)
        self._after_return = chunk.endswith(b"\r")
        if b"\n" not in chunk and b"\r" not in chunk:
            self._pieces.append(chunk)
            return
        lines = b"".join((*self._pieces, chunk)).splitlines(keepends=True)
        self._pieces = [] if lines[-1].endswith((b"\n", b"\r")) else [lines.pop()]
        for line in lines:
            event = self._read_line(line.rstrip(b"\r\n"))
            if event is not None:
                self.waiting = sum(map(len, self._pieces))
                yield event

    def _read_line(self, line: bytes) -> tuple[bytes, bytes] | None:
        """Take one line; the empty one ends an event."""
        if not line:
            kind, data = self._kind, b"\n".join(self._data)
            is_empty = kind == b"message" and not self._data
            self._kind, self._data = b"message", []
            # A comment that keeps the connection alive ends with an empty line too.
            self.waiting = 0
            return None if is_empty else (kind, data)
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"event":
            self._kind = value
        elif name == b"data":
            self._data.append(value)
        return None


def refused(subgraph: str, status: int, content_type: str | None, body: bytes) -> SubgraphError:
    """Return the error that a response without events means."""
    try:
        answer = read_http_answer(subgraph, status, content_type, body)
    except SubgraphError as error:
        return error
    if answer.errors:
        return StreamRefusedError(subgraph, answer.errors)
    return SubgraphError(subgraph, "answered a subscription with a single response")

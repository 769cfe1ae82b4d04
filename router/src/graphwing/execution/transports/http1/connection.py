"""One connection to a server: a request, its whole answer, then the next request.

https://www.rfc-editor.org/rfc/rfc9112
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable, Sequence
from typing import Any, cast

import httptools
import msgspec

_FINAL = 200
"""Statuses below are interim: the answer is still to come."""
_WITHOUT_BODY = frozenset({204, 304})
_EITHER_FORMAT = 32 + zlib.MAX_WBITS
"""Tells zlib to read the header of gzip or of zlib, whichever is there."""


class NotHttpError(ConnectionError):
    """The server sent what is no HTTP answer, or one that this client does not take."""


class AnswerTooLargeError(NotHttpError):
    """The server sent more than may be read."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"sent more than {limit} bytes")
        self.limit = limit


class ConnectionBrokenError(ConnectionError):
    """The connection ended before the answer did."""

    def __init__(self, *, is_stale: bool) -> None:
        """Say whether the server had hung up before it can have read the request."""
        super().__init__("the connection ended before the answer did")
        self.is_stale = is_stale


class HttpAnswer(msgspec.Struct, frozen=True):
    """A whole response; its body is decompressed."""

    status: int
    content_type: str | None
    body: bytes
    retry_after: str | None = None
    headers: Sequence[tuple[str, str]] = ()
    """Those that are wanted."""


class Connection(asyncio.Protocol):
    """Sends one request at a time."""

    def __init__(self, most_bytes: int, wanted: Callable[[str], bool] | None = None) -> None:
        """Take the most that an answer may have, and which of its headers are wanted, if any."""
        self._most_bytes = most_bytes
        self._wanted = wanted
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._waiter: asyncio.Future[None] | None = None
        # Not the future's result: the loop holds on to that until its reader waits again.
        self._answer: HttpAnswer | None = None
        self._answers = 0
        self._is_kept = False
        self._begin()

    def _begin(self) -> None:
        """Forget the answer before."""
        self._parts: list[bytes] = []
        self._size = 0
        self._content_type: str | None = None
        self._encoding: str | None = None
        self._retry_after: str | None = None
        self._headers: list[tuple[str, str]] | None = None
        self._has_begun = False
        self._has_head = False
        self._ends_with_connection = True

    @property
    def is_usable(self) -> bool:
        """Return whether the next request can be sent."""
        return self._is_kept and self._transport is not None and not self._transport.is_closing()

    def close(self) -> None:
        """Hang up; whoever waits for an answer gets an error."""
        self._is_kept = False
        if self._transport is not None:
            self._transport.abort()

    async def request(self, data: bytes, deadline: float) -> HttpAnswer:
        """Return the answer to the request `data`, at the time `deadline` of the loop at latest.

        Raises `TimeoutError`, `NotHttpError` and `ConnectionBrokenError`.
        """
        if self._transport is None or self._transport.is_closing():
            raise ConnectionBrokenError(is_stale=self._answers > 0)
        self._begin()
        waiter = self._waiter = self._loop.create_future()
        timer = self._loop.call_at(deadline, self._fail, TimeoutError())
        self._transport.write(data)
        try:
            await waiter
            return cast("HttpAnswer", self._answer)
        except BaseException:
            # What the server may still send would be taken for the answer to the next request.
            self.close()
            raise
        finally:
            timer.cancel()
            self._waiter = self._answer = None

    def _fail(self, error: Exception) -> None:
        self._is_kept = False
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(error)
        if self._transport is not None:
            self._transport.abort()

    # What the event loop calls.

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401
        """Take the open connection."""
        self._transport = transport
        self._is_kept = True

    def data_received(self, data: bytes) -> None:
        """Read a part of the answer."""
        if self._waiter is None or self._waiter.done():
            # Nothing was asked: a server that says goodbye, or more than the answer.
            self.close()
            return
        self._has_begun = True
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade, zlib.error):
            self._fail(NotHttpError("sent something that is not HTTP"))

    def eof_received(self) -> None:
        """Close this side too."""

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits; an answer of no stated length ends here."""
        self._is_kept = False
        if self._waiter is None or self._waiter.done():
            return
        if exc is None and self._has_head and self._ends_with_connection:
            self.on_message_complete()
        if not self._waiter.done():
            is_stale = self._answers > 0 and not self._has_begun
            self._waiter.set_exception(ConnectionBrokenError(is_stale=is_stale))

    # What the parser calls.

    def on_message_begin(self) -> None:
        """Keep no connection on which a second answer follows the first."""
        if self._waiter is None or self._waiter.done():
            self._is_kept = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep what matters of the headers."""
        # What comes after the body is no header.
        if self._wanted is not None and not self._has_head:
            self._keep_wanted(name.lower().decode("latin-1"), value, self._wanted)
        match name.lower():
            case b"content-type":
                self._content_type = value.decode("latin-1")
            case b"content-encoding":
                self._encoding = value.decode("latin-1").strip().lower()
            case b"retry-after":
                self._retry_after = value.decode("latin-1")
            case b"content-length" | b"transfer-encoding":
                self._ends_with_connection = False
            case _:
                pass

    def _keep_wanted(self, name: str, value: bytes, wanted: Callable[[str], bool]) -> None:
        if wanted(name):
            self._headers = [*(self._headers or ()), (name, value.decode("latin-1"))]

    def on_headers_complete(self) -> None:
        """Note that the rest is the body."""
        self._has_head = True
        if self._parser.get_status_code() in _WITHOUT_BODY:
            self._ends_with_connection = False

    def on_body(self, part: bytes) -> None:
        """Keep a part of the body, up to the limit."""
        self._size += len(part)
        if self._size > self._most_bytes:
            self._fail(AnswerTooLargeError(self._most_bytes))
        else:
            self._parts.append(part)

    def on_message_complete(self) -> None:
        """Give the answer to whoever waits for it."""
        status = self._parser.get_status_code()
        if status < _FINAL:
            self._begin()
            return
        self._answers += 1
        self._is_kept = self._is_kept and self._parser.should_keep_alive()
        if self._waiter is None or self._waiter.done():
            self.close()
            return
        body = b"".join(self._parts)
        # They may be large, and the connection may be idle for long.
        self._parts.clear()
        try:
            body = self._decompressed(body)
        except (zlib.error, NotHttpError) as error:
            self._fail(error if isinstance(error, NotHttpError) else NotHttpError(_BROKEN))
            return
        self._answer = HttpAnswer(
            status, self._content_type, body, self._retry_after, self._headers or ()
        )
        self._waiter.set_result(None)

    def _decompressed(self, body: bytes) -> bytes:
        if self._encoding in {None, "", "identity"}:
            return body
        if self._encoding not in {"gzip", "x-gzip", "deflate"}:
            raise NotHttpError(f"compressed its answer with `{self._encoding}`, unasked")
        decompressor = zlib.decompressobj(_EITHER_FORMAT)
        # A few bytes can stand for gigabytes: no more than the limit is unpacked.
        unpacked = decompressor.decompress(body, self._most_bytes)
        if decompressor.unconsumed_tail:
            raise AnswerTooLargeError(self._most_bytes)
        if not decompressor.eof or decompressor.unused_data:
            raise NotHttpError(_BROKEN)
        return unpacked


_BROKEN = "sent a compressed answer that cannot be unpacked"

"""HTTP/1.1 as uvicorn speaks it, with a short way for what nearly all requests are.

For a GraphQL request that comes whole and wants one response, uvicorn makes a scope, a cycle, an
event and four messages, and that costs more than to answer it. Here it becomes one call and one
write. Everything else is uvicorn's; both ways end in the same methods of the application.

Clients that take long to say what they want, or have very much to say before it, are sent away.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from functools import cache
from http import HTTPStatus
from typing import Any, ClassVar, Protocol, cast

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from graphwing.server.http.request_headers import RequestHeaders
from graphwing.server.http.response import HttpResponse

# Copying more than this costs more than another system call.
_COPIED_BYTES = 64 * 1024
# https://www.rfc-editor.org/rfc/rfc9110#section-5
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


class DirectApp(Protocol):
    """What the short way needs of an application."""

    def direct_media_type(self, target: bytes, headers: RequestHeaders) -> str | None:
        """Return what the response to a POST will be, or nothing if that goes the long way."""
        ...

    async def respond(
        self, headers: RequestHeaders, body: bytes, media_type: str, client: tuple[str, int] | None
    ) -> HttpResponse:
        """Return the response to a POST of whoever opened the connection."""
        ...


class _Nobody:
    """Stands for those whom uvicorn tells that there is more of a request."""

    def set(self) -> None:
        """Tell nobody."""


class _Exchange:
    """A request that goes the short way; what uvicorn asks of its own cycles it can be asked."""

    __slots__ = ("disconnected", "headers", "keep_alive", "media_type", "response_complete", "task")

    message_event = _Nobody()

    def __init__(self, headers: RequestHeaders, media_type: str, *, keep_alive: bool) -> None:
        self.headers = headers
        self.media_type = media_type
        self.keep_alive = keep_alive
        self.disconnected = False
        self.response_complete = False
        self.task: asyncio.Task[None] | None = None


class RouterProtocol(HttpToolsProtocol):
    """One connection of a client."""

    read_seconds: ClassVar[float] = 30.0
    """How long a client may take for one request; on a new connection, to begin with one too."""
    header_bytes: ClassVar[int] = 64 * 1024
    """What the head of a request may have."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._direct = cast("DirectApp", config.app)
        self._exchange: _Exchange | None = None
        """What is being read, if it goes the short way."""
        self._parts: list[bytes] = []
        self._running: _Exchange | None = None
        self._is_reading = True
        self._is_in_head = True
        self._head_bytes = 0
        self._patience: asyncio.TimerHandle | None = None
        self._defaults: tuple[object, bytes] = (None, b"")

    # What the event loop calls.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        super().connection_made(transport)
        self._patience = self.loop.call_later(self.read_seconds, self._lose_patience)

    def connection_lost(self, exc: Exception | None) -> None:
        """Give up what nobody waits for any more."""
        self._stop_waiting()
        running, self._running = self._running, None
        super().connection_lost(exc)
        if running is not None and running.task is not None:
            running.disconnected = True
            running.task.cancel()

    def data_received(self, data: bytes) -> None:
        """Read what a client sends, within limits of time and, before the body, of size."""
        if self._is_in_head or not self._is_reading:
            self._head_bytes += len(data)
        super().data_received(data)
        if not self._is_reading:
            self._stop_waiting()
            return
        if self._is_in_head and self._head_bytes > self.header_bytes:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif self._patience is None:
            self._patience = self.loop.call_later(self.read_seconds, self._lose_patience)

    def handle_websocket_upgrade(self) -> None:
        """Leave the connection to the protocol of WebSockets."""
        self._stop_waiting()
        super().handle_websocket_upgrade()

    # What the parser calls.

    def on_message_begin(self) -> None:
        """Begin to read a request."""
        self.url = b""
        self.expect_100_continue = False
        self.headers = []
        self._exchange = None
        self._is_reading = self._is_in_head = True

    def on_headers_complete(self) -> None:
        """Choose the way of a request."""
        self._is_in_head = False
        size, self._head_bytes = self._head_bytes, 0
        if size > self.header_bytes and self._size_of_head() > self.header_bytes:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            raise ValueError(size)
        exchange = self._exchange = self._direct_exchange()
        if exchange is not None:
            self._parts = []
            self.cycle = cast("Any", exchange)
            return
        # What uvicorn notes when a request begins, only now that it is known to be needed.
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = url, expects
        self.headers = self.scope["headers"] = headers
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Keep a part of the body."""
        if self._exchange is not None:
            self._parts.append(body)
        else:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Answer."""
        self._is_reading = False
        exchange = self._exchange
        if exchange is None:
            super().on_message_complete()
            return
        parts, self._parts = self._parts, []
        body = parts[0] if len(parts) == 1 else b"".join(parts)
        self._running = exchange
        exchange.task = task = self.loop.create_task(self._answer(exchange, body))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, unless it is refused already."""
        if not self.transport.is_closing():
            super().send_400_response(msg)

    def _direct_exchange(self) -> _Exchange | None:
        """Return the exchange that begins, or nothing if it goes the long way."""
        before: Any = self.cycle
        is_first = before is None or before.response_complete
        if not is_first or self.expect_100_continue or self.root_path or self.limit_concurrency:
            return None
        parser: Any = self.parser
        if parser.get_method() != b"POST" or parser.get_http_version() != "1.1":
            return None
        if parser.should_upgrade():
            return None
        headers = RequestHeaders(self.headers)
        media_type = self._direct.direct_media_type(self.url, headers)
        if media_type is None:
            return None
        return _Exchange(headers, media_type, keep_alive=parser.should_keep_alive())

    async def _answer(self, exchange: _Exchange, body: bytes) -> None:
        try:
            response = await self._direct.respond(
                exchange.headers, body, exchange.media_type, self.client
            )
            head = self._head(response, keep_alive=exchange.keep_alive)
        except Exception:
            self.logger.exception("Exception in the application")
            self.transport.close()
            return
        if self.flow.write_paused:
            await self.flow.drain()
        self._running = None
        if len(response.body) > _COPIED_BYTES:
            self.transport.write(head)
            self.transport.write(response.body)
        else:
            self.transport.write(head + response.body)
        exchange.response_complete = True
        if not exchange.keep_alive:
            self.transport.close()
        self.on_response_complete()

    def _head(self, response: HttpResponse, *, keep_alive: bool) -> bytes:
        defaults = self.server_state.default_headers
        if self._defaults[0] is not defaults:
            self._defaults = defaults, b"".join(b"%b: %b\r\n" % one for one in defaults)
        return b"%b%b%bcontent-length: %d\r\n%b%b\r\n" % (
            _status_line(response.status),
            self._defaults[1],
            _content_type(response.media_type),
            len(response.body),
            _lines(response.header_pairs()) if response.headers or response.answered else b"",
            b"" if keep_alive else b"connection: close\r\n",
        )

    # What is refused before it is known what is asked.

    def _size_of_head(self) -> int:
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers)

    def _lose_patience(self) -> None:
        self._patience = None
        if self._is_in_head and not self._head_bytes:
            # A browser opens connections that it may never need.
            self.transport.close()
        else:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _refuse(self, status: HTTPStatus) -> None:
        """Say why, unless a response is under way, and hang up."""
        if self.transport.is_closing():
            return
        if self._running is None and not getattr(self.cycle, "response_started", False):
            line = _status_line(status.value)
            self.transport.write(line + b"connection: close\r\ncontent-length: 0\r\n\r\n")
        self.transport.close()


def router_protocol(*, read_seconds: float, header_bytes: int) -> type[RouterProtocol]:
    """Return the protocol with limits of its own."""
    limits = {"read_seconds": read_seconds, "header_bytes": header_bytes}
    return type("LimitedProtocol", (RouterProtocol,), limits)


@cache
def _status_line(status: int) -> bytes:
    return b"HTTP/1.1 %d %b\r\n" % (status, HTTPStatus(status).phrase.encode())


@cache
def _content_type(media_type: str) -> bytes:
    return b"content-type: %b; charset=utf-8\r\n" % media_type.encode()


def _lines(headers: Iterable[tuple[str, str]]) -> bytes:
    """Return header lines, or raise `ValueError` for what would make lines of its own."""
    pairs = [*headers]
    for name, value in pairs:
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise ValueError(f"a response cannot have the header {name!r}: {value!r}")
    return "".join(f"{name}: {value}\r\n" for name, value in pairs).encode("latin-1")

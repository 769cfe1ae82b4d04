"""Events of an ASGI application in this process: a WebSocket, or server-sent events.

The application notices no difference to a client on the network.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from contextvars import copy_context

from graphwing.errors import StreamLostError, SubgraphError, SubgraphTimeoutError
from graphwing.execution.transport import SubgraphAnswer, SubgraphRequest
from graphwing.execution.transports import graphql_transport_ws, sse
from graphwing.execution.transports.asgi import HOST, POST, AsgiApp, Message, Scope, asgi_headers
from graphwing.execution.transports.event_streams import (
    EventStreams,
    NoWebSocketError,
    over_either,
)
from graphwing.execution.transports.graphql_transport_ws import SUBPROTOCOL, SocketClosedError
from graphwing.execution.transports.isolation import ended

# How many messages an application may be ahead of the router before it is held up.
_MESSAGES_AHEAD = 16
# How long an application may take to end when its client has left; then it is cancelled.
_LEAVING_SECONDS = 0.5
_CANCELLING_SECONDS = 5.0
_LONGEST_REFUSAL = 1024 * 1024


class AsgiEventStreams:
    """Opens streams of events at an application."""

    def __init__(self, subgraph: str, app: AsgiApp, streams: EventStreams) -> None:
        self._subgraph = subgraph
        self._app = app
        self._streams = streams

    def subscribe(
        self,
        scope: Scope,
        request: SubgraphRequest,
        *,
        timeout: float,
    ) -> AsyncGenerator[SubgraphAnswer]:
        """Yield the events of `request`, or raise `SubgraphError`."""
        return over_either(
            self._streams.protocol,
            lambda: self._over_websocket(scope, request, timeout),
            lambda: self._over_sse(scope, request, timeout),
        )

    async def _over_websocket(
        self, scope: Scope, request: SubgraphRequest, seconds: float
    ) -> AsyncGenerator[SubgraphAnswer]:
        headers = asgi_headers({"host": HOST, **request.headers})
        socket_scope = {"type": "websocket", "scheme": "ws", "subprotocols": [SUBPROTOCOL]}
        call = _Call(self._subgraph, self._app, {**scope, **socket_scope, "headers": headers})
        call.tell({"type": "websocket.connect"})
        async with call.running({"type": "websocket.disconnect", "code": 1000}):
            accepted = await call.first_message(seconds)
            if accepted["type"] != "websocket.accept":
                raise NoWebSocketError(SubgraphError(self._subgraph, "refuses the WebSocket"))
            if accepted.get("subprotocol") != SUBPROTOCOL:
                raise SubgraphError(self._subgraph, f"does not speak {SUBPROTOCOL}")
            events = graphql_transport_ws.subscribe(
                _Socket(call), self._subgraph, request, timeout=seconds, streams=self._streams
            )
            async with aclosing(events):
                async for event in events:
                    yield event

    async def _over_sse(
        self, scope: Scope, request: SubgraphRequest, seconds: float
    ) -> AsyncGenerator[SubgraphAnswer]:
        body = request.body()
        headers = {"host": HOST, "content-length": str(len(body)), **request.headers}
        all_headers = asgi_headers({**headers, **sse.REQUEST_HEADERS})
        call = _Call(self._subgraph, self._app, {**scope, **POST, "headers": all_headers})
        call.tell({"type": "http.request", "body": body, "more_body": False})
        async with call.running({"type": "http.disconnect"}):
            start = await call.first_message(seconds)
            content_type = _content_type(start)
            if content_type is None or content_type.partition(";")[0].strip() != sse.MEDIA_TYPE:
                refusal = await _body(call, seconds)
                raise sse.refused(self._subgraph, start["status"], content_type, refusal)
            events = sse.read_events(self._subgraph, call.body())
            async with aclosing(events):
                async for event in events:
                    yield event


async def _body(call: _Call, seconds: float) -> bytes:
    body = b""
    async with call.limit(seconds):
        async for part in call.body():
            body += part
            if len(body) > _LONGEST_REFUSAL:
                break
    return body


def _content_type(start: Message) -> str | None:
    return next(
        (
            value.decode("latin-1")
            for name, value in start.get("headers", ())
            if name.lower() == b"content-type"
        ),
        None,
    )


class _EndedError(Exception):
    """The application has returned."""


class _Call:
    """An application while it serves one client, in a task and a context of its own."""

    def __init__(self, subgraph: str, app: AsgiApp, scope: Scope) -> None:
        self._subgraph = subgraph
        self._app = app
        self._scope = scope
        self._to_app: asyncio.Queue[Message] = asyncio.Queue()
        self._from_app: asyncio.Queue[Message | None] = asyncio.Queue(_MESSAGES_AHEAD)
        self._failure: BaseException | None = None
        self._is_left = False

    @asynccontextmanager
    async def running(self, goodbye: Message) -> AsyncGenerator[None]:
        """Run the application until the end of the block, where it is told `goodbye`."""
        loop = asyncio.get_running_loop()
        task = loop.create_task(self._run(), context=copy_context())
        try:
            yield
        finally:
            self._is_left = True
            self.tell(goodbye)
            # An application that waits for us to read its message can go on to our goodbye.
            while not self._from_app.empty():
                self._from_app.get_nowait()
            await asyncio.wait((task,), timeout=_LEAVING_SECONDS)
            await ended(task, _CANCELLING_SECONDS)

    def tell(self, message: Message) -> None:
        """Let the application receive `message`."""
        self._to_app.put_nowait(message)

    async def first_message(self, seconds: float) -> Message:
        """Return what the application sends first, or raise `SubgraphError`."""
        async with self.limit(seconds):
            try:
                return await self.next_message()
            except _EndedError as error:
                raise SubgraphError(self._subgraph, "ended without an answer") from error

    async def next_message(self) -> Message:
        """Return what the application sends next; raise `_EndedError` or `StreamLostError`."""
        message = await self._from_app.get()
        if message is not None:
            return message
        if self._failure is not None:
            raise StreamLostError(self._subgraph, "failed while it sent events") from self._failure
        raise _EndedError

    async def body(self) -> AsyncGenerator[bytes]:
        """Yield the parts of a response's body."""
        more = True
        while more:
            try:
                message = await self.next_message()
            except _EndedError:
                return
            more = message.get("more_body", False)
            yield message.get("body", b"")

    @asynccontextmanager
    async def limit(self, seconds: float) -> AsyncGenerator[None]:
        """Raise `SubgraphTimeoutError` when the block takes longer."""
        try:
            async with asyncio.timeout(seconds):
                yield
        except TimeoutError as error:
            raise SubgraphTimeoutError(self._subgraph, seconds) from error

    async def _run(self) -> None:
        try:
            await self._app(self._scope, self._to_app.get, self._send)
        except (Exception, BaseExceptionGroup) as error:  # noqa: BLE001 - it may raise anything
            self._failure = error
        finally:
            if not self._is_left:
                await self._from_app.put(None)

    async def _send(self, message: Message) -> None:
        if self._is_left:
            raise ConnectionResetError
        await self._from_app.put(message)


class _Socket:
    """The application's side of a WebSocket as `Socket`."""

    def __init__(self, call: _Call) -> None:
        self._call = call

    async def send(self, text: str) -> None:
        """Send one message."""
        self._call.tell({"type": "websocket.receive", "text": text})

    async def receive(self) -> str | bytes:
        """Return the next message."""
        try:
            message = await self._call.next_message()
        except _EndedError as error:
            raise SocketClosedError(None, "") from error
        if message["type"] == "websocket.close":
            raise SocketClosedError(message.get("code", 1000), message.get("reason") or "")
        text: str | None = message.get("text")
        return message.get("bytes", b"") if text is None else text

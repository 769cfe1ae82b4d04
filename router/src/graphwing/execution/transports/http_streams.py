"""Events of a subgraph over the network: a WebSocket, or server-sent events."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any
from urllib.parse import urljoin

import aiohttp

from graphwing.errors import (
    NotReadyError,
    StreamLostError,
    SubgraphError,
    SubgraphTimeoutError,
)
from graphwing.execution.transport import SubgraphAnswer, SubgraphRequest
from graphwing.execution.transports import graphql_transport_ws, sse
from graphwing.execution.transports.event_streams import (
    EventStreams,
    NoWebSocketError,
    over_either,
)
from graphwing.execution.transports.graphql_transport_ws import SUBPROTOCOL, SocketClosedError

_LARGEST_MESSAGE = 16 * 1024 * 1024
_CLOSING_SECONDS = 0.5
# What a server says that has a WebSocket there, and not for us, or not now. Not 403, which ASGI
# servers say for what is not there as well.
_DENIALS = frozenset({401, 429, 502, 503, 504})
_TEXTS = (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY)


class HttpEventStreams:
    """Opens streams of events at a subgraph's URL, each over a connection of its own."""

    def __init__(self, subgraph: str, url: str, streams: EventStreams) -> None:
        self._subgraph = subgraph
        self._streams = streams
        self._url = streams.url or (urljoin(url, streams.path) if streams.path else url)
        self._session: aiohttp.ClientSession | None = None

    def open(self) -> None:
        """Make ready; connections are opened when they are needed."""
        self._session = aiohttp.ClientSession(
            # Not limited here, for each subscription holds a connection: the router limits them.
            connector=aiohttp.TCPConnector(
                limit=0, force_close=True, socket_factory=_socket_factory(self._streams)
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=None, sock_read=None),
        )

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def subscribe(
        self,
        request: SubgraphRequest,
        *,
        timeout: float,  # noqa: ASYNC109
    ) -> AsyncGenerator[SubgraphAnswer]:
        """Yield the events of `request`, or raise `SubgraphError`."""
        session = self._session
        if session is None:
            raise NotReadyError
        either = over_either(
            self._streams.protocol,
            lambda: self._over_websocket(session, request, timeout),
            lambda: self._over_sse(session, request, timeout),
        )
        try:
            async with aclosing(either) as events:
                async for event in events:
                    yield event
        except TimeoutError as error:
            raise SubgraphTimeoutError(self._subgraph, timeout) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise SubgraphError(self._subgraph, _reason(error)) from error

    async def _over_websocket(
        self, session: aiohttp.ClientSession, request: SubgraphRequest, seconds: float
    ) -> AsyncGenerator[SubgraphAnswer]:
        async with asyncio.timeout(seconds):
            websocket = await self._connected(session, request)
        try:
            if websocket.protocol != SUBPROTOCOL:
                raise SubgraphError(self._subgraph, f"does not speak {SUBPROTOCOL}")
            events = graphql_transport_ws.subscribe(
                _Socket(websocket), self._subgraph, request, timeout=seconds, streams=self._streams
            )
            async with aclosing(events):
                async for event in events:
                    yield event
        finally:
            await websocket.close()

    async def _connected(
        self, session: aiohttp.ClientSession, request: SubgraphRequest
    ) -> aiohttp.ClientWebSocketResponse:
        try:
            return await session.ws_connect(
                self._url,
                protocols=(SUBPROTOCOL,),
                headers=request.headers,
                max_msg_size=_LARGEST_MESSAGE,
                timeout=aiohttp.ClientWSTimeout(ws_close=_CLOSING_SECONDS),  # pyright: ignore[reportCallIssue]
            )
        except aiohttp.WSServerHandshakeError as error:
            reason = f"refuses the WebSocket: HTTP status {error.status}"
            refusal = SubgraphError(self._subgraph, reason)
            if error.status in _DENIALS:
                raise refusal from error
            raise NoWebSocketError(refusal) from error

    async def _over_sse(
        self, session: aiohttp.ClientSession, request: SubgraphRequest, seconds: float
    ) -> AsyncGenerator[SubgraphAnswer]:
        async with asyncio.timeout(seconds):
            response = await session.post(
                self._url,
                data=request.body(),
                headers={**request.headers, **sse.REQUEST_HEADERS},
                allow_redirects=False,
            )
        async with response:
            if response.content_type != sse.MEDIA_TYPE:
                async with asyncio.timeout(seconds):
                    body = await response.read()
                content_type = response.headers.get("content-type")
                raise sse.refused(self._subgraph, response.status, content_type, body)
            events = sse.read_events(self._subgraph, self._body(response))
            async with aclosing(events):
                async for event in events:
                    yield event

    async def _body(self, response: aiohttp.ClientResponse) -> AsyncGenerator[bytes]:
        try:
            async for chunk in response.content.iter_any():
                yield chunk
        except (aiohttp.ClientError, OSError) as error:
            raise StreamLostError(self._subgraph, "broke off its events") from error


class _Socket:
    """aiohttp's WebSocket as `Socket`."""

    def __init__(self, websocket: aiohttp.ClientWebSocketResponse) -> None:
        self._websocket = websocket

    async def send(self, text: str) -> None:
        """Send one message."""
        try:
            await self._websocket.send_str(text)
        except ConnectionResetError as error:
            raise SocketClosedError(self._websocket.close_code, "") from error

    async def receive(self) -> str | bytes:
        """Return the next message."""
        message = await self._websocket.receive()
        if message.type in _TEXTS:
            return message.data
        why = str(message.extra or "") if message.type is aiohttp.WSMsgType.CLOSE else ""
        raise SocketClosedError(self._websocket.close_code, why)


def _socket_factory(streams: EventStreams) -> Callable[[tuple[Any, ...]], socket.socket]:
    """Return a maker of sockets on which the system notices that the other machine is gone.

    Over a WebSocket the protocol has pings for that; server-sent events have nothing.
    """
    probes = 3
    options = {
        "TCP_KEEPIDLE": round(streams.ping),
        "TCP_KEEPINTVL": round((streams.silence - streams.ping) / probes),
        "TCP_KEEPCNT": probes,
    }

    def make(address: tuple[Any, ...]) -> socket.socket:
        made = socket.socket(*address[:3])
        made.setblocking(False)  # noqa: FBT003
        made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in options.items():
            # Not every system lets a program choose.
            if hasattr(socket, name):
                made.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), max(value, 1))
        return made

    return make


# In order: the first that fits. Without the address, which is no business of clients.
_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (aiohttp.InvalidURL, "has an address that is no URL"),
    (aiohttp.ClientConnectorDNSError, "cannot be reached: its host name is unknown"),
    (aiohttp.ClientSSLError, "cannot be reached: its TLS certificate or handshake is refused"),
    (aiohttp.ClientConnectorError, "cannot be reached"),
    (aiohttp.ServerDisconnectedError, "broke off its answer"),
    (aiohttp.ClientResponseError, "sent something that is not HTTP"),
)


def _reason(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(
        error.os_error, ConnectionRefusedError
    ):
        return "cannot be reached: connection refused"
    return next(
        (text for kind, text in _REASONS if isinstance(error, kind)),
        "cannot be reached: the connection broke",
    )

"""Serve clients over WebSockets, by the protocol `graphql-transport-ws`.

https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Protocol
from urllib.parse import urlsplit

import msgspec

from graphwing.errors import (
    HeaderInvalidError,
    IdentityUnavailableError,
    NotReadyError,
    TooManySubscriptionsError,
    UnauthenticatedError,
)
from graphwing.exact_json import encode_json
from graphwing.execution import ExecutionResult
from graphwing.planner.plan import OperationKind
from graphwing.server.http.request import (
    GraphQLRequest,
    Headers,
    Receive,
    Scope,
    Send,
    decode_request,
)
from graphwing.server.http.request_headers import RequestHeaders
from graphwing.server.http.response import result_body, told_errors
from graphwing.server.streams.said_headers import said_headers
from graphwing.server.streams.subscriptions import Subscriptions
from graphwing.server.telemetry.telemetry import Telemetry

SUBPROTOCOL = "graphql-transport-ws"

_GOING_AWAY = (1001, "the router stops")
_TOO_BIG = 1009
_TRY_AGAIN_LATER = 1013
_BAD_MESSAGE = 4400
_FORBIDDEN = 4403
_FAILED = 4500
_WRONG_SUBPROTOCOL = (4406, "Subprotocol not acceptable")
_NOT_ACKNOWLEDGED = (4401, "Unauthorized")
_INIT_TIMEOUT = (4408, "Connection initialisation timeout")
_ID_TAKEN = 4409
_INIT_REPEATED = (4429, "Too many initialisation requests")
_SILENT = (4499, "no sign of life")

_LONGEST_REASON = 123
"""Bytes that the reason of a close may have."""
_CLOSING_SECONDS = 1.0


class Responding(Protocol):
    """What a connection needs of a router."""

    def responses(
        self, request: GraphQLRequest, headers: Headers
    ) -> AsyncGenerator[ExecutionResult]:
        """Answer one request as often as it wants."""
        ...

    async def kind(self, request: GraphQLRequest) -> OperationKind:
        """Return what kind of operation a request asks for."""
        ...

    async def authenticate(self, headers: Headers) -> None:
        """Raise `UnauthenticatedError` for a client whose token is not valid."""
        ...


class _Message(msgspec.Struct):
    type: str
    id: str | None = None
    payload: msgspec.Raw = msgspec.Raw()


_decode = msgspec.json.Decoder(_Message).decode
_decode_init: Callable[[msgspec.Raw], dict[str, Any] | None] = msgspec.json.Decoder(
    dict[str, Any] | None
).decode


class _CloseError(Exception):
    """The client breaks the rules of the protocol."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class GraphQLWebSocket:
    """One connection: any number of operations at a time."""

    def __init__(
        self,
        router: Responding,
        subscriptions: Subscriptions,
        *,
        message_limit: int,
        telemetry: Telemetry | None = None,
    ) -> None:
        self._telemetry = telemetry
        self._path = ""
        self._router = router
        self._subscriptions = subscriptions
        self._settings = subscriptions.settings
        self._message_limit = message_limit
        self._headers: dict[str, str] = {}
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._is_initialised = False
        self._is_acknowledged = False
        self._last_heard = 0.0
        self._sending = asyncio.Lock()
        self._closing = asyncio.Event()

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the client until it leaves, breaks the rules, or the router stops."""
        self._receive, self._send = receive, send
        await receive()
        self._path = scope["path"]
        self._headers = _handshake_headers(scope)
        if SUBPROTOCOL not in scope["subprotocols"]:
            # Accepted first, for a close of a socket that is not open carries no code.
            await send({"type": "websocket.accept"})
            await self._close(*_WRONG_SUBPROTOCOL)
            return
        await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
        with self._subscriptions.connection(lambda: self._close(*_GOING_AWAY)):
            async with asyncio.TaskGroup() as self._group:
                reading = self._group.create_task(self._read())
                watching = self._group.create_task(self._watch())
                closing = self._group.create_task(self._closing.wait())
                await asyncio.wait(
                    (reading, watching, closing), return_when=asyncio.FIRST_COMPLETED
                )
                for task in (reading, watching, closing, *self._operations.values()):
                    task.cancel()

    async def _read(self) -> None:
        """Take the client's messages until it leaves."""
        while True:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                return
            self._last_heard = _now()
            try:
                await self._take(message.get("text"))
            except _CloseError as error:
                await self._close(error.code, error.reason)
                return

    async def _watch(self) -> None:
        """Ask the client for signs of life, and close the connection when there are none."""
        await asyncio.sleep(self._settings.connection_init)
        if not self._is_initialised:
            await self._close(*_INIT_TIMEOUT)
            return
        # Silence counts from the first time that the client could have been asked.
        self._last_heard = _now()
        while _now() - self._last_heard < self._settings.silence:
            await asyncio.sleep(self._settings.ping)
            await self._say("ping")
        await self._close(*_SILENT)

    async def _take(self, text: str | None) -> None:
        if text is None:
            raise _CloseError(_BAD_MESSAGE, "messages are text")
        if len(text) > self._message_limit:
            raise _CloseError(_TOO_BIG, f"messages have at most {self._message_limit} characters")
        try:
            message = _decode(text)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise _CloseError(_BAD_MESSAGE, "the message is not of the protocol") from error
        match message.type:
            case "connection_init":
                await self._initialise(message)
            case "ping":
                await self._say("pong", payload=message.payload)
            case "pong":
                pass
            case "subscribe":
                self._start(message)
            case "complete":
                operation = self._operations.pop(message.id or "", None)
                if operation is not None:
                    operation.cancel()
            case _:
                raise _CloseError(_BAD_MESSAGE, f"there is no message of type `{message.type}`")

    async def _initialise(self, message: _Message) -> None:
        if self._is_initialised:
            raise _CloseError(*_INIT_REPEATED)
        self._is_initialised = True
        # A browser can give a WebSocket no headers, so what it says here counts as such.
        self._headers.update(_headers_in(message.payload))
        try:
            await self._router.authenticate(self._headers)
        except UnauthenticatedError as error:
            raise _CloseError(_FORBIDDEN, str(error)) from error
        except IdentityUnavailableError as error:
            raise _CloseError(_TRY_AGAIN_LATER, str(error)) from error
        except Exception as error:
            raise _CloseError(_FAILED, _reason(told_errors(error))) from error
        await self._say("connection_ack")
        self._is_acknowledged = True

    def _start(self, message: _Message) -> None:
        if not self._is_acknowledged:
            raise _CloseError(*_NOT_ACKNOWLEDGED)
        if not message.id:
            raise _CloseError(_BAD_MESSAGE, "`subscribe` needs an `id`")
        if message.id in self._operations:
            raise _CloseError(_ID_TAKEN, f"Subscriber for {message.id} already exists")
        try:
            request = decode_request(message.payload)
        except (msgspec.MsgspecError, RecursionError) as error:
            reason = f"the payload of `subscribe` is no GraphQL request: {error}"
            raise _CloseError(_BAD_MESSAGE, reason) from error
        self._operations[message.id] = self._group.create_task(self._operate(message.id, request))

    async def _operate(self, operation_id: str, request: GraphQLRequest) -> None:
        """Answer one operation, and tell of it whom that concerns."""
        if self._telemetry is None:
            await self._answer(operation_id, request)
        else:
            with self._telemetry.request("WEBSOCKET", self._path, self._headers):
                await self._answer(operation_id, request)

    async def _answer(self, operation_id: str, request: GraphQLRequest) -> None:
        """Answer one operation as often as it wants, and say then why there is no more."""
        try:
            with self._subscriptions.place():
                await self._end(operation_id, await self._respond(operation_id, request))
        except (TooManySubscriptionsError, NotReadyError) as error:
            await self._end(operation_id, told_errors(error))

    async def _respond(self, operation_id: str, request: GraphQLRequest) -> list[dict[str, Any]]:
        """Send the responses to one operation; return the errors that end them."""
        results = self._router.responses(request, self._headers)
        try:
            kind = partial(self._router.kind, request)
            async with self._subscriptions.delivery(results, kind) as delivery:
                async for result in delivery:
                    await self._say("next", of=operation_id, payload=result_body(result))
        except Exception as error:  # noqa: BLE001 - all that can go wrong is told here
            return told_errors(error)
        return []

    async def _end(self, operation_id: str, errors: list[dict[str, Any]]) -> None:
        # From here on the client may use the id again.
        self._operations.pop(operation_id, None)
        await self._say("error" if errors else "complete", of=operation_id, payload=errors)

    async def _say(self, kind: str, *, of: str | None = None, payload: object = None) -> None:
        message: dict[str, object] = {"type": kind}
        if of is not None:
            message["id"] = of
        if payload:
            message["payload"] = payload
        text = encode_json(message).decode()
        try:
            async with asyncio.timeout(self._settings.silence), self._sending:
                if not self._closing.is_set():
                    await self._send({"type": "websocket.send", "text": text})
        except (TimeoutError, OSError, RuntimeError):
            # It does not read, is gone, or the server has closed the socket: nothing that could be
            # said would reach it.
            self._closing.set()

    async def _close(self, code: int, reason: str) -> None:
        if self._closing.is_set():
            return
        self._closing.set()
        short = reason.encode()[:_LONGEST_REASON].decode(errors="ignore")
        with suppress(TimeoutError, OSError, RuntimeError):
            async with asyncio.timeout(_CLOSING_SECONDS), self._sending:
                await self._send({"type": "websocket.close", "code": code, "reason": short})


def _handshake_headers(scope: Scope) -> dict[str, str]:
    headers = dict(RequestHeaders(scope["headers"]))
    # Any page may open a WebSocket, and the browser sends our cookies along: they count only when
    # the page is of the same origin.
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != headers.get("host"):
        headers.pop("cookie", None)
    return headers


def _headers_in(payload: msgspec.Raw) -> dict[str, str]:
    if not payload:
        return {}
    try:
        said: dict[str, Any] = _decode_init(payload) or {}
    except (msgspec.MsgspecError, RecursionError) as error:
        reason = "the payload of `connection_init` is not an object"
        raise _CloseError(_BAD_MESSAGE, reason) from error
    try:
        return said_headers(said)
    except HeaderInvalidError as error:
        raise _CloseError(_BAD_MESSAGE, str(error)) from error


def _reason(errors: Sequence[Mapping[str, Any]]) -> str:
    """Return what a client is told of errors, and under which id the log has the truth."""
    error_ids = [
        f"error id {error['extensions']['id']}" for error in errors if "id" in error["extensions"]
    ]
    return "; ".join([*(str(error["message"]) for error in errors), *error_ids])


def _now() -> float:
    return asyncio.get_running_loop().time()

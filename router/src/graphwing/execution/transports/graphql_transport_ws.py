"""Speak `graphql-transport-ws` to a subgraph: one subscription over one socket.

https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from typing import Any, Protocol

import msgspec

from graphwing.errors import (
    StreamLostError,
    StreamRefusedError,
    SubgraphError,
    SubgraphTimeoutError,
)
from graphwing.exact_json import decode_json, encode_json
from graphwing.execution.answer import read_answer
from graphwing.execution.transport import SubgraphAnswer, SubgraphRequest
from graphwing.execution.transports.event_streams import EventStreams

SUBPROTOCOL = "graphql-transport-ws"

_ID = "1"
_GOODBYE_SECONDS = 0.5


class SocketClosedError(Exception):
    """The other side closed the socket."""

    def __init__(self, code: int | None, reason: str) -> None:
        super().__init__(f"{code or 'no code'} {reason}".rstrip())


class Socket(Protocol):
    """An open WebSocket; both methods raise `SocketClosedError`."""

    async def send(self, text: str) -> None:
        """Send one message."""
        ...

    async def receive(self) -> str | bytes:
        """Return the next message."""
        ...


class _Message(msgspec.Struct):
    type: str
    id: str | None = None
    payload: msgspec.Raw = msgspec.Raw()


_decode = msgspec.json.Decoder(_Message).decode
_decode_errors = msgspec.json.Decoder(list[dict[str, Any]]).decode


async def subscribe(
    socket: Socket,
    subgraph: str,
    request: SubgraphRequest,
    *,
    timeout: float,  # noqa: ASYNC109
    streams: EventStreams,
) -> AsyncGenerator[SubgraphAnswer]:
    """Yield the events of `request` until the subgraph completes it, or raise `SubgraphError`."""
    conversation = _Conversation(socket, subgraph, streams)
    await conversation.open(request.headers, timeout)
    try:
        await conversation.ask(request)
        while (event := await conversation.next_event()) is not None:
            yield event
    finally:
        await conversation.complete()


class _Conversation:
    def __init__(self, socket: Socket, subgraph: str, streams: EventStreams) -> None:
        self._socket = socket
        self._subgraph = subgraph
        self._streams = streams
        self._is_over = False

    async def open(self, headers: Mapping[str, str], seconds: float) -> None:
        """Have the connection acknowledged."""
        try:
            async with asyncio.timeout(seconds):
                # There are servers that look for credentials here and not in the handshake.
                await self._say("connection_init", dict(headers) if headers else None)
                while (await self._answered()).type != "connection_ack":
                    pass
        except TimeoutError as error:
            raise SubgraphTimeoutError(self._subgraph, seconds) from error
        except SocketClosedError as error:
            raise SubgraphError(self._subgraph, f"refuses the connection: {error}") from error

    async def ask(self, request: SubgraphRequest) -> None:
        """Ask for events."""
        payload = {"query": request.operation, "variables": request.variables}
        try:
            await self._say("subscribe", payload, of=_ID)
        except SocketClosedError as error:
            raise self._lost(error) from error

    async def next_event(self) -> SubgraphAnswer | None:
        """Return the next event, or nothing when the subgraph has completed the subscription."""
        while True:
            try:
                message = await self._answered()
            except SocketClosedError as error:
                raise self._lost(error) from error
            match message.type:
                case "next":
                    return read_answer(self._subgraph, bytes(message.payload))
                case "error":
                    errors = self._errors(message.payload)
                    self._is_over = True
                    raise StreamRefusedError(self._subgraph, errors)
                case "complete":
                    self._is_over = True
                    return None
                case _:
                    pass

    async def complete(self) -> None:
        """Tell the subgraph that no more events are wanted, unless it has ended by itself."""
        if self._is_over:
            return
        # It is told so once more when the socket closes, which is now.
        with suppress(SocketClosedError, TimeoutError):
            async with asyncio.timeout(_GOODBYE_SECONDS):
                await self._socket.send(_text("complete", of=_ID))

    async def _say(self, kind: str, payload: object = None, *, of: str | None = None) -> None:
        await self._socket.send(_text(kind, payload, of=of))

    async def _answered(self) -> _Message:
        """Return the next message that is not about whether we are still there."""
        while True:
            message = self._read(await self._heard())
            if message.type == "ping":
                payload = decode_json(message.payload) if message.payload else None
                await self._say("pong", payload)
            elif message.type != "pong":
                return message

    async def _heard(self) -> str | bytes:
        """Return what the subgraph says next; ask whether it is there when it says nothing."""
        try:
            async with asyncio.timeout(self._streams.ping):
                return await self._socket.receive()
        except TimeoutError:
            await self._say("ping")
        try:
            async with asyncio.timeout(self._streams.silence - self._streams.ping):
                return await self._socket.receive()
        except TimeoutError as error:
            silence = f"{self._streams.silence:g} s"
            raise StreamLostError(self._subgraph, f"has been silent for {silence}") from error

    def _read(self, text: str | bytes) -> _Message:
        try:
            message = _decode(text)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise self._junk() from error
        if message.type not in _KNOWN or (message.id is not None and message.id != _ID):
            raise self._junk()
        return message

    def _errors(self, payload: msgspec.Raw) -> list[dict[str, Any]]:
        try:
            return _decode_errors(payload)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise self._junk() from error

    def _lost(self, error: SocketClosedError) -> StreamLostError:
        self._is_over = True
        return StreamLostError(self._subgraph, f"broke off its events: {error}")

    def _junk(self) -> SubgraphError:
        return SubgraphError(self._subgraph, f"sent a message that is not of {SUBPROTOCOL}")


_KNOWN = frozenset({"connection_ack", "ping", "pong", "next", "error", "complete"})


def _text(kind: str, payload: object = None, *, of: str | None = None) -> str:
    message: dict[str, object] = {"type": kind}
    if of is not None:
        message["id"] = of
    if payload is not None:
        message["payload"] = payload
    return encode_json(message).decode()

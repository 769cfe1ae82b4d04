"""The connections to one server: kept for the next request, never more than a limit."""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from graphwing.execution.transports.http1.connection import (
    Connection,
    ConnectionBrokenError,
    HttpAnswer,
)
from graphwing.execution.transports.http1.origin import Origin

_FORBIDDEN = str.maketrans(dict.fromkeys("\r\n\0"))
"""With these in a header a client could write requests of its own."""


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """How much one server may be used."""

    connections: int = 100
    idle_seconds: float = 4.0
    """Below the five seconds after which uvicorn closes an idle connection: a server that hangs up
    just as a request leaves is the most common failure behind a router."""
    answer_bytes: int = 256 * 1024 * 1024
    """The most that one answer may have, unpacked."""


class Pool:
    """Sends requests to one server over as many connections as are needed, up to a limit."""

    def __init__(
        self,
        origin: Origin,
        headers: Mapping[str, str],
        *,
        limits: PoolLimits | None = None,
        tls: ssl.SSLContext | None = None,
        wanted: Callable[[str], bool] | None = None,
    ) -> None:
        """Take the headers that all requests have, and which of an answer are wanted, if any."""
        self._wanted = wanted
        self._origin = origin
        self._tls = (tls or ssl.create_default_context()) if origin.is_secure else None
        self._limits = limits or PoolLimits()
        self._head = _head(origin, headers)
        # The newest are taken first, so that the ones that are not needed grow old and are closed.
        self._idle: deque[tuple[float, Connection]] = deque()
        self._busy: set[Connection] = set()
        self._opening = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._sweep: asyncio.TimerHandle | None = None
        self._is_closed = False

    async def post(
        self, body: bytes, headers: Mapping[str, str], *, seconds: float, may_repeat: bool
    ) -> HttpAnswer:
        """Return the answer to `body`, waiting at most `seconds` for everything together.

        A kept connection that the server was just closing breaks under a request; it is sent again
        on a new connection if it `may_repeat`. Raises `TimeoutError`, `OSError` with its
        subclasses `NotHttpError` and `ConnectionBrokenError`, and `ssl.SSLError`.
        """
        data = b"%b%bcontent-length: %d\r\n\r\n%b" % (self._head, _lines(headers), len(body), body)
        deadline = asyncio.get_running_loop().time() + seconds
        connection = await self._take(deadline)
        try:
            return await connection.request(data, deadline)
        except ConnectionBrokenError as error:
            if not (error.is_stale and may_repeat):
                raise
        finally:
            self._give_back(connection)
        connection = await self._take(deadline, is_new=True)
        try:
            return await connection.request(data, deadline)
        finally:
            self._give_back(connection)

    def close(self) -> None:
        """Close all connections, for good; requests that are under way fail."""
        self._is_closed = True
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None
        for _, connection in self._idle:
            connection.close()
        self._idle.clear()
        for connection in self._busy:
            connection.close()

    async def _take(self, deadline: float, *, is_new: bool = False) -> Connection:
        if not is_new:
            connection = self._take_idle()
            if connection is not None:
                return connection
        async with asyncio.timeout_at(deadline):
            while len(self._busy) + len(self._idle) + self._opening >= self._limits.connections:
                connection = await self._wait(is_new=is_new)
                if connection is not None:
                    return connection
            return await self._open()

    def _take_idle(self) -> Connection | None:
        while self._idle:
            _, connection = self._idle.pop()
            if connection.is_usable:
                self._busy.add(connection)
                return connection
        return None

    async def _wait(self, *, is_new: bool) -> Connection | None:
        """Wait until a connection is given back or closed; return it if it can be used."""
        if is_new and self._idle:
            self._idle.popleft()[1].close()
            return None
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                self._next_turn()
            else:
                self._waiting.remove(turn)
            raise
        return None if is_new else self._take_idle()

    async def _open(self) -> Connection:
        loop = asyncio.get_running_loop()
        origin = self._origin
        self._opening += 1
        try:
            if origin.socket is not None:
                _, connection = await loop.create_unix_connection(self._make, origin.socket)
            else:
                name = origin.host if self._tls is not None else None
                _, connection = await loop.create_connection(
                    self._make, origin.host, origin.port, ssl=self._tls, server_hostname=name
                )
        except BaseException:
            self._next_turn()
            raise
        finally:
            self._opening -= 1
        self._busy.add(connection)
        if self._is_closed:
            connection.close()
        return connection

    def _make(self) -> Connection:
        return Connection(self._limits.answer_bytes, self._wanted)

    def _give_back(self, connection: Connection) -> None:
        self._busy.discard(connection)
        if connection.is_usable:
            now = asyncio.get_running_loop().time()
            self._idle.append((now, connection))
            if self._sweep is None:
                self._sweep_later(now)
        else:
            connection.close()
        self._next_turn()

    def _next_turn(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return

    def _sweep_later(self, since: float) -> None:
        loop = asyncio.get_running_loop()
        self._sweep = loop.call_at(since + self._limits.idle_seconds, self._close_idle)

    def _close_idle(self) -> None:
        """Close what has been idle for too long, before the server does."""
        self._sweep = None
        oldest_allowed = asyncio.get_running_loop().time() - self._limits.idle_seconds
        while self._idle and self._idle[0][0] <= oldest_allowed:
            self._idle.popleft()[1].close()
        if self._idle:
            self._sweep_later(self._idle[0][0])


def _head(origin: Origin, headers: Mapping[str, str]) -> bytes:
    own = {"host": origin.authority, **headers}
    if origin.authorization is not None:
        own["authorization"] = origin.authorization
    return f"POST {origin.target} HTTP/1.1\r\n".encode() + _lines(own)


def _lines(headers: Mapping[str, str]) -> bytes:
    return "".join(
        [f"{name}: {value.translate(_FORBIDDEN)}\r\n" for name, value in headers.items()]
    ).encode("latin-1", "replace")

"""A bounded load: so many requests over so many connections, every response compared."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length: "


class WrongResponseError(Exception):
    """A server did not answer what it has to answer."""


@dataclass(frozen=True, slots=True)
class Load:
    """What a client experienced."""

    seconds: float
    latencies: list[float]
    """In order, the shortest first."""

    def percentile(self, percent: float) -> float:
        """Return the latency that so many percent of the requests do not exceed."""
        return self.latencies[
            min(int(len(self.latencies) * percent / 100), len(self.latencies) - 1)
        ]


async def send_load(
    port: int, requests: Iterator[bytes], expected: bytes, *, count: int, connections: int
) -> Load:
    """Send `count` of the `requests`; each connection sends the next when it has its answer.

    Raises `WrongResponseError` when the body of a response is not `expected`.
    """
    loop = asyncio.get_running_loop()
    remaining = islice(requests, count)
    latencies: list[float] = []
    clients: list[_Client] = []
    for _ in range(connections):
        _, client = await loop.create_connection(
            lambda: _Client(remaining, expected, latencies), "127.0.0.1", port
        )
        clients.append(client)
    begun = time.perf_counter()
    for client in clients:
        client.send_next()
    try:
        for client in clients:
            await client.done
    finally:
        for client in clients:
            client.close()
    return Load(time.perf_counter() - begun, sorted(latencies))


class _Client(asyncio.Protocol):
    def __init__(self, requests: Iterator[bytes], expected: bytes, latencies: list[float]) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._requests = requests
        self._expected = expected
        self._latencies = latencies
        self._parts: list[bytes] = []
        self._missing = -1
        self._sent_at = 0.0
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(WrongResponseError(f"the connection ended: {exc}"))

    def close(self) -> None:
        self._transport.close()

    def send_next(self) -> None:
        request = next(self._requests, None)
        if request is None:
            if not self.done.done():
                self.done.set_result(None)
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._parts.append(data)
        if self._missing < 0:
            so_far = b"".join(self._parts)
            end = so_far.find(_HEAD_END)
            if end < 0:
                return
            head = so_far[:end].lower() + b"\r\n"
            start = head.index(_LENGTH) + len(_LENGTH)
            length = int(head[start : head.index(b"\r", start)])
            self._parts = [so_far[end + len(_HEAD_END) :]]
            self._missing = length - len(self._parts[0])
        else:
            self._missing -= len(data)
        if not self._missing:
            self._answered(b"".join(self._parts))

    def _answered(self, body: bytes) -> None:
        self._latencies.append(time.perf_counter() - self._sent_at)
        self._parts, self._missing = [], -1
        if body != self._expected:
            self.done.set_exception(WrongResponseError(body[:500].decode(errors="replace")))
            return
        self.send_next()

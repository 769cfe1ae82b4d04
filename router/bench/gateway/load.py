"""A bounded load: so many requests over so many connections, every response compared."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import httptools
import msgspec

from gateway.workloads import Request

_LONGEST_SECONDS = 300
_EXCERPT = 500


class WrongResponseError(Exception):
    """A server did not answer what it has to answer."""


@dataclass(slots=True)
class Comparison:
    """Compares responses with what is expected, and notes how they differ if they may."""

    is_exact: bool
    """Whether responses have to be the same bytes; otherwise the same JSON."""
    differences: set[str] = field(default_factory=set[str])

    def check(self, body: bytes, expected: bytes) -> None:
        """Raise `WrongResponseError` when a response is not what is expected."""
        if body == expected:
            return
        if self.is_exact:
            raise WrongResponseError(body[:_EXCERPT].decode(errors="replace"))
        try:
            found = msgspec.json.decode(body)
        except msgspec.DecodeError as error:
            raise WrongResponseError(body[:_EXCERPT].decode(errors="replace")) from error
        if found != msgspec.json.decode(expected):
            raise WrongResponseError(body[:_EXCERPT].decode(errors="replace"))
        same_order = msgspec.json.encode(found) == expected
        self.differences.add("white space" if same_order else "order of keys")


async def send_load(
    port: int, requests: Iterator[Request], comparison: Comparison, *, count: int, connections: int
) -> list[float]:
    """Send `count` of the `requests` and return the seconds that each took.

    Each connection sends the next when it has its answer. Raises `WrongResponseError`.
    """
    loop = asyncio.get_running_loop()
    remaining = islice(requests, count)
    latencies: list[float] = []
    clients: list[_Client] = []
    try:
        for _ in range(min(connections, count)):
            _, client = await loop.create_connection(
                lambda: _Client(remaining, comparison, latencies), "127.0.0.1", port
            )
            clients.append(client)
        for client in clients:
            client.send_next()
        async with asyncio.timeout(_LONGEST_SECONDS):
            for client in clients:
                await client.done
    finally:
        for client in clients:
            client.close()
    return latencies


class _Client(asyncio.Protocol):
    def __init__(
        self, requests: Iterator[Request], comparison: Comparison, latencies: list[float]
    ) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._requests = requests
        self._comparison = comparison
        self._latencies = latencies
        self._expected = b""
        self._parts: list[bytes] = []
        self._sent_at = 0.0
        self._transport: Any = None
        self._parser = httptools.HttpResponseParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(WrongResponseError(f"the connection ended: {exc}"))

    def close(self) -> None:
        self._transport.close()
        if self.done.done() and not self.done.cancelled():
            self.done.exception()

    def send_next(self) -> None:
        request = next(self._requests, None)
        if request is None:
            if not self.done.done():
                self.done.set_result(None)
            return
        self._expected = request.expected
        self._parser = httptools.HttpResponseParser(self)
        self._sent_at = time.perf_counter()
        self._transport.write(request.message)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, part: bytes) -> None:
        self._parts.append(part)

    def on_message_complete(self) -> None:
        self._latencies.append(time.perf_counter() - self._sent_at)
        body = b"".join(self._parts)
        self._parts = []
        try:
            self._comparison.check(body, self._expected)
        except WrongResponseError as error:
            if not self.done.done():
                self.done.set_exception(error)
            return
        # Not from within the parser that is still at work.
        asyncio.get_running_loop().call_soon(self.send_next)

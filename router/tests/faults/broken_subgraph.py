"""Subgraphs over HTTP that break in a certain way, and what they were sent."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

Misbehave = Callable[[asyncio.StreamWriter], Awaitable[None]]

_MB = 1024 * 1024
_FOREVER = 3600


class Server:
    """A server on loopback: its address, and the bodies of the requests that it got."""

    def __init__(self) -> None:
        self.url = ""
        self.bodies: list[bytes] = []

    @property
    def mutations(self) -> int:
        """Return how many of the requests were mutations."""
        return sum(b"mutation" in body for body in self.bodies)


def head(status: str, length: int, content_type: str = "application/json") -> bytes:
    """Return the first lines of a response."""
    lines = f"HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\r\n"
    return lines.encode()


def saying(status: str, body: bytes, content_type: str = "application/json") -> Misbehave:
    """Return what answers the same to everything."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(head(status, len(body), content_type) + body)

    return answer


async def hang_up_in_the_middle(writer: asyncio.StreamWriter) -> None:
    """Promise more than is sent, and reset the connection."""
    writer.write(head("200 OK", 1000) + b'{"data":')
    await writer.drain()
    raw: socket.socket = writer.get_extra_info("socket")
    # Without waiting for what is still to be sent: the other side gets a reset.
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def say_nothing(_: asyncio.StreamWriter) -> None:
    """Never answer."""
    await asyncio.sleep(_FOREVER)


async def drip(writer: asyncio.StreamWriter) -> None:
    """Send a byte now and then: there is always news, and never an end."""
    writer.write(head("200 OK", 1_000_000))
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


async def send_100_mb(writer: asyncio.StreamWriter) -> None:
    """Send a hundred megabytes before the answer."""
    body = b'{"data":{"total":1}}'
    writer.write(head("200 OK", 100 * _MB + len(body)))
    for _ in range(100):
        writer.write(b" " * _MB)
        await writer.drain()
    writer.write(body)


@asynccontextmanager
async def misbehaving(misbehave: Misbehave) -> AsyncGenerator[Server]:
    """Serve every request in the same bad way."""
    served = Server()
    conversations: set[asyncio.Task[None]] = set()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        conversations.add(task)
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                while True:
                    served.bodies.append(await _body(reader))
                    await misbehave(writer)
                    await writer.drain()
        finally:
            writer.transport.abort()
            conversations.discard(task)

    server = await asyncio.start_server(converse, "127.0.0.1", 0)
    served.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/graphql"
    try:
        yield served
    finally:
        server.close()
        for task in conversations:
            task.cancel()
        await asyncio.gather(*conversations, return_exceptions=True)
        await server.wait_closed()


@asynccontextmanager
async def refusing() -> AsyncGenerator[Server]:
    """Hold a port on which nobody listens."""
    served = Server()
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        served.url = f"http://127.0.0.1:{held.getsockname()[1]}/graphql"
        yield served


@asynccontextmanager
async def without_tls() -> AsyncGenerator[Server]:
    """Serve HTTP where the address promises TLS."""
    served = Server()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            await reader.read(1)
            writer.write(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(converse, "127.0.0.1", 0) as server:
        served.url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/graphql"
        yield served


async def _body(reader: asyncio.StreamReader) -> bytes:
    lines = (await reader.readuntil(b"\r\n\r\n")).lower()
    return await reader.readexactly(int(lines.split(b"content-length: ")[1].split(b"\r\n")[0]))

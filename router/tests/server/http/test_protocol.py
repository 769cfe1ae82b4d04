"""The short way of HTTP answers as the long one does, and ends what takes too long or too much."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

import pytest
import uvicorn
from hypothesis import given, settings
from hypothesis import strategies as st

from graphwing.server.http.protocol import RouterProtocol
from graphwing.server.http.request import Receive, Scope, Send
from graphwing.server.http.request_headers import RequestHeaders
from graphwing.server.http.response import HttpResponse, send_response

JSON = "application/json"


@dataclass
class App:
    """Answers with what it was sent, and notes which way that came."""

    ways: list[str] = field(default_factory=list[str])
    waits: asyncio.Event | None = None
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    headers: dict[str, str] | None = None
    size: int = 0

    def direct_media_type(self, target: bytes, headers: RequestHeaders) -> str | None:
        return JSON if target == b"/graphql" and "content-length" in headers else None

    async def respond(
        self,
        _headers: RequestHeaders,
        body: bytes,
        media_type: str,
        _client: tuple[str, int] | None,
    ) -> HttpResponse:
        self.ways.append("short")
        return await self._response(body, media_type)

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        self.ways.append("long")
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message["body"]
            more = message["more_body"]
        await send_response(send, await self._response(body, JSON))

    async def _response(self, body: bytes, media_type: str) -> HttpResponse:
        self.begun.set()
        if self.waits is not None:
            try:
                await self.waits.wait()
            except asyncio.CancelledError:
                self.cancelled.set()
                raise
        return HttpResponse(200, body + b" " * self.size, media_type, self.headers)


class Impatient(RouterProtocol):
    read_seconds = 0.05


class Small(RouterProtocol):
    header_bytes = 300


@asynccontextmanager
async def served(
    app: App, protocol: type[RouterProtocol] = RouterProtocol
) -> AsyncGenerator[tuple[uvicorn.Server, int]]:
    server = uvicorn.Server(
        uvicorn.Config(
            app, http=protocol, port=0, lifespan="off", log_config=None, date_header=False
        )
    )
    serving = asyncio.create_task(server._serve())  # pyright: ignore[reportPrivateUsage]
    while not server.started:
        await asyncio.sleep(0)
        assert not serving.done()
    try:
        yield server, server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await serving


async def exchanged(port: int, *pieces: bytes, responses: int = 1) -> list[tuple[bytes, bytes]]:
    """Return the heads and bodies of the responses to what is sent, piece by piece."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        return [await _response(reader) for _ in range(responses)]
    finally:
        writer.close()


async def _response(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = dict(line.lower().split(b": ") for line in head.split(b"\r\n")[1:-2])
    return head, await reader.readexactly(int(lines[b"content-length"]))


async def until_closed(port: int, *pieces: bytes) -> bytes:
    """Return everything that a server says until it hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


def post(body: bytes, *lines: bytes, target: bytes = b"/graphql") -> bytes:
    head = b"POST %b HTTP/1.1\r\nhost: a\r\ncontent-length: %d\r\n" % (target, len(body))
    return head + b"".join(b"%b\r\n" % line for line in lines) + b"\r\n" + body


CHUNKED = (
    b"POST /graphql HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n0\r\n\r\n"
)


@pytest.mark.parametrize("size", [0, 200_000])
async def test_both_ways_write_the_same(size: int) -> None:
    app = App(headers={"x-a": "b"}, size=size)
    async with served(app) as (_, port):
        short = await exchanged(port, post(b"one"))
        long = await exchanged(port, CHUNKED)

    assert app.ways == ["short", "long"]
    assert short == long
    assert short[0][1] == b"one" + b" " * size


async def test_requests_on_one_connection_are_answered_in_their_order() -> None:
    app = App()
    sent = post(b"1") + post(b"2", target=b"/other") + CHUNKED + post(b"3") + post(b"4")
    async with served(app) as (_, port):
        answers = await exchanged(port, sent, responses=5)

    assert [body for _, body in answers] == [b"1", b"2", b"one", b"3", b"4"]


@settings(max_examples=5, deadline=None)
@given(st.lists(st.lists(st.integers(1, 40), max_size=12), min_size=10, max_size=20))
def test_it_does_not_matter_how_the_bytes_arrive(cuts: list[list[int]]) -> None:
    sent = post(b"first") + post(b"second" * 20) + CHUNKED + post(b"")

    async def answered() -> None:
        async with served(App()) as (_, port):
            for sizes in cuts:
                ends = list(accumulate(sizes, initial=0))
                pieces = [sent[begin:end] for begin, end in pairwise([*ends, len(sent)])]
                answers = await exchanged(port, *pieces, responses=4)
                assert [body for _, body in answers] == [b"first", b"second" * 20, b"one", b""]

    asyncio.run(answered())


async def test_a_request_is_given_up_when_its_client_leaves() -> None:
    app = App(waits=asyncio.Event())
    async with served(app) as (_, port):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(post(b"one"))
        await app.begun.wait()
        writer.close()
        await app.cancelled.wait()


async def test_a_server_that_stops_answers_what_it_has_begun() -> None:
    app = App(waits=asyncio.Event())
    async with served(app) as (server, port):
        answering = asyncio.create_task(exchanged(port, post(b"one")))
        await app.begun.wait()
        server.should_exit = True
        assert app.waits is not None
        await asyncio.sleep(0.15)
        app.waits.set()
        ((head, body),) = await answering

    assert b"\r\nconnection: close\r\n" in head
    assert body == b"one"


async def test_a_connection_is_closed_when_the_client_asks_for_it() -> None:
    async with served(App()) as (_, port):
        said = await until_closed(port, post(b"one", b"connection: close"))

    assert said.endswith(b"connection: close\r\n\r\none")


@pytest.mark.parametrize(
    "pieces",
    [
        (b"POST /graphql HTTP/1.1\r\nhost",),
        (b"POST /graphql HTTP/1.1\r\ncontent-length: 9\r\n\r\nbo", b"d"),
        (b"POST /other HTTP/1.1\r\ncontent-length: 9\r\n\r\nbo", b"d"),
    ],
)
async def test_who_takes_too_long_is_told_so(pieces: tuple[bytes, ...]) -> None:
    async with served(App(), Impatient) as (_, port):
        said = await until_closed(port, *pieces)

    assert said.startswith(b"HTTP/1.1 408 Request Timeout\r\n")


async def test_a_connection_on_which_nothing_comes_is_closed_without_a_word() -> None:
    async with served(App(), Impatient) as (_, port):
        assert await until_closed(port) == b""


async def test_patience_is_for_requests_and_not_for_answers() -> None:
    app = App(waits=asyncio.Event())
    async with served(app, Impatient) as (_, port):
        answering = asyncio.create_task(exchanged(port, post(b"one")))
        await app.begun.wait()
        await asyncio.sleep(2 * Impatient.read_seconds)
        assert app.waits is not None
        app.waits.set()
        ((_, body),) = await answering

    assert body == b"one"


@pytest.mark.parametrize(
    "pieces",
    [
        (post(b"one", b"x: " + b"y" * 400),),
        (b"POST /graphql HTTP/1.1\r\nx: ", b"y" * 200, b"y" * 200),
        (b"GET /" + b"y" * 400 + b" HTTP/1.1\r\nhost: a\r\n\r\n",),
    ],
)
async def test_a_head_without_end_is_refused(pieces: tuple[bytes, ...]) -> None:
    app = App()
    async with served(app, Small) as (_, port):
        said = await until_closed(port, *pieces)

    assert said.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")


async def test_a_head_without_end_is_refused_after_other_requests_too() -> None:
    async with served(App(), Small) as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(post(b"one"))
        await _response(reader)
        writer.write(post(b"one", b"x: " + b"y" * 400))
        said = await reader.read()
        writer.close()

    assert said.startswith(b"HTTP/1.1 431 ")


async def test_a_large_body_is_no_large_head() -> None:
    async with served(App(), Small) as (_, port):
        answers = await exchanged(port, post(b"x" * 5000), post(b"y" * 5000), responses=2)

    assert [body[:1] for _, body in answers] == [b"x", b"y"]


@pytest.mark.parametrize(("name", "value"), [("x-a", "b\r\nset-cookie: c"), ("x a", "b")])
async def test_no_header_can_make_lines_of_its_own(
    name: str, value: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with served(App(headers={name: value})) as (_, port):
        assert await until_closed(port, post(b"one")) == b""

    assert "a response cannot have the header" in caplog.text

"""Subgraphs over real HTTP on loopback."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import msgspec
import pytest
from aiohttp import web

from graphwing.errors import NotReadyError, SubgraphError, SubgraphTimeoutError
from graphwing.execution import SubgraphAnswer, SubgraphRequest
from graphwing.execution.answer import read_raw_answer
from graphwing.execution.transports.http import HttpTransport

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def served(handler: Handler) -> AsyncGenerator[HttpTransport]:
    """An open transport to a subgraph that answers with `handler`."""
    server = web.Server(handler)
    runner = web.ServerRunner(server, shutdown_timeout=0.01)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    transport = HttpTransport("music", f"http://{host}:{port}/graphql")
    await transport.open()
    try:
        yield transport
    finally:
        await transport.close()
        await runner.cleanup()


@asynccontextmanager
async def raw_server(*answers: bytes) -> AsyncGenerator[tuple[HttpTransport, list[bytes]]]:
    """An open transport to a server that sends these bytes, and hangs up after broken ones."""
    remaining = list(answers)
    requests: list[bytes] = []

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while remaining:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            requests.append(head + await reader.readexactly(length))
            answer = remaining.pop(0)
            writer.write(answer)
            await writer.drain()
            if not answer.endswith(b"}}"):
                break
        writer.close()

    async with await asyncio.start_server(converse, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        transport = HttpTransport("music", f"http://127.0.0.1:{port}/graphql")
        await transport.open()
        try:
            yield transport, requests
        finally:
            await transport.close()


def ok(body: bytes) -> bytes:
    head = (
        f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def test_a_request_is_json_with_the_given_headers() -> None:
    seen: dict[str, object] = {}

    async def handler(request: web.BaseRequest) -> web.Response:
        seen.update(method=request.method, path=request.path, body=await request.json())
        seen.update(
            {
                name: request.headers.get(name)
                for name in ("content-type", "accept", "accept-language", "cookie")
            }
        )
        response = web.json_response({"data": {"a": "달"}})
        response.set_cookie("session", "of somebody else")
        return response

    async with served(handler) as transport:
        request = SubgraphRequest("query ($x: Int) { a }", {"x": 1}, {"accept-language": "ko"})
        await transport.send(request, timeout=5)
        answer = read_raw_answer(await transport.send(request, timeout=5))

    assert answer == SubgraphAnswer({"a": "달"})
    assert seen == {
        "method": "POST",
        "path": "/graphql",
        "body": {"query": "query ($x: Int) { a }", "variables": {"x": 1}},
        "content-type": "application/json",
        "accept": "application/graphql-response+json, application/json;q=0.9",
        "accept-language": "ko",
        "cookie": None,
    }


async def test_compressed_and_chunked_answers_are_read() -> None:
    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={"content-type": "application/json", "content-encoding": "gzip"}
        )
        await response.prepare(request)
        body = gzip.compress(msgspec.json.encode({"data": {"a": "x" * 50_000}}))
        for start in range(0, len(body), 16):
            await response.write(body[start : start + 16])
        return response

    async with served(handler) as transport:
        answer = read_raw_answer(await transport.send(SubgraphRequest("{ a }"), timeout=5))

    assert answer.data == {"a": "x" * 50_000}


async def test_an_answer_with_an_error_status_is_read_all_the_same() -> None:
    async def handler(_: web.BaseRequest) -> web.Response:
        return web.json_response({"errors": [{"message": "bad operation"}]}, status=400)

    async with served(handler) as transport:
        answer = read_raw_answer(await transport.send(SubgraphRequest("{ a }"), timeout=5))

    assert answer == SubgraphAnswer(None, [{"message": "bad operation"}])


async def test_a_slow_subgraph_is_given_up_in_time() -> None:
    async def handler(_: web.BaseRequest) -> web.Response:
        await asyncio.Event().wait()
        return web.Response()

    async with served(handler) as transport:
        with pytest.raises(SubgraphTimeoutError, match=r"did not answer within 0\.05 s"):
            await transport.send(SubgraphRequest("{ a }"), timeout=0.05)


async def test_an_answer_that_drips_counts_as_slow_too() -> None:
    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "application/json"})
        await response.prepare(request)
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.01)

    async with served(handler) as transport:
        with pytest.raises(SubgraphTimeoutError):
            await transport.send(SubgraphRequest("{ a }"), timeout=0.1)


async def test_a_closed_port_is_one_clear_error() -> None:
    async with await asyncio.start_server(lambda _, __: None, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
    transport = HttpTransport("music", f"http://127.0.0.1:{port}/graphql")
    await transport.open()

    with pytest.raises(SubgraphError) as failure:
        await transport.send(SubgraphRequest("{ a }"), timeout=5)
    await transport.close()

    assert str(failure.value) == "subgraph `music` cannot be reached: connection refused"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"", "broke off its answer"),
        (ok(b'{"data": {"a": 1}}')[:-4], "broke off its answer"),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "sent something that is not HTTP"),
    ],
)
async def test_a_broken_conversation_is_one_clear_error(answer: bytes, reason: str) -> None:
    async with raw_server(answer) as (transport, _):
        with pytest.raises(SubgraphError) as failure:
            await transport.send(SubgraphRequest("mutation { a }", kind="mutation"), timeout=5)

    assert str(failure.value) == f"subgraph `music` {reason}"


async def test_a_query_is_sent_again_when_a_kept_connection_had_just_been_closed() -> None:
    answer = ok(b'{"data": {"a": 1}}')
    async with raw_server(answer, b"", answer) as (transport, requests):
        await transport.send(SubgraphRequest("{ a }"), timeout=5)
        again = read_raw_answer(await transport.send(SubgraphRequest("{ a }"), timeout=5))

    assert again == SubgraphAnswer({"a": 1})
    assert len(requests) == 3


async def test_a_mutation_is_never_sent_twice() -> None:
    answer = ok(b'{"data": {"a": 1}}')
    async with raw_server(answer, b"", answer) as (transport, requests):
        await transport.send(SubgraphRequest("{ a }"), timeout=5)
        with pytest.raises(SubgraphError, match="broke off its answer"):
            await transport.send(SubgraphRequest("mutation { a }", kind="mutation"), timeout=5)

    assert len(requests) == 2


async def test_a_host_name_that_does_not_exist_and_an_address_that_is_no_url() -> None:
    reasons: list[str] = []
    for url in ("http://nowhere.invalid/graphql", "http://[::bad/graphql"):
        transport = HttpTransport("music", url)
        await transport.open()
        with pytest.raises(SubgraphError) as failure:
            await transport.send(SubgraphRequest("{ a }"), timeout=5)
        await transport.close()
        reasons.append(failure.value.reason)

    assert reasons == [
        "cannot be reached: its host name is unknown",
        "has an address that is no URL",
    ]


async def test_a_transport_that_is_not_open_says_so() -> None:
    with pytest.raises(NotReadyError):
        await HttpTransport("music", "http://127.0.0.1:1").send(SubgraphRequest("{ a }"), timeout=1)

"""Events of a subgraph, whichever way they come, and whatever goes wrong on it."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from contextvars import ContextVar
from typing import Any

import pytest
from aiohttp import WSMessage, web
from plans.live import TICKS, Clock, served
from strawberry.asgi import GraphQL

from graphwing.errors import (
    NotReadyError,
    StreamLostError,
    StreamRefusedError,
    SubgraphError,
    SubgraphTimeoutError,
)
from graphwing.execution import SubgraphAnswer, SubgraphRequest, Transport
from graphwing.execution.transports.asgi import Receive, Scope, Send
from graphwing.execution.transports.event_streams import EventStreams
from graphwing.execution.transports.http import HttpTransport
from graphwing.execution.transports.in_process import AsgiTransport, SchemaTransport
from graphwing.execution.transports.scripted import ScriptedTransport
from graphwing.execution.transports.sse import EventReader

SUBPROTOCOL = "graphql-transport-ws"
WEBSOCKET = EventStreams()
WAYS = ["http websocket", "http sse", "asgi websocket", "asgi sse", "schema"]
ASKED = SubgraphRequest(
    "subscription ($upTo: Int) { ticks(upTo: $upTo) { n } }",
    {"upTo": 3},
    {"accept-language": "ko"},
    "subscription",
)
ENDLESS = SubgraphRequest(TICKS.replace("song { title likes }", ""), kind="subscription")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@asynccontextmanager
async def opened(transport: Transport) -> AsyncGenerator[Transport]:
    await transport.open()
    try:
        yield transport
    finally:
        await transport.close()


@asynccontextmanager
async def reached(way: str, clock: Clock) -> AsyncGenerator[Transport]:
    """An open transport to the subgraph of ticks."""
    app = GraphQL[Any, Any](clock.schema, subscription_protocols=(SUBPROTOCOL, "graphql-sse"))
    place, _, protocol = way.partition(" ")
    streams = EventStreams("sse" if protocol == "sse" else "auto")
    match place:
        case "http":
            async with (
                served(app) as address,
                opened(HttpTransport("ticks", f"http://{address}/", streams=streams)) as transport,
            ):
                yield transport
        case "asgi":
            async with opened(AsgiTransport("ticks", app, streams=streams)) as transport:
                yield transport
        case _:
            async with opened(SchemaTransport("ticks", clock.schema)) as transport:
                yield transport


async def heard(
    transport: Transport, request: SubgraphRequest = ASKED, seconds: float = 5
) -> list[Any]:
    """Return the events, and the error at the end if there is one."""
    events: list[Any] = []
    try:
        async with aclosing(transport.subscribe(request, timeout=seconds)) as stream:
            async for event in stream:
                events.append(event)  # noqa: PERF401 - those before an error count
    except SubgraphError as error:
        events.append(error)
    return events


@pytest.mark.parametrize("way", WAYS)
async def test_events_arrive_in_order_until_the_subgraph_completes(way: str, clock: Clock) -> None:
    async with reached(way, clock) as transport:
        events = await heard(transport)

    assert [event.data for event in events] == [{"ticks": {"n": n}} for n in range(3)]
    request = clock.contexts[0]["request"]
    assert request.headers["accept-language"] == "ko"


@pytest.mark.parametrize("way", WAYS)
async def test_whoever_leaves_closes_the_generator_of_the_subgraph(way: str, clock: Clock) -> None:
    async with reached(way, clock) as transport:
        async with aclosing(transport.subscribe(ENDLESS, timeout=5)) as events:
            assert (await anext(events)).data == {"ticks": {"n": 0}}
            waiting = asyncio.ensure_future(anext(events))
            await asyncio.sleep(0)
            assert not clock.is_closed.is_set()
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
        async with asyncio.timeout(1):
            await clock.is_closed.wait()


@pytest.mark.parametrize("way", WAYS)
async def test_a_subscription_that_is_refused_ends_with_the_errors_of_the_subgraph(
    way: str, clock: Clock
) -> None:
    async with reached(way, clock) as transport:
        (error,) = await heard(transport, SubgraphRequest("subscription { no }"))

    if isinstance(error, SubgraphAnswer):
        # Except over WebSockets, Strawberry says what is wrong where the first event would be.
        assert way in {"http sse", "asgi sse", "schema"}
        errors = error.errors
    else:
        assert isinstance(error, StreamRefusedError)
        errors = error.errors
    assert [one["message"] for one in errors] == ["Cannot query field 'no' on type 'Subscription'."]


@pytest.mark.parametrize("way", WAYS)
async def test_an_error_in_an_event_is_part_of_it(way: str, clock: Clock) -> None:
    async with reached(way, clock) as transport:
        first, second = await heard(transport, SubgraphRequest("subscription { broken }"))

    assert first.data == {"broken": 1}
    assert second.data is None
    assert [one["message"] for one in second.errors] == ["out of order"]


async def test_a_transport_that_is_not_open_says_so() -> None:
    transport = HttpTransport("ticks", "http://127.0.0.1:1/")

    with pytest.raises(NotReadyError):
        await anext(transport.subscribe(ASKED, timeout=5))


Conversation = Callable[[web.WebSocketResponse], Awaitable[None]]


@asynccontextmanager
async def talking(
    talk: Conversation, streams: EventStreams = WEBSOCKET, protocol: str = SUBPROTOCOL
) -> AsyncGenerator[Transport]:
    """An open transport to a server that speaks over a WebSocket as `talk` does."""

    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        socket = web.WebSocketResponse(protocols=[protocol])
        await socket.prepare(request)
        await talk(socket)
        return socket

    async with answering(handler, streams) as transport:
        yield transport


@asynccontextmanager
async def answering(
    handler: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]], streams: EventStreams
) -> AsyncGenerator[Transport]:
    runner = web.ServerRunner(web.Server(handler), shutdown_timeout=0.01)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    url = f"http://{host}:{port}/graphql"
    try:
        async with opened(HttpTransport("ticks", url, streams=streams)) as transport:
            yield transport
    finally:
        await runner.cleanup()


async def acknowledge(socket: web.WebSocketResponse) -> dict[str, Any]:
    """Acknowledge the connection and return what is subscribed to."""
    assert (await socket.receive_json())["type"] == "connection_init"
    await socket.send_json({"type": "connection_ack"})
    return await socket.receive_json()


NEXT = {"type": "next", "id": "1", "payload": {"data": {"n": 1}}}
JUNK = f"subgraph `ticks` sent a message that is not of {SUBPROTOCOL}"


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("x", JUNK),
        ('{"type": "news"}', JUNK),
        ('{"type": "next", "id": "2"}', JUNK),
        ('{"type": "error", "id": "1", "payload": {}}', JUNK),
        (
            '{"type": "next", "id": "1", "payload": 1}',
            "subgraph `ticks` sent JSON that is no GraphQL answer",
        ),
        ('{"type": "next", "id": "1"}', "subgraph `ticks` sent an empty answer"),
    ],
)
async def test_junk_over_a_websocket_is_one_clear_error(said: str, message: str) -> None:
    after: list[str] = []

    async def talk(socket: web.WebSocketResponse) -> None:
        await acknowledge(socket)
        await socket.send_json(NEXT)
        await socket.send_str(said)
        async for one in socket:
            assert isinstance(one, WSMessage)
            after.append(one.data)

    async with talking(talk) as transport:
        event, error = await heard(transport)

    assert event == SubgraphAnswer({"n": 1})
    assert str(error) == message
    assert after == ['{"type":"complete","id":"1"}']


async def test_a_websocket_that_closes_loses_the_events() -> None:
    async def talk(socket: web.WebSocketResponse) -> None:
        await acknowledge(socket)
        await socket.send_json(NEXT)
        await socket.close(code=1011, message=b"out of memory")

    async with talking(talk) as transport:
        event, error = await heard(transport)

    assert event == SubgraphAnswer({"n": 1})
    assert isinstance(error, StreamLostError)
    assert str(error) == "subgraph `ticks` broke off its events: 1011 out of memory"


async def test_a_connection_that_is_not_acknowledged_is_an_error() -> None:
    async def refuse(socket: web.WebSocketResponse) -> None:
        await socket.receive()
        await socket.close(code=4403, message=b"Forbidden")

    async def ignore(socket: web.WebSocketResponse) -> None:
        async for _ in socket:
            pass

    async def nothing(_: web.WebSocketResponse) -> None:
        return

    async with talking(refuse) as transport:
        (refused,) = await heard(transport)
    async with talking(ignore) as transport:
        (ignored,) = await heard(transport, seconds=0.1)
    async with talking(nothing, protocol="graphql-ws") as transport:
        (other,) = await heard(transport)

    assert str(refused) == "subgraph `ticks` refuses the connection: 4403 Forbidden"
    assert isinstance(ignored, SubgraphTimeoutError)
    assert str(other) == f"subgraph `ticks` does not speak {SUBPROTOCOL}"


async def test_a_handshake_that_is_refused_is_an_error() -> None:
    statuses = [401, 404]

    async def handler(_: web.BaseRequest) -> web.Response:
        return web.Response(status=statuses.pop(0))

    async with answering(handler, EventStreams()) as transport:
        (denied,) = await heard(transport)
    async with answering(handler, EventStreams("websocket")) as transport:
        (missing,) = await heard(transport)

    assert str(denied) == "subgraph `ticks` refuses the WebSocket: HTTP status 401"
    assert str(missing) == "subgraph `ticks` refuses the WebSocket: HTTP status 404"


async def test_events_are_asked_for_over_sse_where_there_is_no_websocket() -> None:
    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        if request.method == "GET":
            return web.Response(status=405)
        return await events(f"{FIRST}event: complete\n\n")(request)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
            return
        headers = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        body = f"{FIRST}event: complete\n\n".encode()
        await send({"type": "http.response.body", "body": body, "more_body": True})
        while (await receive())["type"] != "http.disconnect":
            pass

    async with answering(handler, EventStreams()) as transport:
        assert await heard(transport) == [SubgraphAnswer({"n": 1})]
    assert await heard(AsgiTransport("ticks", app)) == [SubgraphAnswer({"n": 1})]


@pytest.mark.parametrize("protocol", ["websocket", "sse"])
async def test_a_closed_port_is_an_error(protocol: Any) -> None:  # noqa: ANN401
    async with await asyncio.start_server(lambda _, __: None, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
    streams = EventStreams(protocol)

    async with opened(
        HttpTransport("ticks", f"http://127.0.0.1:{port}/", streams=streams)
    ) as transport:
        (error,) = await heard(transport)

    assert str(error) == "subgraph `ticks` cannot be reached: connection refused"


async def test_the_introduction_carries_the_headers_and_pings_are_answered() -> None:
    said: list[Any] = []

    async def talk(socket: web.WebSocketResponse) -> None:
        said.append(await socket.receive_json())
        await socket.send_json({"type": "ping", "payload": {"a": 1}})
        said.append(await socket.receive_json())
        await socket.send_json({"type": "connection_ack", "payload": {}})
        said.append(await socket.receive_json())
        await socket.send_json({"type": "complete", "id": "1"})
        await socket.receive()

    async with talking(talk) as transport:
        assert await heard(transport) == []

    payload = {"query": ASKED.operation, "variables": ASKED.variables}
    assert said == [
        {"type": "connection_init", "payload": {"accept-language": "ko"}},
        {"type": "pong", "payload": {"a": 1}},
        {"type": "subscribe", "id": "1", "payload": payload},
    ]


async def test_a_silent_subgraph_is_asked_whether_it_is_there_and_then_given_up() -> None:
    streams = EventStreams(ping=0.02, silence=0.06)
    asked: list[str] = []

    async def talk(socket: web.WebSocketResponse) -> None:
        await acknowledge(socket)
        asked.append((await socket.receive_json())["type"])
        await socket.send_json({"type": "pong"})
        asked.append((await socket.receive_json())["type"])
        async for _ in socket:
            pass

    async with talking(talk, streams) as transport:
        (error,) = await heard(transport)

    assert asked == ["ping", "ping"]
    assert isinstance(error, StreamLostError)
    assert str(error) == "subgraph `ticks` has been silent for 0.06 s"


async def test_events_can_be_at_another_address() -> None:
    paths: list[str] = []

    async def handler(request: web.BaseRequest) -> web.Response:
        paths.append(request.path)
        return web.Response(status=404)

    for streams in (EventStreams(path="/events"), EventStreams("sse", path="/events")):
        async with answering(handler, streams) as transport:
            await heard(transport)

    assert paths == ["/events", "/events", "/events"]


def events(text: str) -> Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]:
    async def handler(_: web.BaseRequest) -> web.Response:
        return web.Response(text=text, content_type="text/event-stream")

    return handler


FIRST = 'event: next\ndata: {"data": {"n": 1}}\n\n'


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        (FIRST, StreamLostError, "broke off its events"),
        (f"{FIRST}event: next\ndata: {{\n\n", SubgraphError, "sent an answer that is not JSON"),
        (f"{FIRST}event: next\ndata: []\n\n", SubgraphError, "sent JSON that is no GraphQL answer"),
    ],
)
async def test_what_goes_wrong_over_sse_is_one_clear_error(
    text: str, kind: type[SubgraphError], message: str
) -> None:
    async with answering(events(text), EventStreams("sse")) as transport:
        event, error = await heard(transport)

    assert event == SubgraphAnswer({"n": 1})
    assert type(error) is kind
    assert str(error) == f"subgraph `ticks` {message}"


async def test_a_response_that_is_cut_off_loses_the_events() -> None:
    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        await response.write(FIRST.encode())
        assert request.transport is not None
        request.transport.abort()
        return response

    async with answering(handler, EventStreams("sse")) as transport:
        event, error = await heard(transport)

    assert event == SubgraphAnswer({"n": 1})
    assert isinstance(error, StreamLostError)


async def test_a_response_without_events_is_a_refusal() -> None:
    said = [
        (400, "application/json", '{"errors": [{"message": "no"}]}'),
        (200, "application/json", '{"data": {"n": 1}}'),
        (502, "text/html", "<html>"),
    ]

    async def handler(_: web.BaseRequest) -> web.Response:
        status, content_type, text = said.pop(0)
        return web.Response(status=status, content_type=content_type, text=text)

    async with answering(handler, EventStreams("sse")) as transport:
        refused, single, failed = [(await heard(transport))[0] for _ in range(3)]

    assert isinstance(refused, StreamRefusedError)
    assert list(refused.errors) == [{"message": "no"}]
    assert str(single) == "subgraph `ticks` answered a subscription with a single response"
    assert str(failed) == "subgraph `ticks` answered with HTTP status 502"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_events_are_read_however_their_bytes_are_cut(end: str, size: int) -> None:
    lines = [
        ":keep-alive", "", "event: next", 'data: {"a":', "data:1}", "id: 7", "",
        "event:complete", "data:", "", "data: of another kind", "", "",
    ]  # fmt: skip
    raw = end.join(lines).encode()
    reader = EventReader()

    read = [
        event
        for start in range(0, len(raw), size)
        for event in reader.feed(raw[start : start + size])
    ]

    assert read == [
        (b"next", b'{"a":\n1}'),
        (b"complete", b""),
        (b"message", b"of another kind"),
    ]
    assert reader.waiting == 0


CURRENT: ContextVar[str] = ContextVar("CURRENT", default="nobody")


async def test_a_generator_in_this_process_is_isolated_and_cleans_up_where_it_began() -> None:
    seen: list[object] = []

    async def ticking(_: SubgraphRequest) -> AsyncGenerator[SubgraphAnswer]:
        seen.append(CURRENT.get())
        CURRENT.set("the subgraph")
        task = asyncio.current_task()
        try:
            while True:
                yield SubgraphAnswer({"n": 1})
        finally:
            seen.append(asyncio.current_task() is task)

    async def nothing(_: SubgraphRequest) -> SubgraphAnswer:
        return SubgraphAnswer()

    CURRENT.set("the request")
    async with aclosing(
        ScriptedTransport("ticks", nothing, ticking).subscribe(ASKED, timeout=5)
    ) as stream:
        assert (await anext(stream)).data == {"n": 1}
        assert CURRENT.get() == "the request"

    assert seen == ["the request", True]


async def test_a_generator_that_fails_or_cancels_itself_loses_its_events() -> None:
    async def failing(_: SubgraphRequest) -> AsyncGenerator[SubgraphAnswer]:
        yield SubgraphAnswer({"n": 1})
        raise ValueError("secret")

    async def cancelling(_: SubgraphRequest) -> AsyncGenerator[SubgraphAnswer]:
        yield SubgraphAnswer({"n": 1})
        raise asyncio.CancelledError

    async def nothing(_: SubgraphRequest) -> SubgraphAnswer:
        return SubgraphAnswer()

    async def grouping(_: SubgraphRequest) -> AsyncGenerator[SubgraphAnswer]:
        yield SubgraphAnswer({"n": 1})
        raise BaseExceptionGroup("several", [asyncio.CancelledError()])

    _, failed = await heard(ScriptedTransport("ticks", nothing, failing))
    _, several = await heard(ScriptedTransport("ticks", nothing, grouping))
    _, cancelled = await heard(ScriptedTransport("ticks", nothing, cancelling))
    (none,) = await heard(ScriptedTransport("ticks", nothing))

    assert str(failed) == str(several) == "subgraph `ticks` failed while it sent events"
    assert str(cancelled) == "subgraph `ticks` cancelled its own events"
    assert isinstance(failed, StreamLostError)
    assert isinstance(cancelled, StreamLostError)
    assert str(none) == "subgraph `ticks` has no events; give its `Subgraph` `events`"


async def test_a_generator_that_fails_to_clean_up_bothers_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def untidy(_: SubgraphRequest) -> AsyncGenerator[SubgraphAnswer]:
        # A group makes an exception group of the way in which a generator is left.
        async with asyncio.TaskGroup():
            yield SubgraphAnswer({"n": 1})
            await asyncio.Event().wait()

    async def nothing(_: SubgraphRequest) -> SubgraphAnswer:
        return SubgraphAnswer()

    async with aclosing(
        ScriptedTransport("ticks", nothing, untidy).subscribe(ASKED, timeout=5)
    ) as stream:
        await anext(stream)

    gc.collect()
    assert caplog.records == []


async def test_an_application_that_is_no_server_of_events_is_an_error() -> None:
    async def silent(_: Scope, __: Receive, ___: Send) -> None:
        return

    async def failing(_: Scope, __: Receive, ___: Send) -> None:
        raise ValueError("secret")

    async def closing(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "websocket.close", "code": 1008})

    async def stuck(_: Scope, receive: Receive, __: Send) -> None:
        while (await receive())["type"] != "websocket.disconnect":
            pass

    only = EventStreams("websocket")

    said = [
        str((await heard(AsgiTransport("ticks", app, streams=only), seconds=0.05))[0])
        for app in (silent, failing, closing, stuck)
    ]

    assert said == [
        "subgraph `ticks` ended without an answer",
        "subgraph `ticks` failed while it sent events",
        "subgraph `ticks` refuses the WebSocket",
        "subgraph `ticks` did not answer within 0.05 s",
    ]

"""Subgraphs inside this process behave as if they were elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

import pytest
import strawberry
from graphql import GraphQLError
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from strawberry.types import ExecutionResult

from graphwing.errors import SubgraphError, SubgraphStartError, SubgraphTimeoutError
from graphwing.execution import SubgraphAnswer, SubgraphRequest
from graphwing.execution.answer import read_raw_answer
from graphwing.execution.loop_hold import LoopHold
from graphwing.execution.transports.asgi import AsgiApp, Receive, Scope, Send
from graphwing.execution.transports.in_process import DIRECT, AsgiTransport, SchemaTransport

CURRENT: ContextVar[str] = ContextVar("CURRENT", default="nobody")
ASKED = SubgraphRequest("{ a }", {"x": [1]}, {"accept-language": "ko"})


@asynccontextmanager
async def opened(app: AsgiApp, path: str = "/graphql") -> AsyncGenerator[AsgiTransport]:
    transport = AsgiTransport("music", app, path=path)
    await transport.open()
    try:
        yield transport
    finally:
        await transport.close()


def answering(response: Response) -> Starlette:
    async def graphql(_: Request) -> Response:
        return response

    return Starlette(routes=[Route("/graphql", graphql, methods=["POST"])])


async def test_an_application_is_asked_like_over_http() -> None:
    seen: dict[str, Any] = {}

    async def graphql(request: Request) -> Response:
        seen.update(body=await request.json(), url=str(request.url), headers=dict(request.headers))
        return JSONResponse({"data": {"a": "달"}})

    app = Starlette(routes=[Route("/api/graphql", graphql, methods=["POST"])])
    async with opened(app, path="/api/graphql") as transport:
        answer = read_raw_answer(await transport.send(ASKED, timeout=5))

    assert answer == SubgraphAnswer({"a": "달"})
    assert seen["body"] == {"query": "{ a }", "variables": {"x": [1]}}
    assert seen["url"] == "http://localhost/api/graphql"
    assert seen["headers"] == {
        "host": "localhost",
        "content-length": "39",
        "content-type": "application/json",
        "accept": "application/graphql-response+json, application/json;q=0.9",
        "accept-language": "ko",
    }


async def test_start_up_and_shutdown_run_once_around_all_requests() -> None:
    events: list[str] = []

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[dict[str, str]]:
        events.append("start")
        async with asyncio.TaskGroup():
            yield {"pool": "open"}
        events.append("stop")

    async def graphql(request: Request) -> Response:
        events.append(request.state.pool)
        return JSONResponse({"data": {"a": 1}})

    app = Starlette(routes=[Route("/graphql", graphql, methods=["POST"])], lifespan=lifespan)
    async with opened(app) as transport:
        await transport.send(ASKED, timeout=5)
        await transport.send(ASKED, timeout=5)

    assert events == ["start", "open", "open", "stop"]


async def test_an_application_that_does_not_start_says_why() -> None:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        raise ConnectionError("no database")
        yield

    async def bare(_: Scope, receive: Receive, __: Send) -> None:
        await receive()
        raise ConnectionError("no database")

    for app in (Starlette(lifespan=lifespan), bare):
        with pytest.raises(SubgraphStartError, match="no database") as failure:
            await AsgiTransport("music", app).open()
        assert str(failure.value).startswith("subgraph `music` does not start: ")


async def test_an_application_without_a_lifespan_is_fine() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        await JSONResponse({"data": {"a": 1}})(scope, receive, send)

    async with opened(app) as transport:
        assert read_raw_answer(await transport.send(ASKED, timeout=5)) == SubgraphAnswer({"a": 1})


async def test_streamed_answers_are_put_together() -> None:
    async def parts() -> AsyncGenerator[bytes]:
        for part in (b'{"data": ', b'{"a": 1', b"}}"):
            yield part

    app = answering(StreamingResponse(parts(), media_type="application/json"))
    async with opened(app) as transport:
        assert read_raw_answer(await transport.send(ASKED, timeout=5)) == SubgraphAnswer({"a": 1})


async def test_what_an_application_raises_stays_its_own_failure() -> None:
    async def graphql(_: Request) -> Response:
        raise LookupError("secret detail")

    app = Starlette(routes=[Route("/graphql", graphql, methods=["POST"])])
    async with opened(app) as transport:
        with pytest.raises(SubgraphError) as failure:
            await transport.send(ASKED, timeout=5)

    assert str(failure.value) == "subgraph `music` failed while it answered"
    assert isinstance(failure.value.__cause__, LookupError)


@pytest.mark.parametrize(
    ("app", "reason"),
    [
        (answering(PlainTextResponse("no", status_code=503)), "answered with HTTP status 503"),
        (Starlette(), "answered with HTTP status 404"),
        (answering(Response(b"", media_type="application/json")), "sent an empty answer"),
    ],
)
async def test_answers_that_are_not_graphql_are_one_clear_error(app: AsgiApp, reason: str) -> None:
    async with opened(app) as transport:
        sent = await transport.send(ASKED, timeout=5)

    with pytest.raises(SubgraphError) as failure:
        read_raw_answer(sent)
    assert failure.value.reason == reason


async def test_an_application_that_sends_nothing_is_one_clear_error() -> None:
    async def silent(_: Scope, __: Receive, ___: Send) -> None:
        pass

    async with opened(silent) as transport:
        with pytest.raises(SubgraphError, match="ended without an answer"):
            await transport.send(ASKED, timeout=5)


async def test_a_slow_application_is_cancelled_in_time() -> None:
    cancelled = asyncio.Event()

    async def slow(scope: Scope, _: Receive, __: Send) -> None:
        if scope["type"] == "http":
            try:
                await asyncio.Event().wait()
            finally:
                cancelled.set()

    async with opened(slow) as transport:
        with pytest.raises(SubgraphTimeoutError):
            await transport.send(ASKED, timeout=0.01)

    assert cancelled.is_set()


async def test_an_application_that_cancels_itself_does_not_cancel_the_request() -> None:
    async def odd(scope: Scope, _: Receive, __: Send) -> None:
        if scope["type"] == "http":
            raise asyncio.CancelledError

    async with opened(odd) as transport:
        with pytest.raises(SubgraphError, match="cancelled its own answer"):
            await transport.send(ASKED, timeout=5)


async def test_a_client_that_leaves_cancels_the_application() -> None:
    asked, cancelled = asyncio.Event(), asyncio.Event()

    async def slow(scope: Scope, _: Receive, __: Send) -> None:
        if scope["type"] == "http":
            asked.set()
            try:
                await asyncio.Event().wait()
            finally:
                cancelled.set()

    async with opened(slow) as transport:
        request = asyncio.create_task(transport.send(ASKED, timeout=5))
        await asked.wait()
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request

    assert cancelled.is_set()


async def test_background_work_that_fails_after_the_answer_changes_nothing() -> None:
    def fail() -> None:
        raise RuntimeError("too late")

    app = answering(JSONResponse({"data": {"a": 1}}, background=BackgroundTask(fail)))
    async with opened(app) as transport:
        assert read_raw_answer(await transport.send(ASKED, timeout=5)) == SubgraphAnswer({"a": 1})


async def test_context_variables_are_seen_and_do_not_leak_back() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            before = CURRENT.get()
            CURRENT.set("the subgraph")
            await JSONResponse({"data": {"before": before}})(scope, receive, send)

    CURRENT.set("the request")
    async with opened(app) as transport:
        answer = read_raw_answer(await transport.send(ASKED, timeout=5))

    assert answer == SubgraphAnswer({"before": "the request"})
    assert CURRENT.get() == "the request"


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, info: strawberry.Info, name: str) -> str:
        request: SubgraphRequest = info.context["request"]
        return f"{name} in {request.headers['accept-language']}"

    @strawberry.field
    def fail(self) -> int | None:
        raise ValueError("no such thing")


SCHEMA = strawberry.Schema(Query)


async def test_a_strawberry_schema_is_executed_without_http() -> None:
    transport = SchemaTransport("music", SCHEMA)
    operation = "query ($name: String!) { hello(name: $name) }"

    request = SubgraphRequest(operation, {"name": "Haru"}, {"accept-language": "ko"})
    answer = read_raw_answer(await transport.send(request, timeout=5))

    assert answer == SubgraphAnswer({"hello": "Haru in ko"})


async def test_resolvers_get_the_context_that_was_asked_for() -> None:
    transport = SchemaTransport(
        "music",
        SCHEMA,
        context=lambda _: {"request": SubgraphRequest("", {}, {"accept-language": "x"})},
    )

    request = SubgraphRequest('{ hello(name: "Haru") }')
    answer = read_raw_answer(await transport.send(request, timeout=5))

    assert answer.data == {"hello": "Haru in x"}


async def test_errors_of_resolvers_come_with_their_path() -> None:
    transport = SchemaTransport("music", SCHEMA)
    answer = read_raw_answer(await transport.send(SubgraphRequest("{ fail }"), timeout=5))

    assert answer.data == {"fail": None}
    assert [(one["message"], one["path"]) for one in answer.errors] == [("no such thing", ["fail"])]


class Clock:
    """Time that passes only where a test lets it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@strawberry.type
class HoldingTrack:
    @strawberry.field
    def title(self, info: strawberry.Info[dict[str, Any], None]) -> str:
        info.context["work"]()
        return "a"


@strawberry.type
class HoldingQuery:
    """Its tracks are made in a task of the subgraph's own."""

    @strawberry.field
    async def tracks(self, info: strawberry.Info[dict[str, Any], None]) -> list[HoldingTrack]:
        async def make() -> list[HoldingTrack]:
            info.context["work"]()
            await asyncio.sleep(0)
            return [HoldingTrack()]

        return await asyncio.create_task(make())

    @strawberry.field
    async def waits(self) -> int:
        await asyncio.sleep(0)
        return 1


def holding(clock: Clock, hold: LoopHold, seconds: float) -> SchemaTransport:
    """Return the way to a schema whose resolvers hold the loop for some seconds each."""

    def work() -> None:
        clock.now += seconds

    return SchemaTransport(
        "music", strawberry.Schema(HoldingQuery), context=lambda _: {"work": work}, hold=hold
    )


async def test_it_is_known_how_long_a_subgraph_holds_the_event_loop() -> None:
    clock = Clock()
    hold = LoopHold("music", clock=clock)
    transport = holding(clock, hold, 0.0625)
    await transport.open()

    await transport.send(SubgraphRequest("{ waits tracks { title } }"), timeout=5)

    assert hold.longest == 0.0625
    assert hold.total == 0.125


async def test_time_in_which_a_subgraph_waits_holds_nothing() -> None:
    clock = Clock()
    hold = LoopHold("music", clock=clock)

    async def app(scope: Scope, _: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return
        asyncio.get_running_loop().call_soon(lambda: setattr(clock, "now", clock.now + 9))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await JSONResponse({"data": {"a": 1}})(scope, _, send)

    transport = AsgiTransport("music", app, hold=hold)
    await transport.open()
    await transport.send(ASKED, timeout=5)
    await transport.close()

    assert clock.now == 1009
    assert hold.longest == 0


async def test_who_holds_the_event_loop_long_is_named_once_a_minute(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = Clock()
    hold = LoopHold("music", clock=clock)
    transport = holding(clock, hold, 0.25)
    await transport.open()

    await transport.send(SubgraphRequest("{ tracks { title } }"), timeout=5)
    clock.now += 30
    await transport.send(SubgraphRequest("{ tracks { title } }"), timeout=5)
    clock.now += 30
    await transport.send(SubgraphRequest("{ tracks { title } }"), timeout=5)

    said = "subgraph `music` held the event loop for 250 ms, in which nothing else was served"
    assert caplog.messages == [said, said]


async def test_tasks_of_others_are_not_measured() -> None:
    clock = Clock()
    hold = LoopHold("music", clock=clock)
    transport = holding(clock, hold, 0.25)
    await transport.open()

    async def other() -> None:
        clock.now += 5

    await asyncio.create_task(other())

    assert hold.total == 0


async def test_an_application_that_offers_direct_execution_is_asked_without_http() -> None:
    seen: list[object] = []

    async def execute(
        operation: str, variables: dict[str, Any], headers: dict[str, str]
    ) -> ExecutionResult:
        seen.append((operation, variables, headers))
        error = GraphQLError("gone", path=["a"], extensions={"code": "GONE"})
        return ExecutionResult(data={"a": None}, errors=[error])

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[dict[str, object]]:
        yield {DIRECT: execute}

    async with opened(Starlette(lifespan=lifespan)) as transport:
        sent = await transport.send(
            SubgraphRequest("{ a }", {"x": [1]}, {"Accept-Language": "ko"}), timeout=5
        )

    assert seen == [("{ a }", {"x": [1]}, {"accept-language": "ko"})]
    assert read_raw_answer(sent) == SubgraphAnswer(
        {"a": None}, [{"message": "gone", "path": ["a"], "extensions": {"code": "GONE"}}]
    )

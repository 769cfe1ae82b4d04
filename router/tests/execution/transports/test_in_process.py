"""Subgraphs inside this process behave as if they were elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

import pytest
import strawberry
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from graphwing.errors import SubgraphError, SubgraphStartError, SubgraphTimeoutError
from graphwing.execution import SubgraphAnswer, SubgraphRequest
from graphwing.execution.answer import read_raw_answer
from graphwing.execution.transports.asgi import AsgiApp, Receive, Scope, Send
from graphwing.execution.transports.in_process import AsgiTransport, SchemaTransport

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

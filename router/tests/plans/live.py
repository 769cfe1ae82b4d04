"""A graph with a subscription: ticks from one subgraph, each with a song that two others know."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import strawberry
import uvicorn

from graphwing import Router, Subgraph, SubgraphAnswer, SubgraphRequest
from graphwing.execution.transports.asgi import AsgiApp
from graphwing.server.app import RouterApp
from graphwing.server.http.protocol import RouterProtocol

TICKS = "subscription ($upTo: Int) { ticks(upTo: $upTo) { n song { title likes } } }"

_LINK = """extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
"""
_TITLES = f'{_LINK} type Song @key(fields: "id") {{ id: ID! title: String! }}'
_LIKES = f'{_LINK} type Song @key(fields: "id") {{ id: ID! likes: Int! }}'


def tick(n: int) -> dict[str, Any]:
    """Return the response to one event of `TICKS`."""
    return {"data": {"ticks": {"n": n, "song": {"title": f"Song {n % 7}", "likes": n % 7 * 10}}}}


class Clock:
    """The subgraph of ticks: its schema, and what became of its generators."""

    def __init__(self) -> None:
        self.opened = 0
        self.is_open = asyncio.Event()
        self.is_closed = asyncio.Event()
        self.contexts: list[Any] = []
        self.schema = self._schema()

    def _schema(self) -> strawberry.federation.Schema:
        clock = self

        @strawberry.federation.type(keys=["id"])
        class Song:
            id: strawberry.ID

        @strawberry.type
        class Tick:
            n: int
            song: Song

        @strawberry.type
        class Query:
            @strawberry.field
            def now(self) -> int:
                return 7

        @strawberry.type
        class Mutation:
            @strawberry.mutation
            def wind(self) -> bool:
                return True

        @strawberry.type
        class Subscription:
            @strawberry.subscription
            async def ticks(
                self,
                info: strawberry.Info,
                up_to: int | None = None,
            ) -> AsyncGenerator[Tick]:
                """Tick `upTo` times; without it once, and then never end."""
                clock.opened += 1
                clock.contexts.append(info.context)
                clock.is_open.set()
                try:
                    for n in range(1 if up_to is None else up_to):
                        yield Tick(n=n, song=Song(id=strawberry.ID(str(n % 7))))
                    if up_to is None:
                        await asyncio.Event().wait()
                finally:
                    clock.is_closed.set()

            @strawberry.subscription
            async def noise(self, length: int) -> AsyncGenerator[str]:
                """Yield long texts for ever."""
                try:
                    while True:
                        yield "x" * length
                finally:
                    clock.is_closed.set()

            @strawberry.subscription
            async def broken(self) -> AsyncGenerator[int]:
                """Fail after one event."""
                yield 1
                raise ValueError("out of order")

        return strawberry.federation.Schema(
            query=Query, mutation=Mutation, subscription=Subscription
        )


async def titles(request: SubgraphRequest) -> SubgraphAnswer:
    """Play the subgraph that knows titles."""
    songs = request.variables["representations"]
    return SubgraphAnswer({"_entities": [{"title": f"Song {one['id']}"} for one in songs]})


async def likes(request: SubgraphRequest) -> SubgraphAnswer:
    """Play the subgraph that knows likes."""
    songs = request.variables["representations"]
    return SubgraphAnswer({"_entities": [{"likes": int(one["id"]) * 10} for one in songs]})


def live_router(ticks: Subgraph, **options: Any) -> Router:  # noqa: ANN401
    """Return a router to `ticks` and the two subgraphs that know its songs."""
    subgraphs = {
        "ticks": ticks,
        "titles": Subgraph(sdl=_TITLES, answer=titles),
        "likes": Subgraph(sdl=_LIKES, answer=likes),
    }
    return Router(subgraphs, **options)


@asynccontextmanager
async def served(app: AsgiApp) -> AsyncGenerator[str]:
    """Serve `app` on loopback like `graphwing serve`; the value is where."""
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            http=RouterProtocol if isinstance(app, RouterApp) else "auto",
            port=0,
            log_config=None,
            access_log=False,
            ws_ping_interval=None,
            timeout_graceful_shutdown=1,
        )
    )
    # Not `serve`, which takes over the signals of the process.
    serving = asyncio.create_task(server._serve())  # pyright: ignore[reportPrivateUsage]
    while not server.started:
        await asyncio.sleep(0)
        assert not serving.done()
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"127.0.0.1:{port}"
    finally:
        if isinstance(app, RouterApp):
            await app.stop()
        server.should_exit = True
        await serving

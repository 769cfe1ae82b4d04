"""A supergraph that changes while it is served."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from plans.graphs import Library
from starlette.applications import Starlette

from graphwing import (
    Router,
    Subgraph,
    SubgraphAnswer,
    SubgraphRequest,
    SupergraphError,
)
from graphwing.errors import NotReadyError
from graphwing.server.graph.reload import keep_current
from graphwing.server.graph.ways import Ways

BOOK = "{ book(id: 1) { title } }"
REVIEWS = "{ book(id: 1) { reviews } }"


class Slow:
    """A subgraph of books that answers when it is told to."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.may_answer = asyncio.Event()

    async def answer(self, _request: SubgraphRequest) -> SubgraphAnswer:
        self.asked.set()
        await self.may_answer.wait()
        return SubgraphAnswer({"book": {"title": "달"}})

    async def events(self, _request: SubgraphRequest) -> AsyncGenerator[SubgraphAnswer]:
        yield SubgraphAnswer({"bookAdded": {"title": "별"}})
        await asyncio.Event().wait()


def renamed(sdl: str) -> str:
    """Return a supergraph in which books have a name instead of a title."""
    return sdl.replace("title: String!", "name: String!")


async def test_new_requests_are_answered_on_the_new_supergraph() -> None:
    library = Library()
    sdl = library.supergraph_sdl()

    async with Router(library.subgraphs(), supergraph=sdl) as router:
        before = await router.execute(BOOK)
        is_new = await router.reload(renamed(sdl))
        after = await router.execute(BOOK)
        fields = router.supergraph.types["Book"].fields

    assert before == {"data": {"book": {"title": "달"}}}
    assert is_new
    assert after["errors"][0]["message"].startswith("Cannot query field 'title'")
    assert "name" in fields


async def test_a_request_under_way_is_answered_on_the_supergraph_it_began_with() -> None:
    slow, library = Slow(), Library()
    sdl = library.supergraph_sdl()
    subgraphs = {**library.subgraphs(), "books": Subgraph(answer=slow.answer)}

    async with Router(subgraphs, supergraph=sdl) as router:
        answering = asyncio.create_task(router.execute(BOOK))
        await slow.asked.wait()
        await router.reload(renamed(sdl))
        slow.may_answer.set()
        response = await answering

    assert response == {"data": {"book": {"title": "달"}}}


async def test_a_way_that_both_supergraphs_need_stays_open_until_the_router_closes() -> None:
    library = Library()
    sdl = library.supergraph_sdl()
    app = Starlette(lifespan=_noting)
    books = {"books": Subgraph(app=app)}

    async with Router(books, supergraph=sdl) as router:
        for changed in (renamed(sdl), sdl):
            await router.reload(changed, drain=0)
        while_open = list(app.state.events)

    assert while_open == ["started"]
    assert app.state.events == ["started", "stopped"]


async def test_a_way_closes_when_the_last_leaves_who_uses_it() -> None:
    app = Starlette(lifespan=_noting)
    ways = Ways({"books": Subgraph(app=app)}, timeout=1, shares_requests=False)
    first, second = AsyncExitStack(), AsyncExitStack()

    one = await ways.use("books", None, first)
    other = await ways.use("books", None, second)
    await first.aclose()
    after_first = list(app.state.events)
    await second.aclose()

    assert one.transport is other.transport
    assert after_first == ["started"]
    assert app.state.events == ["started", "stopped"]


async def test_what_cannot_be_served_changes_nothing() -> None:
    library = Library()

    async with Router(library.subgraphs(), supergraph=library.supergraph_sdl()) as router:
        with pytest.raises(SupergraphError):
            await router.reload("type Query { this is no supergraph }")
        response = await router.execute(BOOK)

    assert response == {"data": {"book": {"title": "달"}}}


async def test_what_was_asked_lately_is_planned_before_the_change() -> None:
    library = Library()
    sdl = library.supergraph_sdl()

    async with Router(library.subgraphs(), supergraph=sdl) as router:
        await router.execute(BOOK)
        await router.execute(REVIEWS)
        await router.reload(renamed(sdl))
        generation = router._generation  # pyright: ignore[reportPrivateUsage]
        assert generation is not None
        kept = [text for text, *_ in generation.operations.lately_used(9)]

    # The other one is no longer valid.
    assert kept == [REVIEWS]


async def test_subscriptions_end_when_the_supergraph_they_began_on_is_closed() -> None:
    slow, library = Slow(), Library()
    sdl = library.supergraph_sdl()
    books = Subgraph(answer=slow.answer, events=slow.events)

    async with Router({**library.subgraphs(), "books": books}, supergraph=sdl) as router:
        events = router.subscribe("subscription { bookAdded { title } }")
        first = await anext(events)
        waiting = asyncio.ensure_future(anext(events))
        await router.reload(renamed(sdl), drain=0)
        last = await waiting
        rest = [one async for one in events]

    assert first == {"data": {"bookAdded": {"title": "별"}}}
    assert last["errors"][0]["extensions"]["code"] == "SUBSCRIPTION_SCHEMA_RELOAD"
    assert rest == []


async def test_a_router_that_is_not_open_cannot_be_reloaded() -> None:
    library = Library()

    with pytest.raises(NotReadyError):
        await Router(library.subgraphs()).reload()


async def test_subgraphs_are_asked_again_for_their_schemas(tmp_path: Path) -> None:
    library = Library()
    file = tmp_path / "books.graphql"
    given = library.subgraphs()
    file.write_text(str(given["books"].sdl))
    books = Subgraph(sdl=file, answer=library.books)

    async with Router({**given, "books": books}) as router:
        unchanged = await router.reload()
        file.write_text(file.read_text().replace("title", "name"))
        changed = await router.reload()
        fields = router.supergraph.types["Book"].fields

    assert not unchanged
    assert changed
    assert "name" in fields


async def test_a_file_is_followed_and_a_wrong_one_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    library = Library()
    sdl = library.supergraph_sdl()
    file = tmp_path / "supergraph.graphql"
    file.write_text(sdl)
    caplog.set_level(logging.INFO, "graphwing")

    async with Router(library.subgraphs(), supergraph=file) as router:
        following = asyncio.create_task(keep_current(router, every=0.001))
        _replace(file, "type Query { this is no supergraph }")
        await _until(lambda: len(caplog.records) == 1)
        still = await router.execute(BOOK)
        _replace(file, renamed(sdl))
        await _until(lambda: "name" in router.supergraph.types["Book"].fields)
        following.cancel()
        await asyncio.wait([following])

    assert still == {"data": {"book": {"title": "달"}}}
    assert [one.levelname for one in caplog.records] == ["ERROR", "INFO"]


def _replace(file: Path, text: str) -> None:
    """Write a file so that nobody ever reads half of it."""
    new = file.with_suffix(".new")
    new.write_text(text)
    new.replace(file)


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110 - nothing tells when a file has been looked at
            await asyncio.sleep(0)


@asynccontextmanager
async def _noting(app: Starlette) -> AsyncGenerator[None]:
    app.state.events = ["started"]
    yield
    app.state.events.append("stopped")

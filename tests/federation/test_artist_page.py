"""The artist page is one operation over three services, in the fewest fetches and statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, MutableMapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.types import ASGIApp, Receive, Send

from accounts.keys import create_keys
from graphwing import Router, Subgraph, render_json, render_text
from runner.services import SERVICES
from running_service import RunningService, running_service

ARTIST_PAGE = """query ArtistPage($albums: Int!) {
  artist(slug: "달빛공장") {
    name
    albums(first: $albums) { edges { node { title tracks { title artists { name } } } } }
    tracks(first: $albums) { edges { node { title } } }
    comments(first: 10) { edges { node { body author { displayName } } } }
  }
}"""


@dataclass(frozen=True)
class Graph:
    """The three services behind one router in this process, each call counted."""

    router: Router
    services: dict[str, RunningService]
    calls: Counter[str]


@pytest.fixture
async def graph(
    create_database: Callable[..., str], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Graph]:
    calls: Counter[str] = Counter()
    folder = tmp_path_factory.mktemp("keys")
    create_keys(folder)
    keys = {"signing_key_file": folder / "signing-key.pem"}
    async with AsyncExitStack() as stack:
        services = {
            name: await stack.enter_async_context(
                running_service(
                    name,
                    create_database(name, demo=True),
                    **(keys if name == "accounts" else {}),
                )
            )
            for name in SERVICES
        }
        router = Router(
            {
                name: Subgraph(app=_counted(name, service.app, calls))
                for name, service in services.items()
            }
        )
        await stack.enter_async_context(router)
        calls.clear()
        yield Graph(router, services, calls)


async def test_one_answer_holds_what_three_services_know(graph: Graph) -> None:
    answer = await graph.router.execute(ARTIST_PAGE, variables={"albums": 20})

    assert "errors" not in answer
    artist = answer["data"]["artist"]
    assert artist["name"] == "달빛공장"
    assert all(edge["node"]["tracks"] for edge in artist["albums"]["edges"])
    assert len(artist["comments"]["edges"]) == 10
    assert all(edge["node"]["author"]["displayName"] for edge in artist["comments"]["edges"])


async def test_the_plan_has_one_fetch_for_each_service_one_after_the_other(graph: Graph) -> None:
    plan = graph.router.plan(ARTIST_PAGE)

    assert [fetch.subgraph for fetch in plan.fetches] == ["music", "community", "accounts"]
    assert render_json(plan)["node"]["kind"] == "Sequence"
    assert len(render_json(plan)["node"]["nodes"]) == 3
    assert render_text(plan).count("Fetch") == 3


async def test_each_service_is_called_once(graph: Graph) -> None:
    await graph.router.execute(ARTIST_PAGE, variables={"albums": 20})

    assert graph.calls == {"music": 1, "community": 1, "accounts": 1}


async def test_a_service_answers_a_batch_with_one_statement(graph: Graph) -> None:
    with (
        graph.services["community"].statements() as community,
        graph.services["accounts"].statements() as accounts,
    ):
        answer = await graph.router.execute(ARTIST_PAGE, variables={"albums": 20})

    authors = {
        edge["node"]["author"]["displayName"]
        for edge in answer["data"]["artist"]["comments"]["edges"]
    }
    assert len(authors) > 1
    assert len(_reads(accounts)) == 1
    assert len(_reads(community)) == 1


async def test_more_items_take_no_more_statements(graph: Graph) -> None:
    music = graph.services["music"]

    with music.statements() as few:
        await graph.router.execute(ARTIST_PAGE, variables={"albums": 1})
    with music.statements() as many:
        await graph.router.execute(ARTIST_PAGE, variables={"albums": 20})

    assert len(_reads(few)) == len(_reads(many))


def _counted(name: str, app: ASGIApp, calls: Counter[str]) -> ASGIApp:
    """Return `app`, which runs already, with its requests counted."""

    async def counting(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        calls[name] += 1
        await app(scope, receive, send)

    return counting


def _reads(statements: list[str]) -> list[str]:
    return [each for each in statements if each.lstrip().upper().startswith(("SELECT", "WITH"))]

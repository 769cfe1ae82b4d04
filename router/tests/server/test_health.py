"""Whether the router lives, and whether it is ready: what is told to whom."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from plans.graphs import Library

from graphwing import Router, Subgraph, SubgraphAnswer, SubgraphRequest, SupergraphError
from graphwing.execution.traffic.breaker import BreakerState
from graphwing.server.graph.checks import supergraph_hash, way_check
from graphwing.server.graph.reloads import Reloads
from graphwing.server.traffic.to_subgraph import TrafficView


async def nothing(request: SubgraphRequest) -> SubgraphAnswer:
    raise AssertionError(request)


def library(supergraph: Path) -> Router:
    supergraph.write_text(Library().supergraph_sdl())
    ways = {
        "books": Subgraph(answer=nothing),
        "reviews": Subgraph(url="http://user:hush@127.0.0.1:1/graphql"),
    }
    return Router(ways, supergraph=supergraph)


async def asked(router: Router, path: str, *, verbose_health: bool = True) -> httpx.Response:
    transport = httpx.ASGITransport(router.asgi(verbose_health=verbose_health))
    async with httpx.AsyncClient(transport=transport, base_url="http://router") as client:
        return await client.get(path)


@pytest.mark.parametrize("path", ["/livez", "/health"])
async def test_a_router_lives_before_it_is_open(tmp_path: Path, path: str) -> None:
    response = await asked(library(tmp_path / "a.graphql"), path)

    assert (response.status_code, response.json()) == (200, {"status": "alive"})


async def test_a_router_is_ready_from_when_it_is_open_until_it_is_closed(tmp_path: Path) -> None:
    router = library(tmp_path / "a.graphql")

    before = await asked(router, "/readyz?verbose")
    async with router:
        meanwhile = await asked(router, "/readyz")
    after = await asked(router, "/readyz")

    assert (before.status_code, before.json()) == (
        503,
        {
            "status": "not ready",
            "checks": {"supergraph": {"ok": False, "reason": "it is not open"}},
        },
    )
    assert (meanwhile.status_code, meanwhile.json()) == (200, {"status": "ready"})
    assert (after.status_code, after.json()) == (503, {"status": "not ready"})


async def test_what_was_looked_at_is_told_without_passwords(tmp_path: Path) -> None:
    router = library(tmp_path / "a.graphql")

    async with router:
        response = await asked(router, "/readyz?verbose")

        checks = response.json()["checks"]
        assert 0 <= checks["supergraph"].pop("age") < 60
        assert checks == {
            "supergraph": {"ok": True, "hash": supergraph_hash(router.supergraph)},
            "reload": {"ok": True},
            "subgraphs": {
                "books": {"ok": True, "way": "in this process"},
                "reviews": {"ok": True, "way": "http://127.0.0.1:1/graphql"},
            },
        }


@pytest.mark.parametrize(
    ("address", "breaker", "is_ok"),
    [
        ("http://books", None, True),
        ("http://books", "closed", True),
        ("http://books", "half-open", True),
        ("http://books", "open", False),
        ("nowhere", None, False),
    ],
)
def test_a_way_on_which_nothing_is_sent_is_not_ok(
    address: str, breaker: BreakerState | None, is_ok: bool
) -> None:
    check = way_check(address, TrafficView(breaker, None, None, 0))

    assert check["ok"] is is_ok
    assert check.get("breaker") == breaker


async def test_clients_are_told_nothing_more_where_that_is_not_wanted(tmp_path: Path) -> None:
    async with library(tmp_path / "a.graphql") as router:
        response = await asked(router, "/readyz?verbose", verbose_health=False)

    assert (response.status_code, response.json()) == (200, {"status": "ready"})


async def test_a_failed_reload_is_told_and_the_router_stays_ready(tmp_path: Path) -> None:
    supergraph = tmp_path / "a.graphql"
    async with library(supergraph) as router:
        good = supergraph.read_text()
        supergraph.write_text("type Query { a: Int }")
        with pytest.raises(SupergraphError) as raised:
            await router.reload()
        failed = await asked(router, "/readyz?verbose")
        supergraph.write_text(good)
        await router.reload()
        mended = await asked(router, "/readyz?verbose")

    told = failed.json()["checks"]["reload"]
    assert failed.status_code == 200
    assert (told["ok"], told["reason"]) == (False, str(raised.value))
    assert mended.json()["checks"]["reload"] == {"ok": True}


async def test_another_supergraph_begins_to_age_when_it_is_served(tmp_path: Path) -> None:
    supergraph = tmp_path / "a.graphql"
    async with library(supergraph) as router:
        before = (await asked(router, "/readyz?verbose")).json()["checks"]["supergraph"]
        supergraph.write_text(supergraph.read_text() + "\n# changed\n")
        await router.reload()
        after = (await asked(router, "/readyz?verbose")).json()["checks"]["supergraph"]

    assert before["hash"] != after["hash"]


def test_the_age_counts_from_the_last_change() -> None:
    now = 1_000.0
    reloads = Reloads(lambda: now)

    now = 1_060.0
    reloads.succeed(is_new=False)
    same = reloads.age
    reloads.succeed(is_new=True)
    now = 1_061.5

    assert (same, reloads.age) == (60.0, 1.5)
    assert (reloads.changed, reloads.unchanged, reloads.failed) == (1, 1, 0)


async def test_leaving_is_being_no_longer_ready(tmp_path: Path) -> None:
    async with library(tmp_path / "a.graphql") as router:
        app = router.asgi()
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://router") as client:
            before = await client.get("/readyz")
            app.leave()
            after = await client.get("/readyz")
            alive = await client.get("/livez")

    assert (before.status_code, after.status_code, alive.status_code) == (200, 503, 200)

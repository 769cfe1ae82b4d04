"""What is counted: requests by what came of them, and what subgraphs were asked for that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans.live import TICKS, Clock, live_router
from prometheus_client.parser import text_string_to_metric_families

from graphwing import Router, Subgraph, SubgraphAnswer, SubgraphError, SubgraphRequest
from graphwing.server.app import RouterApp
from graphwing.server.settings.sharing import SharingSettings
from graphwing.server.telemetry.exposition import exposition
from graphwing.server.telemetry.figures import Family, figures
from graphwing.server.telemetry.histogram import Histogram
from graphwing.server.telemetry.loop_lag import measure_loop_lag
from graphwing.server.telemetry.metrics import Metrics
from graphwing.server.telemetry.telemetry import Telemetry

SDL = """extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
type Query { a: Int b: Int! } type Mutation { set: Int }
"""

PREFLIGHT = {"x-apollo-operation-name": "A"}
"""No page of another origin can send it with GET, so that it is answered."""

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


class Answers:
    """A subgraph that answers, fails, or takes its time, as it is told."""

    def __init__(self) -> None:
        self.asked = 0
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.failure: Exception | None = None

    async def __call__(self, request: SubgraphRequest) -> SubgraphAnswer:
        self.asked += 1
        await self.may_answer.wait()
        if self.failure is not None:
            raise self.failure
        field = "set" if "set" in request.operation else "a"
        return SubgraphAnswer({field: 1})


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


def router_with(answers: Answers, metrics: Metrics, **options: Any) -> Router:  # noqa: ANN401
    ticking = iter(range(1_000_000))
    telemetry = Telemetry(metrics=metrics, clock=lambda: next(ticking) / 100)
    return Router({"one": Subgraph(sdl=SDL, answer=answers)}, telemetry=telemetry, **options)


def client_of(app: RouterApp) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://router")


async def until(holds: Callable[[], bool]) -> None:
    """Let other tasks run until something is so."""
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 - there is no event for everything that is counted
            await asyncio.sleep(0)


def samples(families: list[Family]) -> Samples:
    return _parsed(exposition({"": families}, None)[0])


def _parsed(text: bytes) -> Samples:
    found: Samples = {}
    for family in text_string_to_metric_families(text.decode()):
        for one in family.samples:
            key = (one.name, tuple(sorted(one.labels.items())))
            assert key not in found
            found[key] = one.value
    return found


async def test_requests_are_counted_by_kind_and_outcome(answers: Answers, metrics: Metrics) -> None:
    router = router_with(answers, metrics)
    app = router.asgi()

    async with router, client_of(app) as client:
        for query in ("{ a }", "{ a }", "{ b }", "{ nope }", "mutation { set }", "{"):
            await client.post("/graphql", json={"query": query})
        await client.get("/graphql", params={"query": "{ a }"}, headers=PREFLIGHT)
        await client.get("/livez")
        seen = samples(figures(router, app, metrics))

    assert metrics.requests == {
        ("query", "ok"): 3,
        # A field that may not be null is not there.
        ("query", "errors"): 1,
        ("unknown", "refused"): 2,
        ("mutation", "ok"): 1,
    }
    assert seen["graphwing_requests_total", (("kind", "query"), ("outcome", "ok"))] == 3
    assert seen["graphwing_request_duration_seconds_count", (("kind", "query"),)] == 4
    assert seen["graphwing_plan_cache_lookups_total", (("result", "hit"),)] == 2
    assert seen["graphwing_plan_cache_lookups_total", (("result", "miss"),)] == 3
    assert seen["graphwing_requests_in_flight", ()] == 0
    assert seen["graphwing_ready", ()] == 1


async def test_a_subgraph_that_does_not_answer_is_counted_so(
    answers: Answers, metrics: Metrics
) -> None:
    router = router_with(answers, metrics, timeout=0.01)
    app = router.asgi()

    async with router, client_of(app) as client:
        answers.failure = SubgraphError("one", "is not there")
        await client.post("/graphql", json={"query": "{ a }"})
        answers.may_answer.clear()
        await client.post("/graphql", json={"query": "{ a }"})
        seen = samples(figures(router, app, metrics))

    assert metrics.subgraphs["one"].outcomes == {"failed": 1, "timeout": 1}
    assert metrics.requests == {("query", "errors"): 2}
    failed = (("outcome", "failed"), ("subgraph", "one"))
    assert seen["graphwing_subgraph_requests_total", failed] == 1
    assert seen["graphwing_subgraph_request_duration_seconds_count", (("subgraph", "one"),)] == 2


async def test_what_several_share_is_sent_and_counted_once(
    answers: Answers, metrics: Metrics
) -> None:
    router = router_with(answers, metrics)
    app = router.asgi()

    async with router, client_of(app) as client:
        answers.may_answer.clear()
        async with asyncio.TaskGroup() as group:
            for _ in range(5):
                group.create_task(client.post("/graphql", json={"query": "{ a }"}))
            await until(lambda: metrics.in_flight == 5 and answers.asked > 0)
            answers.may_answer.set()

    assert answers.asked == metrics.subgraphs["one"].outcomes["ok"]
    assert answers.asked < 5
    assert metrics.requests == {("query", "ok"): 5}


async def test_a_client_that_leaves_is_counted_so(answers: Answers, metrics: Metrics) -> None:
    router = router_with(answers, metrics, sharing=SharingSettings(subgraph_requests=False))
    app = router.asgi()

    async with router, client_of(app) as client:
        answers.may_answer.clear()
        asking = asyncio.create_task(client.post("/graphql", json={"query": "{ a }"}))
        await until(lambda: answers.asked > 0)
        asking.cancel()
        await asyncio.wait([asking])

    assert metrics.requests == {("query", "left"): 1}
    assert metrics.subgraphs["one"].outcomes == {"cancelled": 1}


async def test_a_subscription_is_one_request(metrics: Metrics) -> None:
    router = live_router(Subgraph(schema=Clock().schema), telemetry=Telemetry(metrics=metrics))

    asked = {"query": TICKS, "variables": {"upTo": 2}}
    async with router, client_of(router.asgi()) as client:
        response = await client.post(
            "/graphql", json=asked, headers={"accept": "text/event-stream"}
        )

    assert response.text.count("event: next") == 2
    assert metrics.requests == {("subscription", "ok"): 1}
    assert metrics.subgraphs["titles"].outcomes == {"ok": 2}


async def test_where_nobody_listens_nothing_stands_in_the_way(
    answers: Answers, metrics: Metrics
) -> None:
    silent = Router({"one": Subgraph(sdl=SDL, answer=answers)})
    counting = router_with(answers, metrics)

    assert type(silent.asgi()) is RouterApp
    async with silent, counting:
        assert "CountedTransport" not in _layers(silent)
        assert "CountedTransport" in _layers(counting)


def _layers(router: Router) -> list[str]:
    """The names of all that a request passes on its way to the subgraph."""
    (way,) = router._ways._open.values()  # pyright: ignore[reportPrivateUsage]
    layers: list[str] = []
    transport: object = way.transport
    while transport is not None:
        layers.append(type(transport).__name__)
        transport = getattr(transport, "_transport", None)
    return layers


async def test_figures_of_several_processes_keep_apart(answers: Answers, metrics: Metrics) -> None:
    router = router_with(answers, metrics)
    app = router.asgi()
    async with router, client_of(app) as client:
        await client.post("/graphql", json={"query": "{ a }"})
        families = figures(router, app, metrics)

    text, content_type = exposition({"1": families, "2": families}, None)

    seen = _parsed(text)
    for worker in ("1", "2"):
        labels = (("kind", "query"), ("outcome", "ok"), ("worker", worker))
        assert seen["graphwing_requests_total", labels] == 1
    assert text.count(b"# TYPE graphwing_requests_total counter") == 1
    assert content_type.startswith("text/plain")


async def test_labels_do_not_grow_with_what_clients_send(
    answers: Answers, metrics: Metrics
) -> None:
    router = router_with(answers, metrics)
    app = router.asgi()

    async with router, client_of(app) as client:
        await client.post("/graphql", json={"query": "{ a }"})
        await client.post("/graphql", json={"query": "{ nope }"})
        before = samples(figures(router, app, metrics)).keys()
        for number in range(40):
            query = f"query Q{number} {{ x{number}: a }}"
            await client.post("/graphql", json={"query": query, "operationName": f"Q{number}"})
            await client.post("/graphql", json={"query": f"{{ nope{number} }}"})
        after = samples(figures(router, app, metrics)).keys()

    assert after - before == set()


def test_reasons_that_are_messages_of_errors_stay_few(answers: Answers, metrics: Metrics) -> None:
    router = router_with(answers, metrics)
    for number in range(1_000):
        router.counts.interpreted[f"reason {number}"] += 1
        router.counts.interpreted[f"KeyError: {number}"] += 1

    seen = samples(figures(router, router.asgi(), metrics))

    ways = {labels: value for (name, labels), value in seen.items() if "executions" in name}
    assert len(ways) < 40
    assert sum(ways.values()) == 2_000
    assert ways[("reason", "KeyError"), ("way", "interpreted")] == 1_000


@given(st.lists(st.floats(0, 1e6)))
def test_a_histogram_counts_what_is_not_above_each_bound(values: list[float]) -> None:
    histogram = Histogram()

    for value in values:
        histogram.observe(value)

    *bounded, (infinite, count) = histogram.cumulative()
    assert (infinite, count) == ("+Inf", len(values))
    assert [found for _, found in bounded] == [
        sum(value <= float(bound) for value in values) for bound, _ in bounded
    ]
    assert histogram.total == pytest.approx(sum(values))


async def test_the_lag_of_the_loop_is_observed_until_the_end() -> None:
    lags = Histogram()

    measuring = asyncio.create_task(measure_loop_lag(lags, every=0.001))
    await until(lambda: sum(lags.counts) >= 3)
    measuring.cancel()
    await asyncio.wait([measuring])

    assert measuring.cancelled()
    assert 0 <= lags.total < 60

"""What clients get while one subgraph breaks, in every way in which it can, and others go on."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
import pytest
from faults.broken_subgraph import (
    Server,
    drip,
    hang_up_in_the_middle,
    misbehaving,
    refusing,
    say_nothing,
    saying,
    send_100_mb,
    without_tls,
)
from plans.live import served

from graphwing import (
    BreakerSettings,
    Router,
    SharingSettings,
    Subgraph,
    SubgraphAnswer,
    SubgraphRequest,
    SubgraphTraffic,
    TrafficSettings,
)
from graphwing.server.settings.reader import Duration

_LINK = """extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
"""
SONGS = f"""{_LINK}
type Query {{ songs: [Song!]! }}
type Song @key(fields: "id") {{ id: ID! title: String! }}
"""
STATISTICS = f"""{_LINK}
type Query {{ total: Int }}
type Mutation {{ count: Int }}
type Song @key(fields: "id") {{ id: ID! plays: Int }}
"""

TITLES = "{ songs { title } }"
EVERYTHING = "{ songs { title plays } total }"
TITLES_ONLY = {"songs": [{"title": "달", "plays": None}, {"title": "별", "plays": None}]}
SHORT_TIMEOUT = 0.5
TIMEOUT = 4.0
"""Long enough for all that is not slow to be over, on a machine that has other things to do."""
LOAD = 30
"""How many requests of either kind are under way at once."""

ERROR, LATE = "DOWNSTREAM_SERVICE_ERROR", "DOWNSTREAM_SERVICE_TIMEOUT"
OPEN = "DOWNSTREAM_CIRCUIT_OPEN"
INVALID = "INVALID_SUBGRAPH_ANSWER"
TOO_LARGE = "DOWNSTREAM_ANSWER_TOO_LARGE"


@dataclass(frozen=True)
class Fault:
    """A way to break, and what is expected of it."""

    name: str
    server: Callable[[], AbstractAsyncContextManager[Server]]
    codes: frozenset[str]
    """What clients are told; of a mutation at least one of them."""
    opens: bool
    """Whether it opens the breaker."""
    queries: int
    """How often one query reaches the subgraph."""
    mutations: int
    """And one mutation."""
    is_slow: bool = False


async def songs(_: SubgraphRequest) -> SubgraphAnswer:
    """Play the subgraph that works."""
    known = [{"__typename": "Song", "id": "1", "title": "달"}]
    known.append({"__typename": "Song", "id": "2", "title": "별"})
    return SubgraphAnswer({"songs": known})


def faults() -> list[Fault]:
    html = "text/html"
    wrong = b'{"data":{"total":{"a":[]},"count":"many","_entities":{"plays":1}}}'
    return [
        Fault("refused", refusing, frozenset({ERROR}), opens=True, queries=0, mutations=0),
        Fault(
            "reset",
            partial(misbehaving, hang_up_in_the_middle),
            frozenset({ERROR}),
            opens=True,
            queries=2,
            mutations=1,
        ),
        Fault(
            "timeout",
            partial(misbehaving, say_nothing),
            frozenset({LATE}),
            opens=True,
            queries=1,
            mutations=1,
            is_slow=True,
        ),
        Fault(
            "slow drip",
            partial(misbehaving, drip),
            frozenset({LATE}),
            opens=True,
            queries=1,
            mutations=1,
            is_slow=True,
        ),
        Fault(
            "status 500",
            partial(misbehaving, saying("500 Internal Server Error", b"oh", html)),
            frozenset({ERROR}),
            opens=True,
            queries=1,
            mutations=1,
        ),
        Fault(
            "status 503",
            partial(misbehaving, saying("503 Service Unavailable", b"", html)),
            frozenset({ERROR}),
            opens=True,
            queries=2,
            mutations=1,
        ),
        Fault(
            "invalid JSON",
            partial(misbehaving, saying("200 OK", b'{"data":{"total":')),
            frozenset({ERROR}),
            opens=False,
            queries=1,
            mutations=1,
        ),
        Fault(
            "wrong types",
            partial(misbehaving, saying("200 OK", wrong)),
            frozenset({INVALID, ERROR}),
            opens=False,
            queries=1,
            mutations=1,
        ),
        Fault(
            "100 MB",
            partial(misbehaving, send_100_mb),
            frozenset({TOO_LARGE}),
            opens=False,
            queries=1,
            mutations=1,
        ),
        Fault(
            "TLS",
            without_tls,
            frozenset({ERROR}),
            opens=True,
            queries=0,
            mutations=0,
        ),
    ]


every_fault = pytest.mark.parametrize("fault", faults(), ids=lambda fault: fault.name)


@asynccontextmanager
async def broken(
    fault: Fault, *, breaker: BreakerSettings | None = None, patience: float | None = None
) -> AsyncGenerator[tuple[Router, httpx.AsyncClient, Server]]:
    """A router to one subgraph that works and one with a fault, a client of it, and the latter."""
    async with fault.server() as server:
        statistics = Subgraph(
            sdl=STATISTICS,
            url=server.url,
            timeout=patience or (SHORT_TIMEOUT if fault.is_slow else TIMEOUT),
            traffic=SubgraphTraffic(breaker=breaker, answer_limit=1024 * 1024),
        )
        router = Router(
            {"songs": Subgraph(sdl=SONGS, answer=songs), "statistics": statistics},
            sharing=SharingSettings(subgraph_requests=False),
            traffic=TrafficSettings(),
        )
        async with (
            router,
            served(router.asgi()) as place,
            httpx.AsyncClient(
                base_url=f"http://{place}", timeout=60, limits=httpx.Limits(max_connections=None)
            ) as client,
        ):
            yield router, client, server


async def asked(client: httpx.AsyncClient, operation: str) -> dict[str, Any]:
    response = await client.post("/graphql", json={"query": operation})
    assert response.status_code == 200
    return response.json()


def codes(body: dict[str, Any]) -> set[str]:
    return {error["extensions"]["code"] for error in body.get("errors", ())}


@every_fault
async def test_clients_get_what_there_is_and_the_reason_for_the_rest(fault: Fault) -> None:
    async with broken(fault) as (_, client, server):
        body = await asked(client, EVERYTHING)

        assert body["data"] == {**TITLES_ONLY, "total": None}
        assert codes(body) == fault.codes
        # What is of the wrong type only the API schema says, and that is nobody's in particular.
        named = [one["extensions"] for one in body["errors"] if INVALID not in codes(body)]
        assert all(one["serviceName"] == "statistics" for one in named)
        # Two fetches: one for the field of the root, one for the songs.
        assert len(server.bodies) == 2 * fault.queries


@every_fault
async def test_no_mutation_is_sent_twice(fault: Fault) -> None:
    async with broken(fault) as (_, client, server):
        body = await asked(client, "mutation { count }")

        assert body["data"] == {"count": None}
        assert codes(body)
        assert codes(body) <= fault.codes
        assert server.mutations == fault.mutations


@every_fault
async def test_under_load_other_requests_go_on_and_the_breaker_keeps_the_fault_off(
    fault: Fault,
) -> None:
    settings = BreakerSettings(requests=10, window=Duration(600), pause=Duration(600))
    async with broken(fault, breaker=settings, patience=TIMEOUT) as (router, client, server):
        # What is planned once is at hand for all.
        await asked(client, TITLES)
        before = len(server.bodies)

        suffering = [asyncio.create_task(asked(client, EVERYTHING)) for _ in range(LOAD)]
        others = [asyncio.create_task(asked(client, TITLES)) for _ in range(LOAD)]
        unharmed = await asyncio.gather(*others)
        ended_before_others = sum(task.done() for task in suffering)
        suffered = await asyncio.gather(*suffering)
        state = router.traffic["statistics"].breaker
        sent = len(server.bodies)
        mutation = await asked(client, "mutation { count }")
        query = await asked(client, EVERYTHING)

        titles = [{"title": "달"}, {"title": "별"}]
        assert unharmed == [{"data": {"songs": titles}}] * LOAD
        assert [one["data"] for one in suffered] == [{**TITLES_ONLY, "total": None}] * LOAD
        if fault.is_slow:
            # The others did not wait for the time that the fault takes.
            assert ended_before_others == 0
        told = Counter(code for one in suffered for code in codes(one))
        assert set(told) <= {*fault.codes, OPEN}
        assert fault.codes <= set(told)
        if fault.opens:
            assert state == "open"
            # It is asked no more: nothing of these two has reached it.
            assert codes(mutation) == codes(query) == {OPEN}
            assert len(server.bodies) == sent
            assert query["data"] == {**TITLES_ONLY, "total": None}
        else:
            assert state == "closed"
            assert set(told) == codes(query) == fault.codes
            assert codes(mutation) <= fault.codes
            assert sent - before == 2 * LOAD * fault.queries


async def test_a_subgraph_that_is_well_again_is_asked_again() -> None:
    """The breaker opens, one request tries after the pause, and all is as it was."""
    is_well = False

    async def answer(writer: asyncio.StreamWriter) -> None:
        if is_well:
            await saying("200 OK", b'{"data":{"total":7}}')(writer)
        else:
            await saying("500 Internal Server Error", b"")(writer)

    fault = Fault(
        "recovering",
        partial(misbehaving, answer),
        frozenset({ERROR}),
        opens=True,
        queries=1,
        mutations=1,
    )
    settings = BreakerSettings(requests=2, pause=Duration(0.05))
    async with broken(fault, breaker=settings) as (router, client, _):
        for _ in range(2):
            await asked(client, "{ total }")
        refused = await asked(client, "{ total }")
        is_well = True
        async with asyncio.timeout(5):
            while (body := await asked(client, "{ total }")) == refused:
                pass

        assert codes(refused) == {OPEN}
        assert body == {"data": {"total": 7}}
        assert router.traffic["statistics"].breaker == "closed"


async def test_a_query_that_fails_in_passing_is_answered_all_the_same() -> None:
    """The first answer breaks off; the second one is whole."""
    sent = 0

    async def answer(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        sent += 1
        if sent == 1:
            await hang_up_in_the_middle(writer)
        else:
            await saying("200 OK", b'{"data":{"total":7}}')(writer)

    fault = Fault(
        "once",
        partial(misbehaving, answer),
        frozenset({ERROR}),
        opens=False,
        queries=2,
        mutations=1,
    )
    async with broken(fault) as (router, client, _):
        assert await asked(client, "{ total }") == {"data": {"total": 7}}
        assert router.traffic["statistics"].repeated == 1


async def test_of_an_outage_only_a_part_is_asked_again() -> None:
    """A hundred queries fail; the budget lets a tenth of them, or one a second, be repeated."""
    server = partial(misbehaving, saying("503 Service Unavailable", b""))
    fault = Fault("outage", server, frozenset({ERROR}), opens=False, queries=2, mutations=1)
    async with broken(fault) as (router, client, served_by):
        for _ in range(10):
            await asyncio.gather(*(asked(client, "{ total }") for _ in range(10)))

        repeated = router.traffic["statistics"].repeated
        assert 10 <= repeated <= 20
        assert len(served_by.bodies) == 100 + repeated

"""How many requests one client may send, whichever way it sends them."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from types import ModuleType
from typing import Any

import aiohttp
import httpx
import pytest
from plans.graphs import Library
from plans.live import Clock, live_router, served

from graphwing import (
    Client,
    ClientKeySettings,
    RateLimitSettings,
    Router,
    SettingsError,
    Subgraph,
    TrafficSettings,
)
from graphwing.errors import RateLimitedError
from graphwing.server.settings.http import BatchingSettings, HttpSettings
from graphwing.server.settings.reader import Duration
from graphwing.server.traffic.client import CLIENT_ADDRESS
from graphwing.server.traffic.rate_limit import rate_limit

BOOK = {"query": "{ book(id: 1) { title } }"}


def limits(requests: int = 2, **by: str) -> RateLimitSettings:
    return RateLimitSettings(
        requests, Duration(60), by=ClientKeySettings(**by) if by else ClientKeySettings()
    )


@asynccontextmanager
async def client_of(
    library: Library, settings: TrafficSettings
) -> AsyncGenerator[httpx.AsyncClient]:
    async with (
        Router(library.subgraphs(), traffic=settings) as router,
        served(router.asgi()) as place,
        httpx.AsyncClient(base_url=f"http://{place}") as client,
    ):
        yield client


async def statuses(client: httpx.AsyncClient, *headers: dict[str, str]) -> list[int]:
    return [(await client.post("/graphql", json=BOOK, headers=one)).status_code for one in headers]


async def test_one_request_too_many_is_told_when_to_come_again() -> None:
    library = Library()
    async with client_of(library, TrafficSettings(rate_limit=limits())) as client:
        first = await statuses(client, {}, {})
        asked = len(library.requests)
        refused = await client.post("/graphql", json=BOOK)
        health = await client.get("/health")

    assert first == [200, 200]
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")
    assert refused.json() == {
        "errors": [
            {
                "message": "too many requests; try again in 30 s",
                "extensions": {"code": "RATE_LIMITED", "retryAfter": 30},
            }
        ]
    }
    assert len(library.requests) == asked
    assert health.status_code == 200


@pytest.mark.parametrize(
    "accept",
    ["application/json", "text/event-stream", "multipart/mixed, application/json", "*/*"],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_every_way_over_http_counts_once(accept: str, method: str) -> None:
    async with client_of(Library(), TrafficSettings(rate_limit=limits())) as client:

        async def status() -> int:
            headers = {"accept": accept, "apollo-require-preflight": "1"}
            if method == "GET":
                return (await client.get("/graphql", params=BOOK, headers=headers)).status_code
            return (await client.post("/graphql", json=BOOK, headers=headers)).status_code

        assert [await status() for _ in range(3)] == [200, 200, 429]


async def test_operations_over_a_websocket_count_each_for_itself() -> None:
    ticks = Subgraph(schema=Clock().schema)
    router = live_router(ticks, traffic=TrafficSettings(rate_limit=limits()))
    said: list[dict[str, Any]] = []
    async with (
        served(router.asgi()) as place,
        aiohttp.ClientSession() as session,
        session.ws_connect(f"http://{place}/graphql", protocols=["graphql-transport-ws"]) as socket,
    ):
        payload = {"x-forwarded-for": "203.0.113.9"}
        await socket.send_json({"type": "connection_init", "payload": payload})
        await socket.receive_json(timeout=5)
        for number in "123":
            query = "subscription { ticks(upTo: 1) { n } }" if number == "2" else "{ now }"
            subscribe = {"type": "subscribe", "id": number, "payload": {"query": query}}
            await socket.send_json(subscribe)
            said.append(await socket.receive_json(timeout=5))
            if said[-1]["type"] == "next":
                await socket.receive_json(timeout=5)

    assert [one["type"] for one in said] == ["next", "next", "error"]
    extensions = said[2]["payload"][0]["extensions"]
    assert extensions == {"code": "RATE_LIMITED", "retryAfter": 30}


async def test_operations_in_a_batch_count_each_for_itself() -> None:
    library = Library()
    rules = HttpSettings(batching=BatchingSettings(enabled=True))
    router = Router(library.subgraphs(), traffic=TrafficSettings(rate_limit=limits()))
    async with (
        router,
        served(router.asgi(http=rules)) as place,
        httpx.AsyncClient(base_url=f"http://{place}") as client,
    ):
        entries: list[dict[str, Any]] = (await client.post("/graphql", json=[BOOK] * 3)).json()

    told = [one.get("errors", [{"extensions": {}}])[0]["extensions"].get("code") for one in entries]
    assert sorted(told, key=str) == [None, None, "RATE_LIMITED"]


async def test_what_proxies_say_counts_if_they_are_trusted_and_no_further() -> None:
    forged = [{"x-forwarded-for": f"10.0.0.{number}, 203.0.113.7"} for number in range(3)]
    other = {"x-forwarded-for": "203.0.113.8"}

    async with client_of(
        Library(), TrafficSettings(rate_limit=limits(), trusted_proxies=1)
    ) as client:
        behind_one = await statuses(client, *forged, other)
    async with client_of(Library(), TrafficSettings(rate_limit=limits())) as client:
        behind_none = await statuses(client, *forged, other)

    assert behind_one == [200, 200, 429, 200]
    assert behind_none == [200, 200, 429, 429]


async def test_a_header_can_tell_clients_apart_and_the_address_those_without() -> None:
    web, app = {"x-client": "web"}, {"X-Client": "app"}
    # What a client calls itself is not taken for the address of another.
    named = {"x-client": "127.0.0.1"}

    async with client_of(
        Library(), TrafficSettings(rate_limit=limits(1, header="X-Client"))
    ) as client:
        assert await statuses(client, web, app, web, named, {}, {}) == [
            200,
            200,
            429,
            200,
            200,
            429,
        ]


async def claims_of(headers: Mapping[str, str]) -> Mapping[str, Any] | None:
    return {"sub": headers["authorization"]} if "authorization" in headers else None


async def test_a_verified_claim_can_tell_clients_apart() -> None:
    limit = rate_limit(limits(1, claim="sub"), claims_of, clock=lambda: 0.0)
    assert limit is not None
    CLIENT_ADDRESS.set("203.0.113.7")

    await limit.count({"authorization": "ann"})
    await limit.count({"authorization": "bob"})
    await limit.count({})
    for again in ({"authorization": "ann"}, {}):
        with pytest.raises(RateLimitedError):
            await limit.count(again)


@pytest.mark.parametrize("is_async", [False, True])
async def test_a_function_can_tell_clients_apart(
    is_async: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Client] = []

    def tenant(client: Client) -> str | None:
        seen.append(client)
        return client.headers.get("x-tenant")

    async def tenant_later(client: Client) -> str | None:
        return tenant(client)

    module = ModuleType("given_tenants")
    vars(module)["tenant"] = tenant_later if is_async else tenant
    monkeypatch.setitem(sys.modules, "given_tenants", module)
    limit = rate_limit(limits(1, python="given_tenants:tenant"), claims_of, clock=lambda: 0.0)
    assert limit is not None
    CLIENT_ADDRESS.set("203.0.113.7")

    await limit.count({"x-tenant": "a", "authorization": "ann"})
    await limit.count({"x-tenant": "b"})
    await limit.count({})
    with pytest.raises(RateLimitedError):
        await limit.count({"x-tenant": "a"})

    assert seen[0].claims == {"sub": "ann"}
    assert seen[0].address == "203.0.113.7"


@pytest.mark.parametrize(
    ("by", "message"),
    [
        (
            {"claim": "sub"},
            (
                "traffic.rate_limit.by.claim: tokens are not verified, so that there is no claim;"
                " add a section `identity`"
            ),
        ),
        (
            {"header": "x", "python": "a:b"},
            (
                "traffic.rate_limit.by: more than one of `claim`, `header` and `python` is set;"
                " keep the one that should be used"
            ),
        ),
        (
            {"python": "json"},
            (
                "traffic.rate_limit.by.python: `json` is no function;"
                " write it as `package.module:function`"
            ),
        ),
        ({"python": "json:nope"}, "traffic.rate_limit.by.python: `json` has no `nope`"),
        ({"python": "json:__doc__"}, "traffic.rate_limit.by.python: `json:__doc__` is no function"),
    ],
)
def test_what_cannot_tell_clients_apart_is_refused(by: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        Router(Library().subgraphs(), traffic=TrafficSettings(rate_limit=limits(1, **by)))

    assert str(refusal.value) == message

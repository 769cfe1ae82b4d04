"""The access log: what was asked and what came of it, and nothing that is a secret."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Any

import aiohttp
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans.live import TICKS, Clock, live_router, served

from graphwing import Router, Subgraph, SubgraphAnswer, SubgraphError, SubgraphRequest
from graphwing.planner.planner import Planner
from graphwing.server.settings.http import BatchingSettings, HttpSettings
from graphwing.server.telemetry.access_log import AccessLog
from graphwing.server.telemetry.record import RequestRecord
from graphwing.server.telemetry.telemetry import Telemetry

SDL = """extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
type Query { a(secret: String): Int }
"""
QUERY = "query Ask($secret: String) { a(secret: $secret) }"
SECRET = "hush-hush"  # noqa: S105 - what must not be found in the log

Json = dict[str, Any]


class Lines:
    """Takes the lines of a log."""

    def __init__(self) -> None:
        self.text = b""

    def write(self, line: bytes) -> None:
        assert line.count(b"\n") == 1
        self.text += line

    async def close(self) -> None:
        """Do nothing."""

    def read(self) -> list[Json]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def lines() -> Lines:
    return Lines()


def telemetry_to(lines: Lines, *, tells_subgraphs: bool = True) -> Telemetry:
    ticking = iter(range(1_000_000))
    log = AccessLog(lines, tells_subgraphs=tells_subgraphs, now=lambda: 1_800_000_000.25)
    return Telemetry(access_log=log, clock=lambda: next(ticking) / 1000)


async def one(request: SubgraphRequest) -> SubgraphAnswer:
    return SubgraphAnswer({"a": len(request.operation)})


def router_to(lines: Lines, answer: Any = one, *, tells_subgraphs: bool = True) -> Router:  # noqa: ANN401
    telemetry = telemetry_to(lines, tells_subgraphs=tells_subgraphs)
    return Router({"one": Subgraph(sdl=SDL, answer=answer)}, telemetry=telemetry)


@asynccontextmanager
async def client_of(router: Router) -> AsyncGenerator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(router.asgi())
    async with router, httpx.AsyncClient(transport=transport, base_url="http://router") as client:
        yield client


async def test_a_request_is_one_line(lines: Lines) -> None:
    async with client_of(router_to(lines)) as client:
        await client.post(
            "/graphql",
            json={"query": QUERY, "variables": {"secret": SECRET}},
            headers={"graphql-client-name": "shop", "apollographql-client-version": "7"},
        )

    (line,) = lines.read()
    (fetch,) = line.pop("subgraphs")
    assert line.pop("ms") > 0
    assert line == {
        "time": "2027-01-15T08:00:00.250+00:00",
        "method": "POST",
        "path": "/graphql",
        "status": 200,
        "outcome": "ok",
        "kind": "query",
        "operation": "Ask",
        "hash": sha256(QUERY.encode()).hexdigest(),
        "cached": False,
        "client": "shop",
        "client_version": "7",
    }
    assert fetch.pop("ms") > 0
    assert fetch.pop("bytes") > 0
    assert fetch == {"name": "one", "status": 200}


async def test_no_secret_is_in_the_log(lines: Lines) -> None:
    asked = {"query": QUERY, "variables": json.dumps({"secret": SECRET}), "token": SECRET}
    headers = {"authorization": f"Bearer {SECRET}", "cookie": f"session={SECRET}"}
    headers["x-apollo-operation-name"] = "Ask"

    async with client_of(router_to(lines)) as client:
        answered = await client.get("/graphql", params=asked, headers=headers)
        wrong = {"query": QUERY, "variables": {"secret": [SECRET]}}
        await client.post("/graphql", json=wrong, headers=headers)
        await client.post("/graphql", content=f"{{{SECRET}", headers=headers)

    assert answered.json()["data"]["a"] > 0
    assert len(lines.read()) == 3
    assert SECRET.encode() not in lines.text


async def test_what_is_refused_is_told_with_its_code(lines: Lines) -> None:
    async with client_of(router_to(lines)) as client:
        await client.post("/graphql", json={"query": "{ nope }"})
        await client.put("/graphql")

    first, second = lines.read()
    assert (first["outcome"], first["status"]) == ("refused", 200)
    assert first["codes"] == ["GRAPHQL_VALIDATION_FAILED"]
    assert (second["method"], second["outcome"], second["status"]) == ("PUT", "refused", 405)


async def test_a_subgraph_that_fails_is_told_with_its_code(lines: Lines) -> None:
    async def fails(_: SubgraphRequest) -> SubgraphAnswer:
        raise SubgraphError("one", "is not there")

    async with client_of(router_to(lines, fails)) as client:
        await client.post("/graphql", json={"query": "{ a }"})

    (line,) = lines.read()
    assert (line["outcome"], line["codes"]) == ("errors", [SubgraphError.code])
    (fetch,) = line["subgraphs"]
    assert (fetch["name"], fetch["code"]) == ("one", SubgraphError.code)
    assert "status" not in fetch


async def test_subgraphs_are_left_out_where_that_is_wanted(lines: Lines) -> None:
    async with client_of(router_to(lines, tells_subgraphs=False)) as client:
        await client.post("/graphql", json={"query": "{ a }"})

    (line,) = lines.read()
    assert "subgraphs" not in line


async def test_each_request_of_a_batch_is_one_line(lines: Lines) -> None:
    router = router_to(lines)
    batching = HttpSettings(batching=BatchingSettings(enabled=True))
    transport = httpx.ASGITransport(router.asgi(http=batching))
    batch = [{"query": "{ a }"}, {"query": "{ nope }"}, {"query": QUERY}]

    async with router, httpx.AsyncClient(transport=transport, base_url="http://router") as client:
        answered = await client.post("/graphql", json=batch)

    assert len(answered.json()) == 3
    told = {(line["outcome"], line.get("operation", "not known")) for line in lines.read()}
    assert told == {("ok", None), ("refused", "not known"), ("ok", "Ask")}
    assert len(lines.read()) == 3


async def test_health_is_not_logged(lines: Lines) -> None:
    async with client_of(router_to(lines)) as client:
        await client.get("/livez")
        await client.get("/readyz")

    assert lines.text == b""


@given(name=st.text(), path=st.text(), version=st.text(max_size=500))
def test_what_clients_choose_makes_no_line_of_its_own(name: str, path: str, version: str) -> None:
    lines = Lines()
    headers = {"graphql-client-name": name, "graphql-client-version": version}

    log = AccessLog(lines)
    log.add(RequestRecord("GET", path, headers, 0.0, lambda _: None), 0.5)

    (line,) = lines.read()
    assert (line["client"], line["path"]) == (name[:200], path[:200])
    assert len(line["client_version"]) <= 200
    assert line["ms"] == 500.0


def broken_planner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have planning fail as only a bug could make it."""

    def plan(*_: object, **__: object) -> None:
        raise ZeroDivisionError("the truth")

    monkeypatch.setattr(Planner, "plan", plan)


ACCEPTS = {
    "json": "application/json",
    "sse": "text/event-stream",
    "sse or json": "text/event-stream, application/json",
    "parts": 'multipart/mixed;deferSpec="20220824", application/json',
    "multipart": 'multipart/mixed;subscriptionSpec="1.0"',
}


@pytest.mark.parametrize("accept", ACCEPTS.values(), ids=ACCEPTS)
async def test_an_error_id_leads_from_the_client_to_the_truth(
    lines: Lines,
    accept: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken_planner(monkeypatch)

    async with client_of(router_to(lines)) as client:
        response = await client.post(
            "/graphql", json={"query": "{ a }"}, headers={"accept": accept}
        )

    (line,) = lines.read()
    (error_id,) = line["error_ids"]
    assert (line["outcome"], line["codes"]) == ("failed", ["INTERNAL_SERVER_ERROR"])
    assert error_id in response.text
    assert "truth" not in response.text
    (told,) = [record for record in caplog.records if error_id in record.getMessage()]
    assert told.exc_info is not None
    assert isinstance(told.exc_info[1], ZeroDivisionError)


async def test_an_error_id_over_a_websocket_leads_to_the_truth(
    lines: Lines, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken_planner(monkeypatch)

    heard = await over_websocket(router_to(lines), {"query": "{ a }"})

    (line,) = lines.read()
    (error_id,) = line["error_ids"]
    assert (line["method"], line["status"], line["outcome"]) == ("WEBSOCKET", None, "failed")
    assert heard[-1]["payload"][0]["extensions"]["id"] == error_id
    assert any(error_id in record.getMessage() for record in caplog.records)


async def test_each_operation_over_a_websocket_is_one_line(lines: Lines) -> None:
    router = live_router(Subgraph(schema=Clock().schema), telemetry=telemetry_to(lines))

    heard = await over_websocket(
        router, {"query": TICKS, "variables": {"upTo": 2}}, {"query": "{ now }"}
    )

    by_kind = {line["kind"]: line for line in lines.read()}
    assert by_kind.keys() == {"subscription", "query"}
    assert by_kind["subscription"]["client"] == "shop"
    assert [one["name"] for one in by_kind["query"]["subgraphs"]] == ["ticks"]
    names = sorted(one["name"] for one in by_kind["subscription"]["subgraphs"])
    assert names == ["likes", "likes", "titles", "titles"]
    assert sum(message["type"] == "next" for message in heard) == 3


async def test_credentials_that_cannot_be_checked_close_a_websocket_with_an_error_id(
    lines: Lines, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    router = router_to(lines)

    async def authenticate(*_: object) -> None:
        raise ZeroDivisionError("the truth")

    monkeypatch.setattr(router, "authenticate", authenticate)
    async with websocket(router) as socket:
        await socket.send_json({"type": "connection_init"})
        closed = await socket.receive(timeout=10)

    (told,) = [record for record in caplog.records if record.exc_info]
    error_id = told.getMessage().rpartition(" ")[2]
    assert closed.data == 4500
    assert error_id in str(closed.extra)
    assert "truth" not in str(closed.extra)


@asynccontextmanager
async def websocket(router: Router) -> AsyncGenerator[aiohttp.ClientWebSocketResponse]:
    async with (
        router,
        served(router.asgi()) as place,
        aiohttp.ClientSession() as session,
        session.ws_connect(f"http://{place}/graphql", protocols=["graphql-transport-ws"]) as socket,
    ):
        yield socket


async def over_websocket(router: Router, *payloads: Json) -> list[Json]:
    """Return what is heard of operations over one WebSocket, until all have ended."""
    heard: list[Json] = []
    async with websocket(router) as socket, asyncio.timeout(20):
        init = {"type": "connection_init", "payload": {"graphql-client-name": "shop"}}
        await socket.send_json(init)
        await socket.receive_json()
        for number, payload in enumerate(payloads):
            await socket.send_json({"type": "subscribe", "id": str(number), "payload": payload})
        ended = 0
        while ended < len(payloads):
            heard.append(await socket.receive_json())
            ended += heard[-1]["type"] in {"complete", "error"}
    return heard

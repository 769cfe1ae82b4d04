"""Subscriptions over HTTP: server-sent events, and the multipart protocol."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from plans.live import TICKS, Clock, live_router, served, tick

from graphwing import Subgraph
from graphwing.server.settings.reader import Duration
from graphwing.server.streams.subscriptions import SubscriptionSettings

EVENTS = "text/event-stream"
MULTIPART = 'multipart/mixed;boundary="graphql";subscriptionSpec="1.0"'
PART = b"\r\ncontent-type: application/json; charset=utf-8\r\n\r\n"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@asynccontextmanager
async def serving(clock: Clock, **settings: Any) -> AsyncGenerator[httpx.AsyncClient]:  # noqa: ANN401
    app = live_router(Subgraph(schema=clock.schema)).asgi(
        subscriptions=SubscriptionSettings(**settings)
    )
    async with (
        served(app) as place,
        httpx.AsyncClient(base_url=f"http://{place}", timeout=10) as client,
    ):
        yield client


@pytest.fixture
async def client(clock: Clock) -> AsyncGenerator[httpx.AsyncClient]:
    async with serving(clock) as client:
        yield client


def asked(operation: str, **variables: object) -> dict[str, Any]:
    return {"query": operation, "variables": variables}


def compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def event(value: object) -> bytes:
    return b"event: next\ndata: %b\n\n" % compact(value)


COMPLETE = b"event: complete\ndata:\n\n"


async def test_server_sent_events_are_next_and_complete(client: httpx.AsyncClient) -> None:
    response = await client.post("/graphql", json=asked(TICKS, upTo=2), headers={"accept": EVENTS})

    assert response.status_code == 200
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.headers["cache-control"] == "no-cache"
    assert response.content == b":\n\n" + event(tick(0)) + event(tick(1)) + COMPLETE


async def test_a_browser_can_subscribe_with_get(client: httpx.AsyncClient) -> None:
    parameters = {"query": TICKS, "variables": '{"upTo": 1}'}

    headers = {"accept": EVENTS, "sec-fetch-site": "same-origin"}
    response = await client.get("/graphql", params=parameters, headers=headers)

    assert response.content == b":\n\n" + event(tick(0)) + COMPLETE


async def test_a_client_that_only_takes_events_gets_queries_as_one(
    client: httpx.AsyncClient,
) -> None:
    headers = {"accept": EVENTS}

    query = await client.post("/graphql", json=asked("{ now }"), headers=headers)
    invalid = await client.post("/graphql", json=asked("{ nothing }"), headers=headers)
    mutation = await client.get(
        "/graphql",
        params={"query": "mutation { wind }"},
        headers={**headers, "apollo-require-preflight": "1"},
    )
    either = await client.post(
        "/graphql", json=asked("{ now }"), headers={"accept": f"{EVENTS}, application/json"}
    )

    assert query.content == b":\n\n" + event({"data": {"now": 7}}) + COMPLETE
    assert b"GRAPHQL_VALIDATION_FAILED" in invalid.content
    assert b"METHOD_NOT_ALLOWED" in mutation.content
    assert either.json() == {"data": {"now": 7}}


async def test_parts_have_a_payload_each_and_are_complete_when_they_come(
    client: httpx.AsyncClient,
) -> None:
    headers = {"accept": f"{MULTIPART}, application/json"}

    response = await client.post("/graphql", json=asked(TICKS, upTo=2), headers=headers)
    query = await client.post("/graphql", json=asked("{ now }"), headers=headers)

    assert response.headers["content-type"] == MULTIPART
    assert response.content == b"".join(
        (
            b"--graphql",
            *(PART + compact({"payload": tick(n)}) + b"\r\n--graphql" for n in range(2)),
            b"--\r\n",
        )
    )
    assert query.json() == {"data": {"now": 7}}


async def test_an_event_arrives_when_it_happens(client: httpx.AsyncClient, clock: Clock) -> None:
    expected = {
        EVENTS: b":\n\n" + event(tick(0)),
        MULTIPART: b"--graphql" + PART + compact({"payload": tick(0)}) + b"\r\n--graphql",
    }

    for accept, first in expected.items():
        clock.is_closed.clear()
        async with client.stream(
            "POST", "/graphql", json=asked(TICKS), headers={"accept": accept}
        ) as response:
            received = b""
            async for chunk in response.aiter_raw():
                received += chunk
                if len(received) >= len(first):
                    break
            assert received == first
            assert not clock.is_closed.is_set()
        async with asyncio.timeout(1):
            await clock.is_closed.wait()


async def test_a_silent_stream_is_kept_alive(clock: Clock) -> None:
    beats = {EVENTS: b":\n\n:\n\n", MULTIPART: (PART + b"{}\r\n--graphql") * 2}

    async with serving(clock, ping=Duration(0.01)) as client:
        for accept, beat in beats.items():
            async with client.stream(
                "POST", "/graphql", json=asked(TICKS), headers={"accept": accept}
            ) as response:
                received = b""
                async for chunk in response.aiter_raw():
                    received += chunk
                    if received.endswith(beat):
                        break


async def test_the_end_of_a_subgraph_is_told_to_the_client(clock: Clock) -> None:
    async def gone(_: object) -> Any:  # noqa: ANN401
        raise OSError

    subgraph = Subgraph(sdl=clock.schema.as_str(), answer=gone)
    message = "subgraph `ticks` has no events; give its `Subgraph` `events`"
    extensions = {"code": "DOWNSTREAM_SERVICE_ERROR", "serviceName": "ticks"}
    errors = [{"message": message, "extensions": extensions}]

    async with (
        served(live_router(subgraph).asgi()) as place,
        httpx.AsyncClient(base_url=f"http://{place}") as client,
    ):
        answers = [
            await client.post("/graphql", json=asked(TICKS), headers={"accept": accept})
            for accept in (EVENTS, MULTIPART)
        ]

    assert answers[0].content == b":\n\n" + event({"errors": errors}) + COMPLETE
    told = compact({"payload": None, "errors": errors})
    assert answers[1].content == b"--graphql" + PART + told + b"\r\n--graphql--\r\n"


async def test_a_subscription_without_a_way_to_send_it_is_told_the_ways(
    client: httpx.AsyncClient,
) -> None:
    for accept in ("application/json", "*/*", "multipart/mixed;deferSpec=20220824"):
        response = await client.post("/graphql", json=asked(TICKS), headers={"accept": accept})

        assert "SUBSCRIPTION_NOT_SUPPORTED" in response.text
        assert "accept `text/event-stream`" in response.text


async def test_one_subscription_too_many_is_refused_before_the_stream(clock: Clock) -> None:
    async with serving(clock, max=0) as client:
        response = await client.post("/graphql", json=asked(TICKS), headers={"accept": EVENTS})

    assert response.status_code == 503
    assert response.headers["retry-after"] == "5"
    assert response.json()["errors"][0]["extensions"]["code"] == "TOO_MANY_SUBSCRIPTIONS"
    assert clock.opened == 0


async def test_a_router_that_stops_completes_its_streams(clock: Clock) -> None:
    app = live_router(Subgraph(schema=clock.schema)).asgi()

    async with served(app) as place, httpx.AsyncClient(base_url=f"http://{place}") as client:
        request = client.post("/graphql", json=asked(TICKS), headers={"accept": EVENTS})
        async with asyncio.TaskGroup() as group:
            answering = group.create_task(request)
            await clock.is_open.wait()
            await app.stop()
        late = await client.post("/graphql", json=asked(TICKS), headers={"accept": EVENTS})

    assert answering.result().content.endswith(COMPLETE)
    assert late.status_code == 503
    assert clock.is_closed.is_set()


async def test_a_client_that_does_not_read_is_given_up_and_the_others_go_on() -> None:
    clock = Clock()
    app = live_router(Subgraph(schema=clock.schema)).asgi(
        subscriptions=SubscriptionSettings(queue=10, patience=Duration(0.05))
    )
    body = compact(asked("subscription { noise(length: 500000) }"))
    head = (
        f"POST /graphql HTTP/1.1\r\nhost: router\r\naccept: {EVENTS}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )

    async with served(app) as place:
        host, port = place.split(":")
        _, writer = await asyncio.open_connection(host, int(port), limit=1)
        writer.write(head.encode() + body)
        async with asyncio.timeout(20):
            await clock.is_closed.wait()
        async with httpx.AsyncClient(base_url=f"http://{place}") as other:
            answer = await other.post(
                "/graphql", json=asked(TICKS, upTo=1), headers={"accept": EVENTS}
            )
        writer.transport.abort()

    assert answer.content.endswith(event(tick(0)) + COMPLETE)

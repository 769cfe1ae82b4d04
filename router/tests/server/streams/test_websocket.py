"""Clients over WebSockets, by the protocol `graphql-transport-ws`.

https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from plans.live import TICKS, Clock, live_router, served, tick

from graphwing import Identity, Issuer, Subgraph
from graphwing.server.settings.reader import Duration
from graphwing.server.streams.subscriptions import SubscriptionSettings

SUBPROTOCOL = "graphql-transport-ws"
INIT = {"type": "connection_init"}
Json = dict[str, Any]


class Client:
    """One connection to the router."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self.heard: list[Json] = []
        """What was said before the connection was closed."""

    async def say(self, *messages: Json | str | bytes) -> None:
        for message in messages:
            if isinstance(message, bytes):
                await self._socket.send_bytes(message)
            else:
                text = message if isinstance(message, str) else json.dumps(message)
                await self._socket.send_str(text)

    async def hear(self, count: int = 1) -> list[Json]:
        async with asyncio.timeout(5):
            return [await self._socket.receive_json() for _ in range(count)]

    async def closed(self) -> tuple[int | None, str | None]:
        """Return code and reason of the close that comes, whatever is said before."""
        async with asyncio.timeout(5):
            while (message := await self._socket.receive()).type is aiohttp.WSMsgType.TEXT:
                self.heard.append(message.json())
        assert message.type is aiohttp.WSMsgType.CLOSE, message
        return self._socket.close_code, message.extra


def subscribe(operation: str, of: str = "1", **variables: object) -> Json:
    payload = {"query": operation, "variables": variables}
    return {"type": "subscribe", "id": of, "payload": payload}


def following(*results: Json, of: str = "1") -> list[Json]:
    return [
        *({"type": "next", "id": of, "payload": one} for one in results),
        {"type": "complete", "id": of},
    ]


@asynccontextmanager
async def serving(clock: Clock, **options: Any) -> AsyncGenerator[str]:  # noqa: ANN401
    settings = SubscriptionSettings(**options.pop("subscriptions", {}))
    limits = {"body_limit": options.pop("body_limit", 10_000)}
    router = live_router(Subgraph(schema=clock.schema), **options)
    async with served(router.asgi(subscriptions=settings, **limits)) as place:
        yield f"http://{place}/graphql"


@asynccontextmanager
async def connected(
    url: str,
    *,
    protocol: str = SUBPROTOCOL,
    headers: dict[str, str] | None = None,
    origin: str | None = None,
) -> AsyncGenerator[Client]:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(url, protocols=[protocol], headers=headers, origin=origin) as socket,
    ):
        yield Client(socket)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def client(clock: Clock) -> AsyncGenerator[Client]:
    async with serving(clock) as url, connected(url) as client:
        yield client


async def acknowledged(client: Client, **payload: object) -> Client:
    await client.say({**INIT, "payload": payload} if payload else INIT)
    assert await client.hear() == [{"type": "connection_ack"}]
    return client


async def test_each_event_is_a_next_and_the_end_is_a_complete(client: Client) -> None:
    await acknowledged(client)

    await client.say(subscribe(TICKS, upTo=3))

    assert await client.hear(4) == following(tick(0), tick(1), tick(2))


async def test_queries_and_mutations_are_answered_too(client: Client) -> None:
    await acknowledged(client)

    await client.say(subscribe("{ now }"), subscribe("mutation { wind }", of="2"))

    said = await client.hear(4)
    assert [one for one in said if one["id"] == "1"] == following({"data": {"now": 7}})
    assert [one for one in said if one["id"] == "2"] == following({"data": {"wind": True}}, of="2")


async def test_subscriptions_share_a_connection_and_end_each_for_itself(
    client: Client, clock: Clock
) -> None:
    await acknowledged(client)
    await client.say(subscribe(TICKS, of="endless"))
    await client.hear()

    await client.say(subscribe("subscription { nothing }", of="wrong"))
    (error,) = await client.hear()
    await client.say(subscribe("subscription { broken }", of="broken"))
    broken = await client.hear(3)
    assert not clock.is_closed.is_set()
    await client.say({"type": "complete", "id": "endless"})
    async with asyncio.timeout(1):
        await clock.is_closed.wait()
    await client.say(subscribe(TICKS, of="endless", upTo=1))

    assert (error["type"], error["id"]) == ("error", "wrong")
    assert [one["extensions"]["code"] for one in error["payload"]] == ["GRAPHQL_VALIDATION_FAILED"]
    assert [one["type"] for one in broken] == ["next", "next", "complete"]
    assert broken[1]["payload"]["errors"][0]["message"] == "out of order"
    assert await client.hear(2) == following(tick(0), of="endless")


async def test_a_subscription_with_two_root_fields_or_a_conditional_one_is_refused(
    client: Client,
) -> None:
    await acknowledged(client)
    two = "subscription { ticks(upTo: 1) { n } broken }"
    conditional = "subscription ($x: Boolean!) { broken @skip(if: $x) }"

    await client.say(subscribe(two, of="a"), subscribe(conditional, of="b", x=True))

    said = await client.hear(2)
    assert {(one["type"], one["id"]) for one in said} == {("error", "a"), ("error", "b")}


async def test_a_connection_that_is_lost_closes_the_streams_of_subgraphs(clock: Clock) -> None:
    async with serving(clock) as url:
        async with connected(url) as client:
            await acknowledged(client)
            await client.say(subscribe(TICKS))
            await client.hear()

        async with asyncio.timeout(1):
            await clock.is_closed.wait()


async def test_a_ping_is_answered_with_its_payload_also_before_the_introduction(
    client: Client,
) -> None:
    await client.say({"type": "ping"}, {"type": "ping", "payload": {"n": 1}}, {"type": "pong"})

    assert await client.hear(2) == [{"type": "pong"}, {"type": "pong", "payload": {"n": 1}}]


QUERY = subscribe("{ now }")


@pytest.mark.parametrize(
    ("messages", "code", "reason"),
    [
        ((QUERY,), 4401, "Unauthorized"),
        ((INIT, INIT), 4429, "Too many initialisation requests"),
        (({**INIT, "payload": [1]},), 4400, "the payload of `connection_init` is not an object"),
        ((INIT, b"{}"), 4400, "messages are text"),
        ((INIT, "{"), 4400, "the message is not of the protocol"),
        ((INIT, {"type": 1}), 4400, "the message is not of the protocol"),
        ((INIT, {"type": "start"}), 4400, "there is no message of type `start`"),
        ((INIT, {**QUERY, "id": ""}), 4400, "`subscribe` needs an `id`"),
        ((INIT, subscribe(TICKS), QUERY), 4409, "Subscriber for 1 already exists"),
        ((INIT, "x" * 10_001), 1009, "messages have at most 10000 characters"),
    ],
)
async def test_a_client_that_breaks_the_protocol_is_disconnected_with_the_code_for_it(
    client: Client, messages: tuple[Any, ...], code: int, reason: str | None
) -> None:
    await client.say(*messages)

    assert await client.closed() == (code, reason)


async def test_a_client_without_the_subprotocol_is_told_so(clock: Clock) -> None:
    async with serving(clock) as url, connected(url, protocol="graphql-ws") as client:
        assert await client.closed() == (4406, "Subprotocol not acceptable")


async def test_a_client_that_does_not_introduce_itself_is_disconnected(clock: Clock) -> None:
    settings = {"connection_init": Duration(0.01)}

    async with serving(clock, subscriptions=settings) as url, connected(url) as client:
        assert await client.closed() == (4408, "Connection initialisation timeout")


async def test_a_client_is_pinged_and_disconnected_when_it_gives_no_sign_of_life(
    clock: Clock,
) -> None:
    settings = {"connection_init": Duration(0.2), "ping": Duration(0.02), "silence": Duration(0.1)}

    async with serving(clock, subscriptions=settings) as url, connected(url) as client:
        await client.say(INIT, subscribe(TICKS))
        await clock.is_open.wait()

        assert await client.closed() == (4499, "no sign of life")
        assert client.heard.count({"type": "ping"}) >= 1
        async with asyncio.timeout(1):
            await clock.is_closed.wait()


async def test_there_are_as_many_subscriptions_as_are_allowed(clock: Clock) -> None:
    async with (
        serving(clock, subscriptions={"max": 1}) as url,
        connected(url) as first,
        connected(url) as second,
    ):
        await acknowledged(first)
        await acknowledged(second)
        await first.say(subscribe(TICKS))
        await first.hear()

        await second.say(subscribe(TICKS))
        (refused,) = await second.hear()
        await first.say({"type": "complete", "id": "1"})
        await clock.is_closed.wait()
        await first.say(subscribe("{ now }"))

        assert refused["payload"][0]["extensions"]["code"] == "TOO_MANY_SUBSCRIPTIONS"
        assert await first.hear(2) == following({"data": {"now": 7}})


async def test_a_client_that_does_not_read_is_told_so_when_it_reads_again(clock: Clock) -> None:
    settings = {"queue": 10, "patience": Duration(0.05)}

    async with serving(clock, subscriptions=settings) as url, connected(url) as client:
        await acknowledged(client)
        await client.say(subscribe("subscription { noise(length: 500000) }"))
        async with asyncio.timeout(20):
            await clock.is_closed.wait()

        while (message := (await client.hear())[0])["type"] == "next":
            pass
        await client.say(subscribe("{ now }"))

        assert message["type"] == "error"
        assert message["payload"][0]["extensions"]["code"] == "CLIENT_TOO_SLOW"
        assert await client.hear(2) == following({"data": {"now": 7}})


async def test_a_router_that_stops_completes_subscriptions_and_goes_away(clock: Clock) -> None:
    app = live_router(Subgraph(schema=clock.schema)).asgi()

    async with served(app) as place, connected(f"http://{place}/graphql") as client:
        await acknowledged(client)
        await client.say(subscribe(TICKS, of="a"), subscribe(TICKS, of="b"))
        await client.hear(2)

        await app.stop()

        said = await client.hear(2)
        assert sorted(one["id"] for one in said) == ["a", "b"]
        assert {one["type"] for one in said} == {"complete"}
        assert await client.closed() == (1001, "the router stops")


async def test_another_path_has_no_websocket(clock: Clock) -> None:
    async with serving(clock) as url:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
            async with connected(f"{url}/elsewhere"):
                pass

    assert refusal.value.status == 403


async def test_what_a_client_says_first_counts_as_headers(clock: Clock) -> None:
    names = ["accept-language", "x-tenant", "cookie"]

    async with serving(clock, propagate_headers=names) as url:
        headers = {"accept-language": "en", "x-tenant": "a", "cookie": "session=1"}
        async with connected(url, headers=headers) as client:
            await acknowledged(client, **{"Accept-Language": "ko", "x-other": "no", "n": 1})
            await client.say(subscribe(TICKS, upTo=1))
            await client.hear(2)
        async with connected(url, headers=headers, origin="http://elsewhere.test") as client:
            await acknowledged(client)
            await client.say(subscribe(TICKS, upTo=1))
            await client.hear(2)

    own, foreign = (context["request"].headers for context in clock.contexts)
    assert own == {"accept-language": "ko", "x-tenant": "a", "cookie": "session=1"}
    # Any page can open a WebSocket, and the browser sends our cookies along.
    assert foreign == {"accept-language": "en", "x-tenant": "a"}


@pytest.fixture
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


@pytest.fixture
def identity(key: Ed25519PrivateKey, tmp_path: Path) -> Identity:
    as_dict = jwt.get_algorithm_by_name("EdDSA").to_jwk(key.public_key(), as_dict=True)
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps({"keys": [{**as_dict, "kid": "one"}]}))
    return Identity(Issuer("us", "all", key_file=path), forward_secret="secret")  # noqa: S106


def bearer(key: Ed25519PrivateKey) -> str:
    claims = {"sub": "9f1c", "iss": "us", "aud": "all", "exp": int(time.time()) + 60}
    return f"Bearer {jwt.encode(claims, key, 'EdDSA', headers={'kid': 'one'})}"


async def test_a_token_may_come_in_the_handshake_or_in_the_introduction(
    clock: Clock, identity: Identity, key: Ed25519PrivateKey
) -> None:
    async with serving(clock, identity=identity) as url:
        async with connected(url, headers={"authorization": bearer(key)}) as client:
            await acknowledged(client)
            await client.say(subscribe(TICKS, upTo=1))
            await client.hear(2)
        async with connected(url) as client:
            await acknowledged(client, Authorization=bearer(key))
            await client.say(subscribe(TICKS, upTo=1))
            await client.hear(2)

    assert len(clock.contexts) == 2
    for context in clock.contexts:
        assert "graphwing-claims" in context["request"].headers


async def test_a_token_that_is_not_valid_is_forbidden_at_once(
    clock: Clock, identity: Identity
) -> None:
    async with serving(clock, identity=identity) as url, connected(url) as client:
        await client.say({**INIT, "payload": {"authorization": "Bearer forged"}})

        assert await client.closed() == (4403, "the token is not valid")

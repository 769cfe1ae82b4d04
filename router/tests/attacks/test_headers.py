"""Attacks by headers, over real sockets: what a subgraph hears is what the router says."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from plans.live import served

from graphwing import Identity, Issuer, Router, Subgraph
from graphwing.exact_json import encode_json
from graphwing.server.headers.header_rules import HeaderRules, RuleSet
from graphwing.server.headers.rules import Names, Propagate
from graphwing.server.settings.sharing import SharingSettings

SDL = """extend schema @link(url: "https://specs.apollo.dev/federation/v2.3")
type Query { me: String }
type Mutation { rename(to: String): String }
type Subscription { told: String }
"""
KEY = Ed25519PrivateKey.generate()
BODY = b'{"query":"{ me }"}'
OWN = {"host", "content-length", "content-type", "accept"}
EVERYTHING = HeaderRules(RuleSet([Propagate(Names(pattern=re.compile(".*")))]))


def bearer(name: str) -> str:
    claims = {"sub": name, "iss": "us", "aud": "all", "exp": int(time.time()) + 3600}
    return f"Bearer {jwt.encode(claims, KEY, 'EdDSA', headers={'kid': 'one'})}"


def user_in(headers: dict[str, str]) -> str:
    claims = headers.get("graphwing-claims")
    return (
        "nobody" if claims is None else json.loads(base64.urlsafe_b64decode(claims + "=="))["sub"]
    )


class Service:
    """A subgraph that tells everybody who they are, and notes the headers that it hears."""

    def __init__(self) -> None:
        self.heard: list[dict[str, str]] = []
        self.arrived = asyncio.Semaphore(0)
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401
        if scope["type"] != "http":
            return
        headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
        self.heard.append(headers)
        self.arrived.release()
        body = (await receive())["body"]
        await self.may_answer.wait()
        user = user_in(headers)
        is_stream = b"subscription" in body
        data = {"told": user} if is_stream else {"me": user, "rename": user}
        answer = encode_json({"data": data})
        kind = b"text/event-stream" if is_stream else b"application/json"
        if is_stream:
            answer = b"event: next\ndata: %b\n\nevent: complete\ndata:\n\n" % answer
        fields = [(b"content-type", kind), (b"set-cookie", b"user=%b" % user.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": fields})
        await send({"type": "http.response.body", "body": answer})

    def told(self) -> list[dict[str, str]]:
        """Return the headers that the router does not write for each request."""
        return [{name: one[name] for name in one if name not in OWN} for one in self.heard]


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def identity(tmp_path: Path) -> Identity:
    public = jwt.get_algorithm_by_name("EdDSA").to_jwk(KEY.public_key(), as_dict=True)
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps({"keys": [{**public, "kid": "one"}]}))
    return Identity(Issuer("us", "all", key_file=path), forward_secret="hush")  # noqa: S106


@asynccontextmanager
async def serving(service: Service, **options: Any) -> AsyncGenerator[str]:  # noqa: ANN401
    async with served(service) as place:
        subgraph = Subgraph(sdl=SDL, url=f"http://{place}/graphql")
        router = Router({"service": subgraph}, **options)
        async with served(router.asgi()) as own_place:
            yield own_place


async def sent(place: str, *lines: bytes, body: bytes = BODY) -> tuple[int, bytes]:
    """Send a request byte by byte as it is written here; return status and body."""
    host, _, port = place.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    usual = [
        b"POST /graphql HTTP/1.1",
        b"host: router",
        b"content-type: application/json",
        b"content-length: %d" % len(body),
        b"connection: close",
    ]
    writer.write(b"\r\n".join([*usual, *lines]) + b"\r\n\r\n" + body)
    try:
        async with asyncio.timeout(10):
            answer = await reader.read()
    finally:
        writer.close()
    head, _, rest = answer.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), rest


async def test_claims_that_a_client_sends_reach_no_subgraph_however_they_are_written(
    service: Service, identity: Identity
) -> None:
    forged = base64.urlsafe_b64encode(b'{"sub":"eve"}')
    attempts = [
        [b"graphwing-claims: %b" % forged, b"signature: x=:y:", b"signature-input: x=()"],
        [b"Graphwing-Claims: %b" % forged],
        [b"graphwing_claims: %b" % forged, b"GRAPHWING_CLAIMS: %b" % forged],
        [b"graphwing-claims: %b" % forged, b"graphwing-claims: %b" % forged],
        [b"connection: graphwing-claims, signature", b"signature_input: x"],
    ]
    async with serving(service, identity=identity, headers=EVERYTHING) as place:
        authorization = b"authorization: " + bearer("ada").encode()
        anonymous = [await sent(place, *lines) for lines in attempts]
        known = [await sent(place, authorization, *lines) for lines in attempts]

    assert anonymous == [(200, b'{"data":{"me":"nobody"}}')] * 5
    assert known == [(200, b'{"data":{"me":"ada"}}')] * 5
    claims = {"graphwing-claims", "signature", "signature-input"}
    assert [one.keys() for one in service.told()] == [set[str]()] * 5 + [claims] * 5


async def test_what_belongs_to_a_connection_goes_no_further(service: Service) -> None:
    lines = [
        b"connection: X-Tenant, keep-alive",
        b"x-tenant: a",
        b"x-org: b",
        b"x_org: c",
        b"te: trailers",
        b"keep-alive: timeout=5",
        b"proxy-authorization: Basic eDp5",
        b"upgrade-insecure-requests: 1",
        b"cookie: session=1",
        b"authorization: Basic eDp5",
        b"x-request-deadline: 1",
    ]
    async with serving(service, headers=EVERYTHING) as place:
        status, _ = await sent(place, *lines)

    assert status == 200
    assert service.told() == [{"x-org": "b", "upgrade-insecure-requests": "1"}]


@pytest.mark.parametrize(
    "lines",
    [
        [b"x-tenant: a\rx-admin: 1"],
        [b"x-tenant: a\nx-admin: 1"],
        [b"x-tenant: a\x00b"],
        [b"x-tenant : a"],
        [b"x tenant: a"],
        [b"x-tenant\x0b: a"],
        [b"\xc3\xa9: a"],
        [b"transfer-encoding: chunked"],
        [b"content-length: 3"],
        [b"transfer-encoding: identity, chunked"],
    ],
)
async def test_bytes_that_no_header_may_have_never_pass(
    service: Service, lines: list[bytes]
) -> None:
    async with serving(service, headers=EVERYTHING) as place:
        status, _ = await sent(place, *lines)

        # Either it is refused, or what arrives is one harmless header.
        assert status == 400 or all("x-admin" not in one for one in service.heard)
        assert all(
            re.fullmatch(r"[\t\x20-\x7e\x80-\xff]*", value)
            for one in service.heard
            for value in one.values()
        )
        # The connection of the subgraph is what it was before.
        assert (await sent(place))[0] == 200
    assert len(service.heard) == (1 if status == 400 else 2)


async def test_a_request_hidden_in_the_body_of_another_is_never_answered(service: Service) -> None:
    hidden = b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n"
    chunked = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)

    async with serving(service, headers=EVERYTHING) as place:
        both = await sent(place, b"transfer-encoding: chunked", body=chunked + hidden)
        after = await sent(place)

    assert both[0] == 400
    assert after == (200, b'{"data":{"me":"nobody"}}')
    assert len(service.heard) == 1


@asynccontextmanager
async def socket(place: str, **payload: Any) -> AsyncGenerator[aiohttp.ClientWebSocketResponse]:  # noqa: ANN401
    url, protocols = f"http://{place}/graphql", ["graphql-transport-ws"]
    headers = {"x-forwarded-for": "10.0.0.1", "x-tenant": "a"}
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(url, protocols=protocols, headers=headers) as one,
    ):
        await one.send_json({"type": "connection_init", "payload": payload})
        yield one


@pytest.mark.parametrize(
    "payload",
    [
        {"x-tenant": "a\r\nx-admin: 1"},
        {"x-tenant": "a\nb"},
        {"x-tenant": "a\0b"},
        {"x-tenant": "달"},
        {"x-tenant\r\nx-admin": "1"},
        {"x tenant": "1"},
        {"": "1"},
    ],
)
async def test_what_a_client_says_first_cannot_break_out_of_a_header(
    service: Service, payload: dict[str, str]
) -> None:
    async with serving(service, headers=EVERYTHING) as place, socket(place, **payload) as one:
        async with asyncio.timeout(5):
            message = await one.receive()

        assert message.type is aiohttp.WSMsgType.CLOSE
        assert (one.close_code, "that no header may have" in str(message.extra)) == (4400, True)
    assert service.heard == []


async def test_what_a_client_says_first_is_not_believed_about_itself(service: Service) -> None:
    said = {
        "X-Forwarded-For": "1.2.3.4",
        "x_forwarded_for": "1.2.3.4",
        "forwarded": "for=1.2.3.4",
        "x-real-ip": "1.2.3.4",
        "connection": "x-tenant",
        "host": "internal",
        "content-length": "0",
        "graphwing-claims": "eve",
        "graphwing_claims": "eve",
        "n": 1,
    }
    async with serving(service, headers=EVERYTHING) as place, socket(place, **said) as one:
        async with asyncio.timeout(5):
            assert (await one.receive_json())["type"] == "connection_ack"
            await one.send_json({"type": "subscribe", "id": "1", "payload": {"query": "{ me }"}})
            assert (await one.receive_json())["payload"] == {"data": {"me": "nobody"}}

    (told,) = service.told()
    assert (told["x-forwarded-for"], told["x-tenant"]) == ("10.0.0.1", "a")
    assert not any("1.2.3.4" in value or value == "eve" for value in told.values())


USERS = ["ada", "eve", "ada", "eve", None, None, "bob", "ada"]


@pytest.mark.parametrize("operations", [True, False])
async def test_users_that_ask_the_same_at_the_same_moment_get_their_own(
    service: Service, identity: Identity, *, operations: bool
) -> None:
    service.may_answer.clear()
    sharing = SharingSettings(operations=operations)
    async with serving(service, identity=identity, sharing=sharing) as place:
        asking = [
            asyncio.ensure_future(
                sent(place, *([] if user is None else [b"authorization: " + bearer(user).encode()]))
            )
            for user in USERS
        ]
        for _ in range(4):
            await service.arrived.acquire()
        service.may_answer.set()
        answers = await asyncio.gather(*asking)

    assert [json.loads(body)["data"]["me"] for _, body in answers] == [
        user or "nobody" for user in USERS
    ]


async def test_users_that_change_the_same_at_the_same_moment_are_never_one(
    service: Service, identity: Identity
) -> None:
    body = b'{"query":"mutation { rename(to: \\"x\\") }"}'
    sharing = SharingSettings(operations=True)
    async with serving(service, identity=identity, sharing=sharing) as place:
        line = b"authorization: " + bearer("ada").encode()
        await asyncio.gather(*(sent(place, line, body=body) for _ in range(5)))

    assert len(service.heard) == 5


async def test_each_client_gets_its_own_cookie(service: Service, identity: Identity) -> None:
    service.may_answer.clear()
    rules = HeaderRules(RuleSet(response=[Propagate(Names("set-cookie"))]))
    async with (
        serving(service, identity=identity, headers=rules) as place,
        aiohttp.ClientSession() as session,
    ):

        async def cookie() -> list[str]:
            async with session.post(f"http://{place}/graphql", json={"query": "{ me }"}) as one:
                return one.headers.getall("set-cookie")

        asking = [asyncio.ensure_future(cookie()) for _ in range(5)]
        for _ in range(5):
            await service.arrived.acquire()
        service.may_answer.set()
        cookies = await asyncio.gather(*asking)

    assert cookies == [["user=nobody"]] * 5


async def test_sockets_of_different_users_share_nothing(
    service: Service, identity: Identity
) -> None:
    question = {"type": "subscribe", "id": "1", "payload": {"query": "subscription { told }"}}
    async with serving(service, identity=identity) as place, AsyncExitStack() as stack:
        sockets = [
            await stack.enter_async_context(
                socket(place, **({} if user is None else {"Authorization": bearer(user)}))
            )
            for user in USERS
        ]
        heard: list[str] = []
        async with asyncio.timeout(10):
            for one in sockets:
                assert (await one.receive_json())["type"] == "connection_ack"
            for one in sockets:
                await one.send_json(question)
            heard += [(await one.receive_json())["payload"]["data"]["told"] for one in sockets]

    assert heard == [user or "nobody" for user in USERS]

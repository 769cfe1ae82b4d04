"""Keys are kept, renewed behind the requests, and survive whatever their source does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import jwt
import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from graphwing.errors import IdentityUnavailableError
from graphwing.server.identity.issuer import ASYMMETRIC
from graphwing.server.identity.jwks import read_jwks
from graphwing.server.identity.key_set import KeySet, Renewal
from graphwing.server.identity.key_source import KeyAddress, KeysUnreadableError


def jwk(kid: str | None, algorithm: str = "EdDSA", key: Any = None, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    key = key or ed25519.Ed25519PrivateKey.generate()
    public = jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key(), as_dict=True)
    return {**public, **({} if kid is None else {"kid": kid}), **more}


def jwks(*keys: dict[str, Any]) -> bytes:
    return json.dumps({"keys": keys}).encode()


class Source:
    """Says what it is told to, as often as it is asked."""

    def __init__(self, *answers: bytes | str) -> None:
        self.answers = [*answers]
        self.asked = 0
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def read(self) -> bytes | None:
        self.asked += 1
        await self.may_answer.wait()
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, str):
            raise KeysUnreadableError(answer)
        return answer


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def key_set(source: Source, clock: Callable[[], float]) -> KeySet:
    return KeySet(source, ASYMMETRIC, renewal=Renewal(600, 30, 5), clock=clock)


async def test_keys_are_fetched_once_for_all_who_wait() -> None:
    source = Source(jwks(jwk("one")))
    source.may_answer.clear()
    keys = key_set(source, Clock())

    finding = [asyncio.ensure_future(keys.find("one", "EdDSA")) for _ in range(20)]
    await asyncio.sleep(0)
    source.may_answer.set()
    found = await asyncio.gather(*finding)

    assert source.asked == 1
    assert None not in found


async def test_a_client_that_leaves_does_not_take_the_fetch_with_it() -> None:
    source = Source(jwks(jwk("one")))
    source.may_answer.clear()
    keys = key_set(source, Clock())

    first, second = (asyncio.ensure_future(keys.find("one", "EdDSA")) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    source.may_answer.set()

    assert await second is not None
    assert source.asked == 1


async def test_an_unknown_key_makes_us_look_again_but_not_all_the_time() -> None:
    clock = Clock()
    source = Source(jwks(jwk("one")), jwks(jwk("one"), jwk("two")))
    keys = key_set(source, clock)
    await keys.open()

    at_once = [await keys.find("two", "EdDSA") for _ in range(50)]
    clock.now += 30
    later = await keys.find("two", "EdDSA")
    again = [await keys.find("three", "EdDSA") for _ in range(50)]

    assert at_once == [None] * 50
    assert later is not None
    assert again == [None] * 50
    assert source.asked == 2


async def test_old_keys_are_used_while_new_ones_are_fetched() -> None:
    clock = Clock()
    source = Source(jwks(jwk("one")), jwks(jwk("two")))
    keys = key_set(source, clock)
    await keys.open()
    clock.now += 599
    await keys.find("one", "EdDSA")
    before = source.asked
    source.may_answer.clear()

    clock.now += 1
    old = await keys.find("one", "EdDSA")
    source.may_answer.set()
    new = await keys.find("two", "EdDSA")

    assert (before, source.asked) == (1, 2)
    assert old is not None
    assert new is not None
    assert await keys.find("one", "EdDSA") is None, "a key that is no longer there verifies nothing"


async def test_keys_that_nobody_has_looked_at_for_long_are_not_used_unseen() -> None:
    clock = Clock()
    source = Source(jwks(jwk("one")), jwks(jwk("two")))
    keys = key_set(source, clock)
    await keys.open()

    clock.now += 1200

    assert keys.is_outdated
    assert await keys.find("one", "EdDSA") is None
    assert source.asked == 2


async def test_a_fetch_that_fails_keeps_the_keys_and_is_tried_again_soon(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = Clock()
    first, second = jwks(jwk("one")), jwks(jwk("two"))
    source = Source(first, "the answer has status 500", b"no JSON", second)
    keys = key_set(source, clock)
    await keys.open()

    clock.now += 600
    kept: list[bool] = []
    for _ in range(3):
        kept.append(await keys.find("one", "EdDSA") is not None)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        clock.now += 5

    assert kept == [True, True, True]
    assert await keys.find("two", "EdDSA") is not None
    assert source.asked == 4
    assert "status 500" in caplog.text
    assert "no JSON Web Key Set" in caplog.text


async def test_without_any_keys_a_token_cannot_be_verified_and_the_source_is_spared() -> None:
    clock = Clock()
    source = Source("not there", jwks(jwk("one")))
    keys = key_set(source, clock)
    await keys.open()

    for _ in range(10):
        with pytest.raises(IdentityUnavailableError):
            await keys.find("one", "EdDSA")
    asked = source.asked
    clock.now += 5

    assert asked == 1
    assert await keys.find("one", "EdDSA") is not None


async def test_the_version_changes_only_with_the_keys() -> None:
    clock = Clock()
    same = jwks(jwk("one"))
    source = Source(same, same, jwks(jwk("two")))
    keys = key_set(source, clock)
    versions: list[int] = []
    for _ in range(3):
        await keys.open()
        versions.append(keys.version)
        clock.now += 600

    assert versions == [1, 1, 2]


async def test_closing_ends_a_fetch_that_is_under_way() -> None:
    source = Source(jwks(jwk("one")))
    source.may_answer.clear()
    keys = key_set(source, Clock())
    keys.renew_if_old()
    await asyncio.sleep(0)

    await keys.close()

    assert asyncio.all_tasks() == {asyncio.current_task()}


def test_only_keys_that_verify_are_taken() -> None:
    shared = {"kty": "oct", "k": "c2VjcmV0", "kid": "secret"}
    strong = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    text = jwks(
        jwk("fine"),
        jwk("encrypts", use="enc"),
        jwk("signs", key_ops=["sign"]),
        jwk("lies", alg="RS256"),
        jwk("narrow", "RS256", strong, alg="PS256"),
        jwk("other curve", "ES384", ec.generate_private_key(ec.SECP384R1())),
        {**jwk("broken"), "x": "AA"},
        {**jwk(None), "kid": 5},
        shared,
        {**shared, "alg": "RS256"},
        {"kty": "none", "kid": "none", "alg": "none"},
        {},
    )

    keys = read_jwks(text, ASYMMETRIC)
    allowed = read_jwks(text, {"ES384", "HS256"})

    assert set(keys) == {("fine", "EdDSA"), ("narrow", "PS256"), ("other curve", "ES384")}
    assert set(allowed) == {("other curve", "ES384")}


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b'{"keys": 1}', b'{"keys": [1]}', b"\xff"])
def test_what_is_no_key_set_is_refused(text: bytes) -> None:
    with pytest.raises(KeysUnreadableError, match="no JSON Web Key Set"):
        read_jwks(text, ASYMMETRIC)


@asynccontextmanager
async def site(answer: Callable[[web.Request], Any]) -> AsyncGenerator[str]:
    app = web.Application()

    async def handle(request: web.Request) -> web.StreamResponse:
        return await answer(request)

    app.router.add_get("/{anything}", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    listening = web.TCPSite(runner, "127.0.0.1", 0)
    await listening.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/keys"
    finally:
        await runner.cleanup()


async def test_keys_are_read_from_an_address() -> None:
    text = jwks(jwk("one"))

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=text)

    async with site(answer) as url:
        assert await KeyAddress(url, timeout=5).read() == text


async def test_an_address_that_answers_badly_is_told_with_its_reason() -> None:
    is_over = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        match request.path:
            case "/large":
                return web.Response(body=b" " * (1024 * 1024 + 1))
            case "/moved":
                raise web.HTTPFound("/keys")
            case "/never":
                await is_over.wait()
            case _:
                pass
        return web.Response(status=500)

    reasons: dict[str, str] = {}
    async with site(answer) as url:
        for path in ("large", "moved", "never", "broken"):
            with pytest.raises(KeysUnreadableError) as refusal:
                await KeyAddress(url.replace("keys", path), timeout=0.3).read()
            reasons[path] = str(refusal.value)
        is_over.set()
    with pytest.raises(KeysUnreadableError):
        await KeyAddress(url, timeout=5).read()

    assert reasons == {
        "large": "the answer has more than 1048576 bytes",
        "moved": "the answer has status 302",
        "never": "no answer within 0.3 s",
        "broken": "the answer has status 500",
    }

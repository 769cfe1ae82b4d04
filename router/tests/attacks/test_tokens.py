"""Attacks on tokens: each is status 401 with one code, and no subgraph is asked."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from plans.graphs import Library

from graphwing import CookieToken, HeaderToken, Identity, Issuer, Router
from graphwing.errors import UnauthenticatedError
from graphwing.server.identity.tokens import TokenVerifier

OURS, OTHERS = "https://ours.test", "https://others.test"
BOOKS = "{ books { id } }"
ED = ed25519.Ed25519PrivateKey.generate()
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())
THEIRS = ed25519.Ed25519PrivateKey.generate()
STRANGER = ed25519.Ed25519PrivateKey.generate()
RSA_PEM = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def jwk(key: Any, algorithm: str, **more: str) -> dict[str, Any]:  # noqa: ANN401
    return {**jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key(), as_dict=True), **more}


def claims(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    now = int(time.time())
    said = {"sub": "ada", "iss": OURS, "aud": "library", "iat": now, "exp": now + 3600, **changes}
    return {name: value for name, value in said.items() if value is not None}


def part(value: object) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def signed(header: dict[str, Any], payload: object, sign: Callable[[bytes], bytes]) -> str:
    """Return a token with any header and payload, whatever a library would allow."""
    said = f"{part(header)}.{part(payload)}"
    return f"{said}.{part(sign(said.encode()))}"


def hmac_with(secret: bytes) -> Callable[[bytes], bytes]:
    def sign(said: bytes) -> bytes:
        algorithm = jwt.get_algorithm_by_name("HS256")
        return algorithm.sign(said, secret)

    return sign


def token(key: Any = ED, algorithm: str = "EdDSA", kid: Any = "ed", **changes: Any) -> str:  # noqa: ANN401
    return jwt.encode(claims(**changes), key, algorithm, headers={"kid": kid})


def header_of(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"alg": "EdDSA", "kid": "ed", "typ": "JWT", **changes}


GOOD = token()
NOW = int(time.time())
FORGED = {
    "another key": token(STRANGER),
    "another payload": ".".join([GOOD.split(".")[0], part(claims(sub="eve")), GOOD.split(".")[2]]),
    "another header": ".".join([part(header_of(kid="rsa")), *GOOD.split(".")[1:]]),
    "signature cut": GOOD[:-8],
    "no signature": GOOD.rsplit(".", 1)[0] + ".",
    "two parts": GOOD.rsplit(".", 1)[0],
    "five parts, as encrypted ones have": f"{GOOD}.a.b",
    "expired": token(exp=NOW - 1),
    "expired, as text": signed(header_of(), claims(exp="soon"), ED.sign),
    "expires never": signed(header_of(), claims(exp=None), ED.sign),
    "expires at infinity": signed(
        header_of(), json.dumps(claims(exp=1)).replace('"exp": 1', '"exp": 1e999').encode(), ED.sign
    ),
    "not yet valid": token(nbf=NOW + 86_400),
    "issued in the future": token(iat=NOW + 86_400),
    "wrong audience": token(aud="shop"),
    "wrong audiences": token(aud=["shop", "bank"]),
    "no audience": token(aud=None),
    "empty audience": token(aud=[]),
    "audience that contains ours": token(aud="library-admin"),
    "unknown issuer": token(iss="https://eve.test"),
    "issuer that begins like ours": token(iss=f"{OURS}.eve.test"),
    "no issuer": token(iss=None),
    "issuers as a list": signed(header_of(), claims(iss=[OURS]), ED.sign),
    "no subject": token(sub=None),
    "key of one issuer, name of the other": token(THEIRS, kid="theirs"),
    "audience of the other issuer": token(THEIRS, kid="theirs", iss=OTHERS),
    "algorithm none": signed(header_of(alg="none"), claims(), lambda _: b""),
    "algorithm None": signed(header_of(alg="None"), claims(), lambda _: b""),
    "algorithm nOnE, signed": signed(header_of(alg="nOnE"), claims(), ED.sign),
    "no algorithm": signed({"kid": "ed"}, claims(), ED.sign),
    "public RSA key as a secret": signed(
        header_of(alg="HS256", kid="rsa"), claims(), hmac_with(RSA_PEM)
    ),
    "public key of the set as a secret": signed(
        header_of(alg="HS256"), claims(), hmac_with(ED.public_key().public_bytes_raw())
    ),
    "empty secret": signed(header_of(alg="HS256"), claims(), hmac_with(b"")),
    "algorithm of another type of key": token(RSA, "RS256", kid="ed"),
    "algorithm that its key does not say": token(RSA, "RS512", kid="rsa"),
    "key id that walks": token(STRANGER, kid="../../dev/null"),
    "key id that injects": token(STRANGER, kid="ed' UNION SELECT 'x"),
    "key id with a null": token(STRANGER, kid="ed\0"),
    "key id of no text": signed(header_of(kid=["ed"]), claims(), STRANGER.sign),
    "key id empty": token(STRANGER, kid=""),
    "own key in the token": signed(
        header_of(kid="mine", jwk=jwk(STRANGER, "EdDSA", kid="mine")), claims(), STRANGER.sign
    ),
    "own key under our name": signed(
        header_of(jwk=jwk(STRANGER, "EdDSA", kid="ed")), claims(), STRANGER.sign
    ),
    "unknown critical header": signed(header_of(crit=["exp"], exp=1), claims(), ED.sign),
    "payload that is not encoded": signed(header_of(b64=False, crit=["b64"]), claims(), ED.sign),
    "payload that is a list": signed(header_of(), [claims()], ED.sign),
    "payload nested deeply": signed(header_of(), b"[" * 5000, ED.sign),
    "claims nested deeply": signed(
        header_of(),
        json.dumps(claims(x=0)).replace('"x": 0', '"x": ' + "[" * 2000 + "]" * 2000).encode(),
        ED.sign,
    ),
    "claims with half a character": signed(header_of(), claims(name="\ud800"), ED.sign),
    "oversized": token(padding="x" * 9000),
    "text": "not.a.token",
    "bytes that no token has": "é.é.é",
    "nothing": "..",
}


def write_keys(path: Path, *keys: dict[str, Any]) -> None:
    path.write_text(json.dumps({"keys": keys}))


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "ours.json"
    keys = [
        jwk(ED, "EdDSA", kid="ed"),
        jwk(RSA, "RS256", kid="rsa", alg="RS256"),
        jwk(EC, "ES256", kid="ec"),
    ]
    write_keys(path, *keys)
    return path


@pytest.fixture
def their_file(tmp_path: Path) -> Path:
    path = tmp_path / "theirs.json"
    write_keys(path, jwk(THEIRS, "EdDSA", kid="theirs"))
    return path


@pytest.fixture
def issuers(key_file: Path, their_file: Path) -> list[Issuer]:
    return [
        Issuer(OURS, "library", key_file=key_file),
        Issuer(OTHERS, ["partners", "guests"], key_file=their_file),
    ]


@pytest.fixture
def library() -> Library:
    return Library()


@pytest.fixture
async def client(library: Library, issuers: list[Issuer]) -> AsyncGenerator[httpx.AsyncClient]:
    identity = Identity(*issuers, forward_secret="hush")  # noqa: S106
    async with Router(library.subgraphs(), identity=identity) as router:
        transport = httpx.ASGITransport(app=router.asgi())
        async with httpx.AsyncClient(transport=transport, base_url="http://router") as client:
            yield client


async def ask(client: httpx.AsyncClient, *headers: tuple[str, str]) -> httpx.Response:
    return await client.post("/graphql", json={"query": BOOKS}, headers=[*headers])


async def test_a_token_with_a_fault_is_refused_before_anything_is_fetched(
    client: httpx.AsyncClient, library: Library
) -> None:
    outcomes: dict[str, tuple[int, str, object]] = {}
    for kind, forged in FORGED.items():
        authorization = f"Bearer {forged}".encode("latin-1")
        response = await client.post(
            "/graphql", json={"query": BOOKS}, headers=[(b"authorization", authorization)]
        )
        codes = [error["extensions"] for error in response.json()["errors"]]
        outcomes[kind] = response.status_code, response.headers.get("www-authenticate", ""), codes

    refused = (401, 'Bearer error="invalid_token"', [{"code": "UNAUTHENTICATED"}])
    assert outcomes == dict.fromkeys(FORGED, refused)
    assert library.requests == []


async def test_the_same_tokens_without_a_fault_are_accepted(client: httpx.AsyncClient) -> None:
    fine = [
        GOOD,
        token(RSA, "RS256", kid="rsa"),
        token(EC, "ES256", kid="ec"),
        token(aud=["bank", "library"]),
        token(THEIRS, kid="theirs", iss=OTHERS, aud="guests"),
    ]

    answers = [await ask(client, ("authorization", f"bearer {one}")) for one in fine]

    assert [answer.status_code for answer in answers] == [200] * 5


async def test_two_tokens_are_none(client: httpx.AsyncClient, library: Library) -> None:
    bearer, eve = f"Bearer {GOOD}", f"Bearer {token(sub='eve')}"
    attempts = [
        [("authorization", bearer), ("authorization", eve)],
        [("authorization", f"{bearer}, {bearer}")],
        [("authorization", f"{bearer} {GOOD}")],
        [("authorization", f"Bearer  {GOOD}")],
    ]

    answers = [await ask(client, *headers) for headers in attempts]

    assert [answer.status_code for answer in answers] == [401] * 4
    assert library.requests == []


async def claims_of(identity: Identity, **headers: str) -> Any:  # noqa: ANN401
    return await identity.claims(headers)


async def test_the_first_place_that_has_a_token_counts(issuers: list[Issuer]) -> None:
    sources = [CookieToken("session"), HeaderToken("own", None), HeaderToken()]
    identity = Identity(*issuers, sources=sources)

    seen = [
        await claims_of(identity, cookie=f"a=1; session={GOOD}; b=2", own="forged"),
        await claims_of(identity, cookie="session=", own=GOOD, authorization="Bearer forged"),
        await claims_of(identity, cookie="sessions=x", authorization=f"Bearer {GOOD}"),
        await claims_of(identity, cookie="other=x"),
    ]

    assert [one and one["sub"] for one in seen] == ["ada", "ada", "ada", None]


async def test_a_cookie_that_somebody_else_has_set_as_well_is_refused(
    issuers: list[Issuer],
) -> None:
    identity = Identity(*issuers, sources=[CookieToken("session")])
    tossed = f"session={token(sub='eve')}; session={GOOD}"

    with pytest.raises(UnauthenticatedError, match="the cookie `session` is there twice"):
        await identity.claims({"cookie": tossed})
    assert await identity.claims({"cookie": f"session={GOOD}; session={GOOD}"})


async def test_invalid_tokens_may_be_those_of_anybody(issuers: list[Issuer]) -> None:
    identity = Identity(*issuers, refuses_invalid=False)

    for kind, forged in FORGED.items():
        assert await identity.claims({"authorization": f"Bearer {forged}"}) is None, kind
    assert await identity.claims({"authorization": "Basic YTpi"}) is None
    assert await identity.claims({"authorization": f"Bearer {GOOD}"}) is not None


async def test_leeway_forgives_clocks_and_no_more(issuers: list[Issuer]) -> None:
    identity = Identity(*issuers, leeway=3600)

    # The tests may have been collected minutes ago.
    assert await claims_of(identity, authorization=f"Bearer {token(exp=int(time.time()) - 5)}")
    with pytest.raises(UnauthenticatedError, match="has expired"):
        await claims_of(identity, authorization=f"Bearer {token(exp=NOW - 3601)}")


async def test_a_remembered_token_is_forgotten_when_it_expires(issuers: list[Issuer]) -> None:
    now = float(NOW)
    identity = Identity(*issuers, clock=lambda: now)
    short = f"Bearer {token(exp=NOW + 10_000, nbf=NOW - 9000)}"
    first = await claims_of(identity, authorization=short)

    again = await claims_of(identity, authorization=short)
    now += 10_000
    # It is verified anew, by the clock of the machine, and is a new object.
    after = await claims_of(identity, authorization=short)

    assert again is first
    assert after is not first


async def test_a_remembered_token_falls_with_its_key(issuers: list[Issuer], key_file: Path) -> None:
    identity = Identity(*issuers)
    bearer = {"authorization": f"Bearer {GOOD}"}
    await identity.claims(bearer)
    write_keys(key_file, jwk(RSA, "RS256", kid="rsa"))

    # A token of an unknown key makes us look at the file.
    with pytest.raises(UnauthenticatedError):
        await claims_of(identity, authorization=f"Bearer {token(STRANGER, kid='new')}")

    with pytest.raises(UnauthenticatedError, match="key that is known"):
        await identity.claims(bearer)


async def test_a_secret_verifies_only_where_it_is_configured() -> None:
    secret, other = "s" * 64, "o" * 64
    identity = Identity(Issuer(OURS, "library", secret=secret))
    by_secret = token(secret, "HS256", kid="any")

    assert await claims_of(identity, authorization=f"Bearer {by_secret}")
    for forged in (GOOD, token(secret, "HS512"), token(other, "HS256")):
        with pytest.raises(UnauthenticatedError):
            await claims_of(identity, authorization=f"Bearer {forged}")


async def test_as_many_tokens_as_somebody_sends_are_not_all_remembered(
    issuers: list[Issuer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graphwing.server.identity.tokens._MOST_KEPT", 16)
    verifier = TokenVerifier(issuers)
    tokens = [token(jti=str(number)) for number in range(40)]

    first = [await verifier.claims(one) for one in tokens]
    again = [await verifier.claims(one) for one in reversed(tokens)]

    remembered = [one is other for one, other in zip(first, reversed(again), strict=True)]
    assert 8 <= sum(remembered) <= 16
    assert all(remembered[-8:])


@settings(max_examples=200, deadline=None)
@given(st.text() | st.builds(".".join, st.lists(st.text(alphabet="ey.AQ_-{}é\0"), max_size=5)))
async def test_no_text_is_a_token(text: str) -> None:
    identity = Identity(Issuer(OURS, "library", key_file=Path("nowhere.json")))

    with pytest.raises(UnauthenticatedError):
        await identity.claims({"authorization": f"Bearer {text or 'x'}"})

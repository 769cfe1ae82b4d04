"""Tokens are verified strictly, and subgraphs get claims that only the router can sign."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from plans.graphs import Library

from graphwing import Identity, Issuer, Router, SettingsError

ISSUER, AUDIENCE, SECRET = "https://issuer.test", "library", "claims-secret"
KEY = ed25519.Ed25519PrivateKey.generate()
OTHER_KEY = ed25519.Ed25519PrivateKey.generate()
BOOKS = "{ books { id } }"


def claims(**changes: object) -> dict[str, Any]:
    now = int(time.time())
    return {
        "sub": "9f1c",
        "roles": ["FAN"],
        "iss": ISSUER,
        "aud": AUDIENCE,
        "iat": now,
        "exp": now + 60,
        **changes,
    }


def token(key: Any = KEY, algorithm: str = "EdDSA", kid: str = "one", **changes: object) -> str:  # noqa: ANN401
    payload = {name: value for name, value in claims(**changes).items() if value is not None}
    return jwt.encode(payload, key, algorithm, headers={"kid": kid})


def jwk(key: Any, algorithm: str, kid: str) -> dict[str, Any]:  # noqa: ANN401
    as_dict = jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key(), as_dict=True)
    return {**as_dict, "kid": kid, "use": "sig"}


def write_keys(path: Path, *keys: dict[str, Any]) -> None:
    path.write_text(json.dumps({"keys": list(keys)}))


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "jwks.json"
    write_keys(path, jwk(KEY, "EdDSA", "one"))
    return path


def identity(key_file: Path, secret: str | None = SECRET) -> Identity:
    return Identity(Issuer(ISSUER, AUDIENCE, key_file=key_file), forward_secret=secret)


@pytest.fixture
def library() -> Library:
    return Library()


@pytest.fixture
async def client(library: Library, key_file: Path) -> AsyncGenerator[httpx.AsyncClient]:
    router = Router(library.subgraphs(), identity=identity(key_file))
    async with router:
        transport = httpx.ASGITransport(app=router.asgi())
        async with httpx.AsyncClient(transport=transport, base_url="http://router") as client:
            yield client


async def ask(
    client: httpx.AsyncClient, authorization: str | None, **headers: str
) -> httpx.Response:
    if authorization is not None:
        headers["authorization"] = authorization
    return await client.post("/graphql", json={"query": BOOKS}, headers=headers)


async def test_verified_claims_reach_the_subgraph_signed(
    client: httpx.AsyncClient, library: Library
) -> None:
    before = int(time.time())
    response = await ask(client, f"Bearer {token()}")

    sent = library.requests[0].headers
    assert response.json() == {"data": {"books": [{"id": "1"}]}}
    assert set(sent) == {"graphwing-claims", "signature-input", "signature"}
    value = sent["graphwing-claims"]
    assert "=" not in value
    assert json.loads(base64.urlsafe_b64decode(value + "==")) == claims() | {
        name: json.loads(base64.urlsafe_b64decode(value + "=="))[name] for name in ("iat", "exp")
    }
    parameters = sent["signature-input"].removeprefix("graphwing=")
    created = re.fullmatch(
        r'\("graphwing-claims"\);created=(\d+);keyid="graphwing";alg="hmac-sha256"', parameters
    )
    assert created is not None
    assert before <= int(created[1]) <= time.time()
    base = f'"graphwing-claims": {value}\n"@signature-params": {parameters}'
    expected = base64.b64encode(hmac.digest(SECRET.encode(), base.encode(), hashlib.sha256))
    assert sent["signature"] == f"graphwing=:{expected.decode()}:"


async def test_without_a_token_the_client_is_anonymous_and_nothing_is_forwarded(
    client: httpx.AsyncClient, library: Library
) -> None:
    forged = {"graphwing-claims": "e30", "signature-input": "graphwing=()", "signature": "x=:y:"}

    response = await ask(client, None, **forged)

    assert response.status_code == 200
    assert library.requests[0].headers == {}


async def test_claims_that_a_client_sends_beside_its_token_are_ignored(
    client: httpx.AsyncClient, library: Library
) -> None:
    await ask(client, f"Bearer {token()}", **{"graphwing-claims": "forged", "signature": "forged"})

    assert "forged" not in library.requests[0].headers.values()


PUBLIC_PEM = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _unsigned() -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none', 'kid': 'one'})}.{part(claims())}."


@pytest.mark.parametrize(
    "authorization",
    [
        f"Bearer {token(OTHER_KEY)}",
        f"Bearer {token(exp=int(time.time()) - 1)}",
        f"Bearer {token(exp=None)}",
        f"Bearer {token(sub=None)}",
        f"Bearer {token(iss='https://elsewhere.test')}",
        f"Bearer {token(iss=None)}",
        f"Bearer {token(aud='another')}",
        f"Bearer {token(aud=None)}",
        f"Bearer {token(nbf=int(time.time()) + 60)}",
        f"Bearer {token(kid='unknown')}",
        f"Bearer {token(PUBLIC_PEM, 'HS256')}",
        f"Bearer {token(RSA_KEY, 'RS256')}",
        f"Bearer {_unsigned()}",
        f"Bearer {token()[:-4]}AAAA",
        "Bearer not.a.token",
        "Bearer",
        "Bearer ",
        "Basic dXNlcjpwYXNz",
        "",
    ],
)
async def test_a_token_that_is_not_valid_is_401_and_no_subgraph_is_asked(
    client: httpx.AsyncClient, library: Library, authorization: str
) -> None:
    response = await ask(client, authorization)

    (error,) = response.json()["errors"]
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert error["extensions"] == {"code": "UNAUTHENTICATED"}
    assert library.requests == []


@pytest.mark.parametrize(
    ("key", "algorithm"), [(RSA_KEY, "RS256"), (ec.generate_private_key(ec.SECP256R1()), "ES256")]
)
async def test_other_asymmetric_algorithms_are_accepted_and_new_keys_are_found(
    client: httpx.AsyncClient,
    key_file: Path,
    key: Any,  # noqa: ANN401
    algorithm: str,
) -> None:
    before = await ask(client, f"Bearer {token(key, algorithm, kid='new')}")
    write_keys(key_file, jwk(KEY, "EdDSA", "one"), jwk(key, algorithm, "new"))

    after = await ask(client, f"Bearer {token(key, algorithm, kid='new')}")

    assert (before.status_code, after.status_code) == (401, 200)


async def test_an_algorithm_that_is_not_the_keys_own_is_refused(
    client: httpx.AsyncClient, key_file: Path
) -> None:
    strong = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    write_keys(key_file, {**jwk(strong, "RS256", "rsa"), "alg": "RS256"})

    response = await ask(client, f"Bearer {token(strong, 'RS512', kid='rsa')}")

    assert response.status_code == 401


async def test_while_there_are_no_keys_tokens_are_not_verified_and_the_log_says_why(
    tmp_path: Path, library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    missing = tmp_path / "missing.json"
    async with Router(library.subgraphs(), identity=identity(missing)) as router:
        refused = await router.execute(BOOKS, headers={"Authorization": f"Bearer {token()}"})
        anonymous = await router.execute(BOOKS)

    assert refused["errors"][0]["extensions"]["code"] == "IDENTITY_UNAVAILABLE"
    assert anonymous == {"data": {"books": [{"id": "1"}]}}
    assert "missing.json cannot be read: " in caplog.text


async def test_without_a_secret_claims_are_verified_and_not_forwarded(
    key_file: Path, library: Library
) -> None:
    async with Router(library.subgraphs(), identity=identity(key_file, None)) as router:
        fine = await router.execute(BOOKS, headers={"Authorization": f"Bearer {token()}"})
        refused = await router.execute(BOOKS, headers={"Authorization": "Bearer x"})

    assert "errors" not in fine
    assert library.requests[0].headers == {}
    assert refused["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_router_without_identity_verifies_nothing_and_forwards_nothing(
    library: Library,
) -> None:
    async with Router(library.subgraphs()) as router:
        response = await router.execute(BOOKS, headers={"Authorization": "Bearer x"})

    assert "errors" not in response
    assert library.requests[0].headers == {}


def test_the_missing_extra_is_named_with_the_command_that_installs_it(
    key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(_: str) -> None:
        raise ModuleNotFoundError("No module named 'jwt'", name="jwt")

    monkeypatch.setattr("graphwing.server.identity.identity.import_module", absent)

    with pytest.raises(SettingsError) as refusal:
        identity(key_file)

    assert str(refusal.value) == (
        "identity: verifying tokens needs the package `jwt`; pip install 'graphwing[identity]'"
    )

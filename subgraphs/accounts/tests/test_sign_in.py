"""Signing in, and what a token says."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import jwt
import pytest

from kit.nodes import opaque_id
from kit.scene import account_id
from running_service import RunningService

PASSWORD = "wing-demo-2026"  # noqa: S105
HARU = opaque_id("User", account_id("haru"))
SIGN_IN = """
mutation SignIn($email: String!, $password: String!) {
  signIn(input: { email: $email, password: $password }) {
    __typename
    ... on SignInSuccess { token expiresAt user { id displayName roles joinedAt } }
    ... on InvalidCredentials { message }
  }
}
"""
REFUSED = {
    "__typename": "InvalidCredentials",
    "message": "no account has this address and password",
}


async def sign_in(accounts: RunningService, email: str, password: str = PASSWORD) -> dict[str, Any]:
    return (await accounts.ask(SIGN_IN, email=email, password=password))["signIn"]


async def test_a_demo_user_signs_in_and_gets_a_token_for_twelve_hours(
    accounts: RunningService,
) -> None:
    begin = datetime.now(UTC).replace(microsecond=0)

    result = await sign_in(accounts, "haru@wing.test")

    assert result["__typename"] == "SignInSuccess"
    assert result["user"] == {
        "id": HARU,
        "displayName": "하루",
        "roles": ["FAN"],
        "joinedAt": "2023-09-02T12:00:00+00:00",
    }
    expires_at = datetime.fromisoformat(result["expiresAt"])
    assert begin <= expires_at - timedelta(hours=12) <= begin + timedelta(minutes=1)


async def test_the_published_key_verifies_the_token(accounts: RunningService) -> None:
    result = await sign_in(accounts, "band@wing.test")
    published = (await accounts.client.get("/.well-known/jwks.json")).json()

    key = jwt.PyJWKSet.from_dict(published)[jwt.get_unverified_header(result["token"])["kid"]]
    claims = jwt.decode(
        result["token"],
        key.key,
        algorithms=["EdDSA"],
        audience="wing",
        issuer="https://wing.example/accounts",
    )

    expires_at = int(datetime.fromisoformat(result["expiresAt"]).timestamp())
    assert claims == {
        "sub": str(account_id("band")),
        "roles": ["FAN", "ARTIST"],
        "iss": "https://wing.example/accounts",
        "aud": "wing",
        "iat": expires_at - 12 * 3600,
        "exp": expires_at,
    }


@pytest.mark.parametrize("name", ["haru", "minjun", "band", "new", "mod", "ops"])
async def test_every_demo_account_can_sign_in(accounts: RunningService, name: str) -> None:
    result = await sign_in(accounts, f"{name}@wing.test")

    assert result["user"]["id"] == opaque_id("User", account_id(name))


async def test_an_address_may_be_written_in_any_case(accounts: RunningService) -> None:
    result = await sign_in(accounts, "  Haru@Wing.TEST ")

    assert result["user"]["id"] == HARU


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("haru@wing.test", "wing-demo-2025"),
        ("haru@wing.test", ""),
        ("haru@wing.test", PASSWORD + " "),
        ("haru@wing.test", PASSWORD + "x" * 2000),
        ("nobody@wing.test", PASSWORD),
        ("", PASSWORD),
        # A fan of the scene, who has no password.
        ("fan-1@fans.wing.test", ""),
        ("fan-1@fans.wing.test", PASSWORD),
    ],
)
async def test_wrong_credentials_are_refused_in_the_same_words(
    accounts: RunningService, email: str, password: str
) -> None:
    assert await sign_in(accounts, email, password) == REFUSED


async def test_an_unknown_address_takes_as_long_as_a_wrong_password(
    accounts: RunningService,
) -> None:
    async def seconds(email: str) -> float:
        begin = time.process_time()
        assert await sign_in(accounts, email, "wrong") == REFUSED
        return time.process_time() - begin

    known = median([await seconds("haru@wing.test") for _ in range(3)])
    unknown = median([await seconds("nobody@wing.test") for _ in range(3)])
    passwordless = median([await seconds("fan-1@fans.wing.test") for _ in range(3)])

    assert unknown > known / 2
    assert passwordless > known / 2


async def test_other_requests_are_answered_while_passwords_are_checked(
    accounts: RunningService,
) -> None:
    finished: list[str] = []

    async def check() -> None:
        await sign_in(accounts, "haru@wing.test")
        finished.append("sign-in")

    async def ask() -> None:
        await accounts.ask("{ me { id } }")
        finished.append("me")

    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(check())
        group.create_task(ask())

    assert finished == ["me", "sign-in", "sign-in", "sign-in", "sign-in"]

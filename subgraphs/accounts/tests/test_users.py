"""Users: who is asking, and whom others refer to."""

from __future__ import annotations

from uuid import UUID

import pytest

from kit.nodes import opaque_id
from kit.scene import FAN_COUNT, account_id, fan_id
from running_service import RunningService, signed_claims

ME = "{ me { id displayName roles } }"


async def test_me_is_the_user_in_the_claims(accounts: RunningService) -> None:
    data = await accounts.ask(ME, account_id("mod"))

    assert data["me"] == {
        "id": opaque_id("User", account_id("mod")),
        "displayName": "지킴이",
        "roles": ["FAN", "MODERATOR"],
    }


async def test_me_is_null_for_who_has_not_signed_in(accounts: RunningService) -> None:
    assert await accounts.ask(ME) == {"me": None}


async def test_me_is_null_for_who_has_left(accounts: RunningService) -> None:
    assert await accounts.ask(ME, UUID(int=1)) == {"me": None}


async def test_a_token_of_the_client_means_nothing_here(accounts: RunningService) -> None:
    response = await accounts.client.post(
        "/graphql", json={"query": ME}, headers={"authorization": "Bearer something"}
    )

    assert response.json() == {"data": {"me": None}}


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"secret": "guessed"}, "the signature is not the router's"),
        ({"created": 0}, "they were not signed within 60 seconds"),
        ({"expires": 1}, "they have expired"),
    ],
)
async def test_claims_that_the_router_did_not_sign_just_now_are_refused(
    accounts: RunningService, claims: dict[str, object], reason: str
) -> None:
    headers = signed_claims(account_id("haru"), **claims)  # pyright: ignore[reportArgumentType]

    with accounts.statements() as statements:
        response = await accounts.client.post("/graphql", json={"query": ME}, headers=headers)

    assert response.status_code == 401
    message = f"the signed claims are refused: {reason}"
    error = {"message": message, "extensions": {"code": "CLAIMS_REFUSED"}}
    assert response.json() == {"errors": [error]}
    assert statements == []


async def test_all_fans_are_one_statement_and_each_has_a_name_of_their_own(
    accounts: RunningService,
) -> None:
    ids = [opaque_id("User", fan_id(number)) for number in range(1, FAN_COUNT + 1)]

    with accounts.statements() as statements:
        users = await accounts.entities("User", ids, "{ id displayName roles }")

    assert len(statements) == 1
    assert [user and user["id"] for user in users] == ids
    assert len({user["displayName"] for user in users if user}) == 400
    assert {tuple(user["roles"]) for user in users if user} == {("FAN",)}


async def test_a_user_who_has_left_is_null_and_spoils_no_other(accounts: RunningService) -> None:
    ids = [opaque_id("User", UUID(int=1)), opaque_id("User", fan_id(1)), "nonsense"]

    gone, user, nonsense = await accounts.entities("User", ids, "{ id }")

    assert (gone, user, nonsense) == (None, {"id": ids[1]}, None)


async def test_the_graph_has_no_addresses(accounts: RunningService) -> None:
    sdl = (await accounts.ask("{ _service { sdl } }"))["_service"]["sdl"]

    assert "type User implements Node @key" in sdl
    assert sdl.count("email") == 1
    assert "input SignInInput {" in sdl.split("email")[0].rpartition("}")[2]

"""Numbers of custom scalars cross the router digit by digit, there and back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import httpx
import pytest

from graphwing import Router, Subgraph

Message = MutableMapping[str, Any]
Asgi = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]

FEDERATION = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])'
)
PRICES = f"""
{FEDERATION}
scalar Exact
type Query {{ song(at: Exact): Song }}
type Song @key(fields: "price") {{ price: Exact!, length: Float }}
"""
SHOPS = f"""
{FEDERATION}
scalar Exact
type Song @key(fields: "price") {{ price: Exact!, shops: Int }}
"""
NUMBERS = ["1.10", "1e400", "-1.5e-7", "100000000000000000.5", "12345678901234567890123", "0.5"]


def saying(answer: str, heard: list[str]) -> Asgi:
    """Return an application that answers every POST with `answer`, and keeps what it heard."""

    async def app(
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        if scope["type"] != "http":
            return
        heard.append((await receive())["body"].decode())
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer.encode()})

    return app


@pytest.mark.parametrize("number", NUMBERS)
async def test_a_custom_scalar_keeps_its_digits_in_variables_keys_and_answers(number: str) -> None:
    heard: list[str] = []
    song = f'{{"data":{{"song":{{"__typename":"Song","price":{number}}}}}}}'
    shops = '{"data":{"_entities":[{"shops":3}]}}'
    router = Router(
        {
            "prices": Subgraph(sdl=PRICES, app=saying(song, heard)),
            "shops": Subgraph(sdl=SHOPS, app=saying(shops, heard)),
        }
    )
    body = (
        '{"query":"query ($at: Exact) { song(at: $at) { price shops } }",'
        f'"variables":{{"at":{number}}}}}'
    )

    async with router:
        transport = httpx.ASGITransport(app=router.asgi())
        async with httpx.AsyncClient(transport=transport, base_url="http://router") as client:
            response = await client.post(
                "/graphql", content=body, headers={"content-type": "application/json"}
            )

    assert response.text == f'{{"data":{{"song":{{"price":{number},"shops":3}}}}}}'
    assert f'"variables":{{"at":{number}}}' in heard[0]
    assert f'"price":{number}' in heard[1]


async def test_a_float_beyond_all_floats_is_no_float() -> None:
    heard: list[str] = []
    song = '{"data":{"song":{"__typename":"Song","length":1e400}}}'
    router = Router({"prices": Subgraph(sdl=PRICES, app=saying(song, heard))})

    async with router:
        result = await router.execute("{ song { length } }")

    assert result["data"] == {"song": {"length": None}}
    assert [error["message"] for error in result["errors"]] == [
        "`Song.length` has a value that is no `Float`"
    ]

"""What pages of other origins may have a browser do: nothing, unless a policy says so."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans.graphs import Library
from plans.live import Clock, live_router, served

from graphwing import Router, Subgraph
from graphwing.errors import CrossSiteRequestError, SettingsError
from graphwing.server.configured import settings_problems
from graphwing.server.http.cors import Cors
from graphwing.server.http.csrf import CsrfPrevention
from graphwing.server.settings.http import (
    CorsPolicySettings,
    CorsSettings,
    CsrfSettings,
    HttpSettings,
)
from graphwing.server.settings.model import load_settings

BOOK = "{ book(id: 1) { title } }"
BOOK_ANSWER = {"data": {"book": {"title": "달"}}}
SHOP = "https://shop.example"
ELSEWHERE = "https://elsewhere.example"


@asynccontextmanager
async def client_of(http: HttpSettings | None = None) -> AsyncGenerator[httpx.AsyncClient]:
    library = Library()
    router = Router(library.subgraphs())
    transport = httpx.ASGITransport(app=router.asgi(http=http))
    async with router, httpx.AsyncClient(transport=transport, base_url="http://router") as client:
        yield client


def cors(*policies: CorsPolicySettings) -> HttpSettings:
    return HttpSettings(cors=CorsSettings([*policies]))


def granted(response: httpx.Response) -> dict[str, str]:
    return {
        name.removeprefix("access-control-"): value
        for name, value in response.headers.items()
        if name.startswith("access-control-")
    }


async def ask(client: httpx.AsyncClient, headers: Mapping[str, str]) -> httpx.Response:
    return await client.post("/graphql", json={"query": BOOK}, headers=headers)


async def preflight(
    client: httpx.AsyncClient, origin: str, headers: str = "content-type"
) -> httpx.Response:
    asked = {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": headers,
    }
    return await client.options("/graphql", headers=asked)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"apollo-require-preflight": ""},
        {"x-requested-with": "me"},
        {"content-type": "text/plain"},
        {"content-type": "text/plain; x=application/json"},
        {"content-type": "Multipart/Form-Data; boundary=x"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"cookie": "session=1", "origin": ELSEWHERE},
    ],
)
async def test_a_get_that_any_page_could_send_is_refused(headers: dict[str, str]) -> None:
    async with client_of() as client:
        response = await client.get("/graphql", params={"query": BOOK}, headers=headers)

    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"] == {"code": "CSRF_ERROR"}


@pytest.mark.parametrize(
    "headers",
    [
        {"apollo-require-preflight": "true"},
        {"x-apollo-operation-name": "Book"},
        {"x-graphwing-preflight": "1"},
        {"content-type": "application/json"},
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
    ],
)
async def test_a_get_that_no_page_can_have_sent_is_answered(headers: dict[str, str]) -> None:
    async with client_of() as client:
        response = await client.get("/graphql", params={"query": BOOK}, headers=headers)

    assert response.json() == BOOK_ANSWER


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""],
)
async def test_what_a_form_can_post_is_never_read(content_type: str) -> None:
    async with client_of() as client:
        response = await client.post(
            "/graphql",
            content=f'{{"query": "{BOOK}"}}',
            headers={"content-type": content_type, "apollo-require-preflight": "1"},
        )

    assert response.status_code == 415


async def test_another_header_can_be_asked_for_or_none() -> None:
    own = HttpSettings(csrf=CsrfSettings(headers=["X-Shop"]))
    off = HttpSettings(csrf=CsrfSettings(enabled=False))

    async with client_of(own) as client:
        named = await client.get("/graphql", params={"query": BOOK}, headers={"x-shop": "1"})
        other = await client.get(
            "/graphql", params={"query": BOOK}, headers={"apollo-require-preflight": "1"}
        )
    async with client_of(off) as client:
        plain = await client.get("/graphql", params={"query": BOOK})

    assert named.json() == plain.json() == BOOK_ANSWER
    assert "`x-shop`" in other.json()["errors"][0]["message"]


@given(
    name=st.sampled_from(
        ["text/plain", "multipart/form-data", "application/x-www-form-urlencoded"]
    ),
    upper=st.booleans(),
    space=st.sampled_from(["", " ", "\t"]),
    rest=st.sampled_from(["", ";", "; charset=utf-8", ";application/json"]),
)
def test_no_spelling_of_what_forms_send_passes(
    name: str, upper: bool, space: str, rest: str
) -> None:
    content_type = f"{space}{name.upper() if upper else name}{space}{rest}"

    with pytest.raises(CrossSiteRequestError):
        CsrfPrevention(["x-own"]).require({"content-type": content_type})


async def test_without_a_policy_no_page_of_another_origin_may_ask_or_read() -> None:
    async with client_of() as client:
        asked = await preflight(client, SHOP)
        answer = await ask(client, {"origin": SHOP})

    assert asked.status_code == 405
    assert granted(asked) == granted(answer) == {}
    assert answer.json() == BOOK_ANSWER


async def test_a_page_of_an_origin_with_a_policy_may_ask_and_read() -> None:
    policy = CorsPolicySettings(
        origins=[SHOP], headers=["content-type"], expose=["x-id", "x-cost"], credentials=True
    )

    async with client_of(cors(policy)) as client:
        asked = await preflight(client, SHOP)
        answer = await ask(client, {"origin": SHOP})
        refused = await client.post("/graphql", content="{", headers={"origin": SHOP})

    assert asked.status_code == 204
    assert asked.content == b""
    assert "content-length" not in asked.headers
    told = {
        "allow-origin": SHOP,
        "allow-credentials": "true",
        "expose-headers": "x-id, x-cost",
    }
    assert granted(asked) == {
        **told,
        "allow-methods": "GET, POST",
        "allow-headers": "content-type",
        "max-age": "600",
    }
    assert granted(answer) == granted(refused) == told
    assert refused.status_code == 415
    assert asked.headers["vary"] == "origin, access-control-request-headers"
    assert answer.headers["vary"] == "origin"


@pytest.mark.parametrize(
    "origin",
    [ELSEWHERE, "null", f"{SHOP}.evil.example", "http://shop.example", f"{SHOP}:8443", "x" * 600],
)
async def test_a_page_of_another_origin_may_not(origin: str) -> None:
    async with client_of(cors(CorsPolicySettings(origins=[SHOP]))) as client:
        asked = await preflight(client, origin)
        answer = await ask(client, {"origin": origin})

    assert asked.status_code == 403
    assert asked.json()["errors"][0]["extensions"] == {"code": "CORS_ORIGIN_REFUSED"}
    assert granted(asked) == granted(answer) == {}
    assert asked.headers["vary"] == answer.headers["vary"] == "origin"


async def test_whoever_names_no_origin_is_answered_and_the_answer_varies() -> None:
    async with client_of(cors(CorsPolicySettings(origins=[SHOP]))) as client:
        answer = await ask(client, {})
        health = await client.get("/health", headers={"origin": SHOP})
        options = await client.options("/graphql", headers={"origin": SHOP})

    assert answer.json() == BOOK_ANSWER
    assert granted(answer) == granted(health) == {}
    assert answer.headers["vary"] == "origin"
    assert options.status_code == 405


async def test_every_page_may_ask_where_a_policy_says_so_but_without_cookies() -> None:
    policy = CorsPolicySettings(origins=["*"], headers=["*"], methods=["POST"])

    async with client_of(cors(policy)) as client:
        asked = await preflight(client, ELSEWHERE, "x-anything, content-type")
        answer = await ask(client, {"origin": ELSEWHERE})

    assert granted(asked) == {
        "allow-origin": "*",
        "allow-methods": "POST",
        "allow-headers": "x-anything, content-type",
        "max-age": "600",
    }
    assert granted(answer) == {"allow-origin": "*"}


async def test_patterns_have_to_match_an_origin_as_a_whole() -> None:
    policy = CorsPolicySettings(patterns=[r"http://localhost(:\d+)?"])

    async with client_of(cors(policy)) as client:
        allowed = [await ask(client, {"origin": f"http://localhost{end}"}) for end in ("", ":3000")]
        others = [
            await ask(client, {"origin": origin})
            for origin in ("http://localhost.evil.example", "http://localhost:3000.evil", "xhttp")
        ]

    assert [granted(one).get("allow-origin") for one in allowed] == [
        "http://localhost",
        "http://localhost:3000",
    ]
    assert [granted(one) for one in others] == [{}, {}, {}]


async def test_the_first_policy_that_fits_counts() -> None:
    first = CorsPolicySettings(origins=[SHOP], methods=["GET"])
    second = CorsPolicySettings(origins=["*"])

    async with client_of(cors(first, second)) as client:
        shop, other = [await preflight(client, origin) for origin in (SHOP, ELSEWHERE)]

    assert granted(shop)["allow-methods"] == "GET"
    assert granted(other)["allow-methods"] == "GET, POST"


async def test_streams_and_both_ways_of_http_have_the_headers() -> None:
    router = live_router(Subgraph(schema=Clock().schema))
    http = cors(CorsPolicySettings(origins=[SHOP]))

    async with (
        served(router.asgi(http=http)) as place,
        httpx.AsyncClient(base_url=f"http://{place}") as client,
    ):
        body: dict[str, Any] = {"query": "{ now }"}
        events = await client.post(
            "/graphql", json=body, headers={"origin": SHOP, "accept": "text/event-stream"}
        )
        whole = await client.post("/graphql", json=body, headers={"origin": SHOP})
        own = await client.post("/graphql", json=body)

    assert granted(events) == granted(whole) == {"allow-origin": SHOP}
    assert granted(own) == {}
    assert whole.json() == own.json() == {"data": {"now": 7}}


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ("{}", "http.cors.policies[0]: it is for no origin; give `origins` or `patterns`"),
        ("{ origins: [shop.example] }", "policies[0].origins[0]: `shop.example` is no origin"),
        (f"{{ origins: [{SHOP}/] }}", "policies[0].origins[0]"),
        ('{ patterns: ["("] }', "policies[0].patterns[0]: `(` is no regular expression"),
        ('{ origins: ["*"], credentials: true }', "policies[0].credentials: every page"),
        ('{ origins: ["null"], credentials: true }', "policies[0].credentials: every page"),
        ('{ patterns: ["https://.*"], credentials: true }', "policies[0].credentials: every page"),
        (
            f'{{ origins: [{SHOP}], headers: ["a\\r\\nb: c"] }}',
            r"policies[0].headers[0]: 'a\r\nb: c' is no name of a header",
        ),
        (f"{{ origins: [{SHOP}], expose: [a b] }}", "policies[0].expose[0]: 'a b' is no name"),
        (f"{{ origins: [{SHOP}], methods: [PUT] }}", "policies[0].methods[0]: invalid enum value"),
    ],
)
def test_policies_that_cannot_hold_are_refused_at_start(
    tmp_path: Path, policy: str, message: str
) -> None:
    (tmp_path / "supergraph.graphql").write_text(Library().supergraph_sdl())
    path = tmp_path / "graphwing.yaml"
    cors = f"http: {{ cors: {{ policies: [{policy}] }} }}"
    path.write_text(f"supergraph: supergraph.graphql\n{cors}\n")

    try:
        settings = load_settings(path)
        problems = [str(one) for one in settings_problems(settings)]
        with pytest.raises(SettingsError):
            Cors(settings.http.cors.policies)
    except SettingsError as problem:
        problems = [str(problem)]

    assert len(problems) == 1
    assert message in problems[0]

"""Attacks by what HTTP can carry: each is refused before any subgraph is asked, and at once."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from plans.graphs import Library
from plans.live import served

from graphwing import Router
from graphwing.server.documents.documents import Documents
from graphwing.server.settings.documents import DocumentSettings, TrustedSettings
from graphwing.server.settings.http import BatchingSettings, HttpSettings
from graphwing.server.settings.reader import Duration
from graphwing.server.settings.traffic import RateLimitSettings, TrafficSettings

RENAME = 'mutation { rename(id: 1, title: "stolen") { id } }'
TITLE = "{ book(id: 1) { title } }"
TITLE_ANSWER = {"data": {"book": {"title": "달"}}}
JSON = {"content-type": "application/json"}
BODY_LIMIT = 100_000

Json = dict[str, Any]


@asynccontextmanager
async def attacked(
    library: Library,
    http: HttpSettings | None = None,
    **options: Any,  # noqa: ANN401
) -> AsyncGenerator[httpx.AsyncClient]:
    """Serve the library; in the end it has to answer as if nothing had been."""
    router = Router(library.subgraphs(), **options)
    async with (
        served(router.asgi(http=http, body_limit=BODY_LIMIT)) as place,
        httpx.AsyncClient(base_url=f"http://{place}") as client,
    ):
        yield client
        response = await client.post("/graphql", json={"query": TITLE})
        assert response.json() == TITLE_ANSWER


def codes(response: httpx.Response) -> list[str]:
    if response.content.startswith(b"["):
        return list(map(_code, response.json()))
    return [_code(response.json())]


def _code(answer: Json) -> str:
    return answer["errors"][0]["extensions"]["code"] if "errors" in answer else ""


def hashed(text: str, of: str) -> Json:
    persisted = {"version": 1, "sha256Hash": sha256(of.encode()).hexdigest()}
    return {"query": text, "extensions": {"persistedQuery": persisted}}


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", None],
)
async def test_a_form_of_another_site(content_type: str | None) -> None:
    library = Library()
    # As `<input name='{"query": "…", "x": "' value='"}'>` sends it.
    body = json.dumps({"query": RENAME, "x": "="}).encode()
    headers = {"origin": "https://evil.example", "cookie": "session=1"}

    async with attacked(library) as client:
        response = await client.post(
            "/graphql",
            content=body,
            headers=headers | ({"content-type": content_type} if content_type else {}),
        )
        asked = len(library.requests)

    assert response.status_code == 415
    assert asked == 0


async def test_an_image_whose_address_is_an_operation() -> None:
    library = Library()
    headers = {"cookie": "session=1", "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}

    async with attacked(library) as client:
        query = await client.get("/graphql", params={"query": TITLE}, headers=headers)
        mutation = await client.get("/graphql", params={"query": RENAME}, headers=headers)
        allowed = headers | {"apollo-require-preflight": "1"}
        still = await client.get("/graphql", params={"query": RENAME}, headers=allowed)
        asked = len(library.requests)

    assert codes(query) == codes(mutation) == ["CSRF_ERROR"]
    assert still.status_code == 405
    assert asked == 0


async def test_a_page_that_asks_and_one_that_reads() -> None:
    origin = {"origin": "https://evil.example"}

    async with attacked(Library()) as client:
        asks = await client.options(
            "/graphql", headers=origin | {"access-control-request-method": "POST"}
        )
        reads = await client.post("/graphql", json={"query": TITLE}, headers=origin)

    for response in (asks, reads):
        assert not [name for name in response.headers if name.startswith("access-control")]
    assert asks.status_code == 405


async def test_guesses_in_one_batch() -> None:
    library = Library()
    batching = HttpSettings(batching=BatchingSettings(enabled=True))
    guess = {"query": "{ books { id } }"}
    # One is left for who asks afterwards.
    limit = RateLimitSettings(requests=6, per=Duration(3600))

    async with attacked(library) as client:
        off = await client.post("/graphql", json=[guess] * 10)
    async with attacked(library, batching) as client:
        many = await client.post("/graphql", json=[guess] * 1_000)
    traffic = TrafficSettings(rate_limit=limit)
    async with (
        served(Router(library.subgraphs(), traffic=traffic).asgi(http=batching)) as place,
        httpx.AsyncClient(base_url=f"http://{place}") as client,
    ):
        before = len(library.requests)
        counted = await client.post("/graphql", json=[guess] * 10)
        asked = len(library.requests) - before

    assert codes(off) == ["BATCHING_NOT_ENABLED"]
    assert codes(many) == ["BATCH_LIMIT_EXCEEDED"]
    assert sorted(codes(counted)) == [""] * 6 + ["RATE_LIMITED"] * 4
    assert asked <= 6


@pytest.mark.parametrize(
    "bomb",
    [
        gzip.compress(b"[" * 20_000_000),
        gzip.compress(b" " * 90_000) * 200,
        gzip.compress(gzip.compress(b" " * 20_000_000)),
    ],
    ids=["large", "in many members", "twice"],
)
async def test_a_bomb(bomb: bytes) -> None:
    assert len(bomb) < BODY_LIMIT

    async with attacked(Library()) as client:
        response = await client.post(
            "/graphql", content=bomb, headers=JSON | {"content-encoding": "gzip"}
        )

    assert response.status_code in {400, 413}
    assert codes(response)[0] in {"PAYLOAD_TOO_LARGE", "BAD_REQUEST"}


async def test_a_body_that_does_not_say_how_long_it_is() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield b" " * 10_000

    async with attacked(Library()) as client:
        response = await client.post("/graphql", content=pieces(), headers=JSON)

    assert response.status_code == 413
    assert codes(response) == ["PAYLOAD_TOO_LARGE"]


@pytest.mark.parametrize(
    "body",
    [
        "[" * 90_000,
        '{"query":' * 10_000,
        '{"variables":' + "[" * 80_000,
        '{"query":"' + "{a" * 40_000,
    ],
)
async def test_json_that_only_opens(body: str) -> None:
    async with attacked(Library()) as client:
        response = await client.post("/graphql", content=body, headers=JSON)

    assert response.status_code == 400


async def test_a_hash_that_others_ask_by_gets_another_document() -> None:
    async with attacked(Library()) as client:
        poison = await client.post("/graphql", json=hashed(RENAME, of=TITLE))
        victim = await client.post("/graphql", json=hashed("", of=TITLE))

    assert codes(poison) == ["PERSISTED_QUERY_HASH_MISMATCH"]
    assert codes(victim) == ["PERSISTED_QUERY_NOT_FOUND"]


async def test_a_document_that_is_not_trusted_beside_one_that_is(tmp_path: Path) -> None:
    library = Library()
    manifest = tmp_path / "operations.json"
    manifest.write_text(json.dumps({"title": TITLE}))
    trusted = TrustedSettings(mode="enforce", manifests=[manifest])
    documents = Documents(DocumentSettings(trusted=trusted))
    batching = HttpSettings(batching=BatchingSettings(enabled=True))
    tries = [
        {"query": RENAME},
        {"query": RENAME, "documentId": "title"},
        {"query": RENAME, "id": "title", "doc_id": "title"},
        hashed(RENAME, of=TITLE),
        hashed(RENAME, of=RENAME),
        {"query": f"{TITLE} {RENAME}", "operationName": None},
        {"query": f" {RENAME}"},
    ]

    async with attacked(library, batching, documents=documents) as client:
        single = [await client.post("/graphql", json=one) for one in tries]
        batch = await client.post("/graphql", json=tries)
        asked = len(library.requests)

    assert [codes(one) for one in single] == [["QUERY_NOT_IN_SAFELIST"]] * len(tries)
    assert codes(batch) == ["QUERY_NOT_IN_SAFELIST"] * len(tries)
    assert asked == 0


@pytest.mark.parametrize(
    "body",
    [
        {"documentId": "x" * 90_000},
        {"query": TITLE, "operationName": "x" * 90_000},
        {
            "query": "{ book(id: 1) { title } } #" + "x" * 90_000,
            "operationName": "no\r\nset-cookie: a",
        },
    ],
)
async def test_what_a_client_sends_is_not_said_back_at_length_or_as_a_header(body: Json) -> None:
    async with attacked(Library()) as client:
        response = await client.post("/graphql", json=body)

    assert len(response.content) < 1_000
    assert "set-cookie" not in response.headers

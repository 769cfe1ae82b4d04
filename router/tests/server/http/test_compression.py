"""Bodies that are smaller on the way: of responses where settings say so, of requests always."""

from __future__ import annotations

import gzip
import json
import sys
import zlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import httpx
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st
from plans.graphs import BOOKS
from plans.live import TICKS, Clock, live_router, served, tick

from graphwing import Router, Subgraph, SubgraphAnswer, SubgraphRequest
from graphwing.errors import BodyTooLargeError, RequestError
from graphwing.server.http.expansion import expanded
from graphwing.server.settings.http import CompressionSettings, HttpSettings

JSON = {"content-type": "application/json"}
QUERY = json.dumps({"query": "{ books { title } }"}).encode()
ENABLED = HttpSettings(compression=CompressionSettings(enabled=True, minimum=1_000))
BODY_LIMIT = 10_000


@asynccontextmanager
async def client_of(
    http: HttpSettings | None = None, *, titles: int = 1_000
) -> AsyncGenerator[httpx.AsyncClient]:
    async def books(_: SubgraphRequest) -> SubgraphAnswer:
        return SubgraphAnswer({"books": [{"title": f"Book {n}"} for n in range(titles)]})

    router = Router({"books": Subgraph(sdl=BOOKS, answer=books)})
    async with (
        served(router.asgi(http=http, body_limit=BODY_LIMIT)) as place,
        httpx.AsyncClient(base_url=f"http://{place}") as client,
    ):
        yield client


def answer_of(titles: int) -> dict[str, object]:
    return {"data": {"books": [{"title": f"Book {n}"} for n in range(titles)]}}


@pytest.mark.parametrize("titles", [1_000, 20_000])
async def test_a_response_is_compressed_for_who_accepts_it(titles: int) -> None:
    async with client_of(ENABLED, titles=titles) as client:
        small = await client.post(
            "/graphql", content=QUERY, headers={**JSON, "accept-encoding": "br, gzip;q=0.5"}
        )
        large = await client.post(
            "/graphql", content=QUERY, headers={**JSON, "accept-encoding": "identity"}
        )

    assert small.headers["content-encoding"] == "gzip"
    assert int(small.headers["content-length"]) < int(large.headers["content-length"]) / 4
    assert "content-encoding" not in large.headers
    assert small.headers["vary"] == large.headers["vary"] == "accept-encoding"
    assert small.json() == large.json() == answer_of(titles)


@pytest.mark.parametrize("accepted", ["gzip, deflate, br, zstd", "zstd", "*"])
async def test_zstd_is_better_where_a_client_knows_it(accepted: str) -> None:
    async with client_of(ENABLED) as client:
        request = client.build_request(
            "POST", "/graphql", content=QUERY, headers={**JSON, "accept-encoding": accepted}
        )
        response = await client.send(request, stream=True)
        packed = b"".join([part async for part in response.aiter_raw()])

    assert response.headers["content-encoding"] == "zstd"
    assert json.loads(zstd.decompress(packed)) == answer_of(1_000)


async def test_without_zstd_there_is_gzip(monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("compression", "backports"):
        monkeypatch.setitem(sys.modules, f"{package}.zstd", None)

    async with client_of(ENABLED) as client:
        response = await client.post(
            "/graphql", content=QUERY, headers={**JSON, "accept-encoding": "zstd, gzip;q=0.1"}
        )

    assert response.headers["content-encoding"] == "gzip"
    assert response.json() == answer_of(1_000)


@pytest.mark.parametrize(
    "accepted", ["gzip;q=0", "br", "identity", "*;q=0", "", "gzip;q=0, zstd;q=0, *;q=0"]
)
async def test_who_accepts_neither_gets_neither(accepted: str) -> None:
    async with client_of(ENABLED) as client:
        response = await client.post(
            "/graphql", content=QUERY, headers={**JSON, "accept-encoding": accepted}
        )

    assert "content-encoding" not in response.headers
    assert response.json() == answer_of(1_000)


async def test_small_responses_and_health_stay_as_they_are() -> None:
    async with client_of(ENABLED, titles=3) as client:
        small = await client.post("/graphql", content=QUERY, headers=JSON)
        health = await client.get("/health")

    assert small.json() == answer_of(3)
    for response in (small, health):
        assert "content-encoding" not in response.headers
        assert "vary" not in response.headers


async def test_what_compressing_would_make_larger_stays_as_it_is() -> None:
    http = HttpSettings(compression=CompressionSettings(enabled=True, minimum=0))

    async with client_of(http, titles=1) as client:
        response = await client.post("/graphql", content=QUERY, headers=JSON)

    assert "content-encoding" not in response.headers
    assert response.headers["vary"] == "accept-encoding"
    assert response.json() == answer_of(1)


async def test_nothing_is_compressed_unless_settings_say_so() -> None:
    async with client_of() as client:
        response = await client.post("/graphql", content=QUERY, headers=JSON)

    assert "content-encoding" not in response.headers
    assert "vary" not in response.headers


async def test_both_ways_of_http_and_batches_compress_alike() -> None:
    async with client_of(ENABLED) as client:
        client.headers["accept-encoding"] = "gzip"
        short = await client.post("/graphql", content=QUERY, headers=JSON)
        long = await client.post(
            "/graphql",
            content=QUERY,
            headers={"content-type": "application/json; charset=utf-8"},
        )

    assert short.headers["content-encoding"] == long.headers["content-encoding"] == "gzip"
    assert short.json() == long.json() == answer_of(1_000)


async def test_events_are_not_compressed_for_each_has_to_come_at_once() -> None:
    http = HttpSettings(compression=CompressionSettings(enabled=True, minimum=0))
    router = live_router(Subgraph(schema=Clock().schema))

    async with (
        served(router.asgi(http=http)) as place,
        httpx.AsyncClient(base_url=f"http://{place}") as client,
    ):
        response = await client.post(
            "/graphql",
            json={"query": TICKS, "variables": {"upTo": 1}},
            headers={"accept": "text/event-stream"},
        )

    assert "content-encoding" not in response.headers
    assert json.dumps(tick(0), separators=(",", ":")) in response.text


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(QUERY)),
        ("GZip", gzip.compress(QUERY)),
        ("x-gzip", gzip.compress(QUERY)),
        ("gzip", gzip.compress(QUERY[:9]) + gzip.compress(QUERY[9:])),
        ("deflate", zlib.compress(QUERY)),
        ("identity", QUERY),
    ],
)
async def test_a_request_may_come_compressed(encoding: str, body: bytes) -> None:
    async with client_of(titles=1) as client:
        response = await client.post(
            "/graphql", content=body, headers={**JSON, "content-encoding": encoding}
        )

    assert response.json() == answer_of(1)


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress", "", "x" * 1_000])
async def test_what_cannot_be_expanded_is_status_415_and_says_what_can(encoding: str) -> None:
    async with client_of() as client:
        response = await client.post(
            "/graphql", content=QUERY, headers={**JSON, "content-encoding": encoding}
        )

    assert response.status_code == 415
    assert response.headers["accept-encoding"] == "gzip, deflate"
    assert response.json()["errors"][0]["extensions"] == {"code": "UNSUPPORTED_CONTENT_ENCODING"}


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", QUERY),
        ("gzip", gzip.compress(QUERY)[:-9]),
        ("gzip", gzip.compress(QUERY) + b"more"),
        ("gzip", b""),
        ("gzip", zlib.compress(QUERY)),
        ("deflate", gzip.compress(QUERY)),
        ("deflate", zlib.compress(QUERY)[:-1]),
    ],
)
async def test_a_body_that_is_not_what_it_says_is_a_bad_request(encoding: str, body: bytes) -> None:
    async with client_of() as client:
        response = await client.post(
            "/graphql", content=body, headers={**JSON, "content-encoding": encoding}
        )

    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}


@pytest.mark.parametrize(
    "bomb",
    [
        gzip.compress(b" " * 9_000_000),
        gzip.compress(b" " * 6_000) * 2,
        gzip.compress(b" " * 6_000) + gzip.compress(b" " * 5_000_000),
    ],
)
async def test_a_bomb_is_status_413_and_never_expanded(bomb: bytes) -> None:
    async with client_of() as client:
        response = await client.post(
            "/graphql", content=bomb, headers={**JSON, "content-encoding": "gzip"}
        )

    assert len(bomb) < BODY_LIMIT
    assert response.status_code == 413
    assert response.json()["errors"][0]["extensions"] == {"code": "PAYLOAD_TOO_LARGE"}


@given(
    body=st.binary(min_size=1, max_size=400),
    cut=st.integers(0, 400),
    limit=st.integers(1, 400),
    encoding=st.sampled_from(["gzip", "deflate"]),
)
def test_a_body_is_expanded_whole_or_not_at_all(
    body: bytes, cut: int, limit: int, encoding: str
) -> None:
    compress = gzip.compress if encoding == "gzip" else zlib.compress
    whole = compress(body[:cut]) + (compress(body[cut:]) if body[cut:] else b"")

    if len(body) > limit:
        with pytest.raises(BodyTooLargeError):
            expanded(whole, encoding, limit)
    else:
        assert expanded(whole, encoding, limit) == body


@given(noise=st.binary(max_size=200), encoding=st.sampled_from(["gzip", "deflate"]))
def test_noise_is_refused_and_never_an_error_of_ours(noise: bytes, encoding: str) -> None:
    with suppress(RequestError):
        assert len(expanded(noise, encoding, 1_000)) <= 1_000

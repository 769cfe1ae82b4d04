"""Several requests in one of HTTP: off at first, limited, and each for itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from hashlib import sha256

import httpx
import pytest
from plans.graphs import BOOKS, Library
from plans.live import served

from graphwing import Router, Subgraph, SubgraphAnswer, SubgraphRequest
from graphwing.errors import NotReadyError, RequestError
from graphwing.server.http.batch import Batch
from graphwing.server.http.request import GraphQLRequest
from graphwing.server.http.response import HttpResponse
from graphwing.server.settings.http import BatchingSettings, HttpSettings

TITLE = "query T($id: ID!) { book(id: $id) { title } }"
TITLE_ANSWER = {"data": {"book": {"title": "달"}}}
GRAPHQL_RESPONSE = "application/graphql-response+json"
ENABLED = HttpSettings(batching=BatchingSettings(enabled=True, limit=3))


@asynccontextmanager
async def client_of(
    http: HttpSettings | None = ENABLED, router: Router | None = None
) -> AsyncGenerator[httpx.AsyncClient]:
    router = router or Router(Library().subgraphs())
    async with (
        served(router.asgi(http=http)) as place,
        httpx.AsyncClient(base_url=f"http://{place}") as client,
    ):
        yield client


async def answer(client: httpx.AsyncClient, body: object, **headers: str) -> httpx.Response:
    return await client.post("/graphql", json=body, headers=headers)


def title(book: int) -> dict[str, object]:
    return {"query": TITLE, "variables": {"id": book}}


def code(body: dict[str, list[dict[str, dict[str, str]]]]) -> str:
    return body["errors"][0]["extensions"]["code"]


async def test_a_batch_is_refused_unless_settings_allow_it() -> None:
    async with client_of(None) as client:
        batch = await answer(client, [title(1)])
        empty = await answer(client, [])

    assert batch.status_code == empty.status_code == 400
    assert code(batch.json()) == code(empty.json()) == "BATCHING_NOT_ENABLED"


async def test_the_responses_of_a_batch_come_in_its_order() -> None:
    batch = [title(1), {"query": "{ books { id } }"}, title(2)]

    async with client_of() as client:
        response = await answer(client, batch)
        single = await answer(client, title(1))

    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.json() == [TITLE_ANSWER, {"data": {"books": [{"id": "1"}]}}, TITLE_ANSWER]
    assert single.json() == TITLE_ANSWER


async def test_all_requests_of_a_batch_run_at_once() -> None:
    waiting = asyncio.Barrier(3)

    async def answer_together(_: SubgraphRequest) -> SubgraphAnswer:
        await waiting.wait()
        return SubgraphAnswer({"book": {"title": "달"}})

    router = Router({"books": Subgraph(sdl=BOOKS, answer=answer_together)})

    async with client_of(router=router) as client, asyncio.timeout(10):
        response = await answer(client, [title(n) for n in range(3)])

    assert response.json() == [TITLE_ANSWER] * 3


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        ({"query": "{ nothing }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "subscription { bookAdded { id } }"}, "SUBSCRIPTION_NOT_SUPPORTED"),
        ({"query": TITLE}, "BAD_USER_INPUT"),
        ({}, "BAD_REQUEST"),
        ([title(1)], "BAD_REQUEST"),
        (1, "BAD_REQUEST"),
        (None, "BAD_REQUEST"),
        ({"query": "{ books { id } }", "operationName": "x" * 257}, "BAD_REQUEST"),
    ],
)
async def test_a_request_that_is_refused_spoils_no_other(bad: object, expected: str) -> None:
    async with client_of() as client:
        response = await answer(client, [title(1), bad, title(2)], accept=GRAPHQL_RESPONSE)

    first, refused, last = response.json()
    assert response.status_code == 200
    assert first == last == TITLE_ANSWER
    assert code(refused) == expected


async def test_a_batch_whose_requests_are_all_refused_alike_is_refused_so() -> None:
    bad = {"query": "{ nothing }"}

    async with client_of() as client:
        new = await answer(client, [bad, bad], accept=GRAPHQL_RESPONSE)
        old = await answer(client, [bad, bad])

    assert new.status_code == 400
    assert old.status_code == 200
    assert [code(one) for one in new.json()] == ["GRAPHQL_VALIDATION_FAILED"] * 2


async def test_headers_of_a_refusal_come_with_a_batch_that_is_refused_so() -> None:
    async def not_ready(_: GraphQLRequest) -> HttpResponse:
        return HttpResponse(503, b'{"errors":[]}', headers={"retry-after": "1"})

    request = GraphQLRequest("{ a }")
    response = await Batch((request, request)).response(not_ready, "application/json")
    mixed = await Batch((request, RequestError("x"))).response(not_ready, "application/json")

    assert (response.status, response.headers) == (503, {"retry-after": "1"})
    assert response.body == b'[{"errors":[]},{"errors":[]}]'
    assert (mixed.status, mixed.headers) == (200, None)
    assert NotReadyError.code.encode() not in mixed.body


@pytest.mark.parametrize(
    ("batch", "expected"),
    [
        ("[]", "BAD_REQUEST"),
        ("[", "BAD_REQUEST"),
        (" [{}", "BAD_REQUEST"),
        (f"[{'[' * 100_000}", "BAD_REQUEST"),
        (f"[{','.join('0' * 4)}]", "BATCH_LIMIT_EXCEEDED"),
        (f"[{','.join('0' * 900_000)}]", "BATCH_LIMIT_EXCEEDED"),
    ],
)
async def test_what_is_no_batch_or_too_large_is_refused_whole(batch: str, expected: str) -> None:
    async with client_of() as client:
        response = await client.post(
            "/graphql", content=batch, headers={"content-type": "application/json"}
        )

    assert response.status_code == 400
    assert code(response.json()) == expected


async def test_a_batch_is_never_a_stream() -> None:
    async with client_of() as client:
        events = await answer(client, [title(1)], accept="text/event-stream")
        either = await answer(client, [title(1)], accept="text/event-stream, application/json")
        deferred = await answer(
            client,
            [{"query": "{ books { ... @defer { reviews } } }"}],
            accept="multipart/mixed;deferSpec=20220824, application/json",
        )

    assert events.status_code == 406
    assert either.json() == [TITLE_ANSWER]
    assert deferred.json() == [{"data": {"books": [{"reviews": ["on 1"]}]}}]


async def test_documents_in_a_batch_can_have_hashes() -> None:
    extensions = {
        "persistedQuery": {"version": 1, "sha256Hash": sha256(TITLE.encode()).hexdigest()}
    }
    named = {"variables": {"id": 1}, "extensions": extensions}

    async with client_of() as client:
        first = await answer(client, [named])
        second = await answer(client, [{**named, "query": TITLE}])
        third = await answer(client, [named, named])

    assert code(first.json()[0]) == "PERSISTED_QUERY_NOT_FOUND"
    assert second.json() == [TITLE_ANSWER]
    assert third.json() == [TITLE_ANSWER] * 2

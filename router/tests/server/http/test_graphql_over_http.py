"""GraphQL over HTTP: methods, media types, statuses, and what a bad request is told.

https://graphql.github.io/graphql-over-http/draft/
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgspec
import pytest
from plans.graphs import BOOKS, Library

from graphwing import Router, Subgraph, SubgraphAnswer, SubgraphRequest
from graphwing.server.app import BODY_LIMIT

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"
# No page can have a browser send this unasked.
PREFLIGHT = {"apollo-require-preflight": "1"}
BOOK = "{ book(id: 1) { title reviews } }"
BOOK_ANSWER = {"data": {"book": {"title": "달", "reviews": ["on 1"]}}}


@asynccontextmanager
async def client_of(
    router: Router, *, body_limit: int = BODY_LIMIT
) -> AsyncGenerator[httpx.AsyncClient]:
    async with router:
        transport = httpx.ASGITransport(app=router.asgi(body_limit=body_limit))
        async with httpx.AsyncClient(transport=transport, base_url="http://router") as client:
            yield client


@pytest.fixture
def library() -> Library:
    return Library()


@pytest.fixture
async def client(library: Library) -> AsyncGenerator[httpx.AsyncClient]:
    async with client_of(Router(library.subgraphs()), body_limit=1_000) as client:
        yield client


def codes(response: httpx.Response) -> list[str]:
    return [error["extensions"]["code"] for error in response.json()["errors"]]


@pytest.mark.parametrize(
    ("accept", "answered_as"),
    [
        (None, JSON),
        ("*/*", JSON),
        ("application/*;q=0.5", JSON),
        (JSON, JSON),
        (GRAPHQL_RESPONSE, GRAPHQL_RESPONSE),
        (f"{GRAPHQL_RESPONSE}, {JSON};q=0.9", GRAPHQL_RESPONSE),
        (f"{JSON}, {GRAPHQL_RESPONSE};q=0.9", JSON),
        (f"{GRAPHQL_RESPONSE};charset=utf-8", GRAPHQL_RESPONSE),
        ("text/html,application/xml;q=0.9,*/*;q=0.8", JSON),
    ],
)
async def test_a_post_is_answered_in_the_media_type_the_client_likes_most(
    client: httpx.AsyncClient, accept: str | None, answered_as: str
) -> None:
    client.headers.pop("accept")
    headers = {"accept": accept} if accept else {}

    response = await client.post("/graphql", json={"query": BOOK}, headers=headers)

    assert response.status_code == 200
    assert response.headers["content-type"] == f"{answered_as}; charset=utf-8"
    assert response.json() == BOOK_ANSWER


@pytest.mark.parametrize(
    "accept", ["text/html", f"{JSON};q=0", f"{JSON};q=much", "application/xml"]
)
async def test_a_client_that_accepts_nothing_we_write_is_told_what_we_do_write(
    client: httpx.AsyncClient, accept: str
) -> None:
    response = await client.post("/graphql", json={"query": BOOK}, headers={"accept": accept})

    assert response.status_code == 406
    assert codes(response) == ["NOT_ACCEPTABLE"]


async def test_variables_and_the_operation_name_are_taken_from_the_body(
    client: httpx.AsyncClient, library: Library
) -> None:
    body = {
        "query": "query A($id: ID!) { book(id: $id) { title } } query B { books { id } }",
        "variables": {"id": 5},
        "operationName": "A",
        "extensions": {"anything": True},
    }

    response = await client.post("/graphql", json=body)

    assert response.json() == {"data": {"book": {"title": "달"}}}
    assert library.requests[0].variables == {"id": "5"}


async def test_a_get_takes_everything_from_the_address(
    client: httpx.AsyncClient, library: Library
) -> None:
    parameters = {
        "query": "query A($id: ID!) { book(id: $id) { title } } query B { books { id } }",
        "variables": '{"id": "달/+&"}',
        "operationName": "A",
        "extensions": "{}",
    }

    response = await client.get("/graphql", params=parameters, headers=PREFLIGHT)

    assert response.json() == {"data": {"book": {"title": "달"}}}
    assert library.requests[0].variables == {"id": "달/+&"}


async def test_a_mutation_by_get_is_refused_and_nothing_is_sent(
    client: httpx.AsyncClient, library: Library
) -> None:
    mutation = 'mutation { rename(id: 1, title: "x") { id } }'

    by_get = await client.get("/graphql", params={"query": mutation}, headers=PREFLIGHT)
    asked_before = len(library.requests)
    by_post = await client.post("/graphql", json={"query": mutation})

    assert by_get.status_code == 405
    assert by_get.headers["allow"] == "POST"
    assert codes(by_get) == ["METHOD_NOT_ALLOWED"]
    assert asked_before == 0
    assert by_post.json() == {"data": {"rename": {"id": "1"}}}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_other_methods_are_refused(client: httpx.AsyncClient, method: str) -> None:
    response = await client.request(method, "/graphql")

    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST"


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", None])
async def test_a_body_that_a_foreign_page_could_send_is_refused(
    client: httpx.AsyncClient, library: Library, content_type: str | None
) -> None:
    headers = {"content-type": content_type} if content_type else {}

    response = await client.post(
        "/graphql", content=b'{"query": "{ books { id } }"}', headers=headers
    )

    assert response.status_code == 415
    assert codes(response) == ["UNSUPPORTED_MEDIA_TYPE"]
    assert library.requests == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b"null",
        b"{}",
        b'{"query": 5}',
        b'{"query": null}',
        b'{"query": "{ __typename }", "variables": []}',
        b'{"query": "{ __typename }", "variables": "{}"}',
        b'{"query": "{ __typename }", "operationName": 1}',
        b'{"query": "{ __typename }", "extensions": "x"}',
    ],
)
@pytest.mark.parametrize("accept", [JSON, GRAPHQL_RESPONSE])
async def test_a_body_that_is_no_graphql_request_is_status_400(
    client: httpx.AsyncClient, body: bytes, accept: str
) -> None:
    headers = {"content-type": f"{JSON}; charset=utf-8", "accept": accept}

    response = await client.post("/graphql", content=body, headers=headers)

    assert response.status_code == 400
    assert codes(response) == ["BAD_REQUEST"]
    assert "data" not in response.json()


async def test_the_refusal_of_a_body_names_the_place(client: httpx.AsyncClient) -> None:
    response = await client.post("/graphql", json={"query": "{ __typename }", "variables": []})

    (error,) = response.json()["errors"]
    assert error["message"] == (
        "the body is no GraphQL request: Expected `object | null`, got `array` - at `$.variables`"
    )


@pytest.mark.parametrize(
    "parameters", ["", "query=", "query=%7B__typename%7D&variables=%7B", "query", "variables=[]"]
)
async def test_an_address_that_is_no_graphql_request_is_status_400(
    client: httpx.AsyncClient, parameters: str
) -> None:
    response = await client.get(f"/graphql?{parameters}", headers=PREFLIGHT)

    assert response.status_code == 400
    assert codes(response) == ["BAD_REQUEST"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"query": "{ book(id: 1 { title } }"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": ""}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ " + "a { " * 500}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ nope }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "{ books { id } }", "operationName": "A"}, "OPERATION_RESOLUTION_FAILURE"),
        (
            {"query": "query A { books { id } } query B { books { id } }"},
            "OPERATION_RESOLUTION_FAILURE",
        ),
        ({"query": "fragment F on Book { id }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "query ($id: ID!) { book(id: $id) { id } }"}, "BAD_USER_INPUT"),
        ({"query": "subscription { bookAdded { id } }"}, "SUBSCRIPTION_NOT_SUPPORTED"),
    ],
)
async def test_an_operation_that_cannot_run_is_400_for_new_clients_and_200_for_old_ones(
    client: httpx.AsyncClient, library: Library, body: dict[str, Any], code: str
) -> None:
    if len(body["query"]) > 900:
        body = {"query": body["query"][:900]}

    new = await client.post("/graphql", json=body, headers={"accept": GRAPHQL_RESPONSE})
    old = await client.post("/graphql", json=body, headers={"accept": JSON})

    assert (new.status_code, old.status_code) == (400, 200)
    assert new.json() == old.json()
    assert set(codes(new)) == {code}
    assert "data" not in new.json()
    assert library.requests == []


async def test_what_is_wrong_with_an_operation_comes_with_its_place(
    client: httpx.AsyncClient,
) -> None:
    response = await client.post("/graphql", json={"query": "{\n  books { titel }\n}"})

    assert response.json()["errors"] == [
        {
            "message": "Cannot query field 'titel' on type 'Book'. Did you mean 'title'?",
            "locations": [{"line": 2, "column": 11}],
            "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"},
        }
    ]


async def test_a_body_over_the_limit_is_refused_before_it_is_read(
    client: httpx.AsyncClient,
) -> None:
    async def endless() -> AsyncGenerator[bytes]:
        while True:
            yield b" " * 100

    announced = await client.post("/graphql", json={"query": " " * 1_000})
    streamed = await client.post("/graphql", content=endless(), headers={"content-type": JSON})

    assert announced.status_code == streamed.status_code == 413
    assert codes(announced) == codes(streamed) == ["PAYLOAD_TOO_LARGE"]


async def test_paths_beside_graphql(client: httpx.AsyncClient) -> None:
    health, ready, other = [await client.get(path) for path in ("/health", "/readyz", "/graphq")]

    assert (health.status_code, health.json()) == (200, {"status": "alive"})
    assert (ready.status_code, ready.json()) == (200, {"status": "ready"})
    assert other.status_code == 404
    assert (
        other.json()["errors"][0]["message"] == "nothing is at `/graphq`; GraphQL is at `/graphql`"
    )


async def test_a_router_that_is_not_open_is_alive_but_not_ready(library: Library) -> None:
    app = Router(library.subgraphs()).asgi()
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://router") as client:
        health, ready = [await client.get(path) for path in ("/health", "/readyz")]
        answer = await client.post("/graphql", json={"query": BOOK})

    assert (health.status_code, ready.status_code, answer.status_code) == (200, 503, 503)
    assert codes(answer) == ["SERVICE_UNAVAILABLE"]
    assert answer.headers["retry-after"] == "1"


async def test_a_fault_of_ours_is_an_id_for_the_client_and_the_truth_in_the_log(
    library: Library, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    router = Router(library.subgraphs())

    async def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(router, "answer", broken)
    async with client_of(router) as client:
        with caplog.at_level(logging.ERROR):
            response = await client.post("/graphql", json={"query": BOOK})

    (error,) = response.json()["errors"]
    assert response.status_code == 500
    assert error["message"] == "the router failed to answer"
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert "secret" not in response.text
    assert error["extensions"]["id"] in caplog.text
    assert "ZeroDivisionError: a secret" in caplog.text


async def test_a_subgraph_that_is_down_is_a_partial_answer_and_a_line_in_the_log(
    library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    async def down(_: SubgraphRequest) -> SubgraphAnswer:
        raise ConnectionError("database at 10.0.0.7")

    subgraphs = library.subgraphs()
    subgraphs["reviews"] = Subgraph(sdl=subgraphs["reviews"].sdl, answer=down)
    async with client_of(Router(subgraphs)) as client:
        response = await client.post("/graphql", json={"query": BOOK})

    assert response.status_code == 200
    assert response.json()["data"] == {"book": {"title": "달", "reviews": None}}
    assert "10.0.0.7" not in response.text
    assert "subgraph `reviews` failed while it answered" in caplog.text
    assert "10.0.0.7" in caplog.text


async def test_a_client_that_leaves_cancels_the_work() -> None:
    asked, cancelled = asyncio.Event(), asyncio.Event()
    sent: list[MutableMapping[str, Any]] = []

    async def endless(_: SubgraphRequest) -> SubgraphAnswer:
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        return SubgraphAnswer({})

    messages = iter(
        [
            {"type": "http.request", "body": msgspec.json.encode({"query": "{ books { id } }"})},
            {"type": "http.disconnect"},
        ]
    )

    async def receive() -> dict[str, Any]:
        message = next(messages)
        if message["type"] == "http.disconnect":
            await asked.wait()
        return message

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "headers": [(b"content-type", b"application/json")],
        "query_string": b"",
    }
    async with Router({"books": Subgraph(sdl=BOOKS, answer=endless)}) as router:
        await router.asgi()(scope, receive, send)

    assert cancelled.is_set()
    assert sent == []


async def test_the_application_can_be_mounted_below_a_path(library: Library) -> None:
    async with Router(library.subgraphs()) as router:
        transport = httpx.ASGITransport(app=router.asgi(), root_path="/api")
        async with httpx.AsyncClient(transport=transport, base_url="http://router") as client:
            response = await client.post("/api/graphql", json={"query": BOOK})

    assert response.json() == BOOK_ANSWER

"""Responses in parts over HTTP: formats, headers and bytes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgspec
import pytest
from plans.graphs import REVIEWS, Library
from plans.live import served

from graphwing import Router, Subgraph, SubgraphAnswer, SubgraphRequest
from graphwing.execution import FirstPart, Pending, SendPart
from graphwing.server.http.incremental_type import Defer2022, Incremental, IncrementalType
from graphwing.server.http.parts_response import PartsResponse

JSON = "application/json"
DEFER_2022 = "multipart/mixed;deferSpec=20220824"
DEFERRED = '{ book(id: 1) { title ... @defer(label: "late") { reviews } } }'
WHOLE = {"data": {"book": {"title": "달", "reviews": ["on 1"]}}}


class HeldLibrary(Library):
    """The library, whose reviews come when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.may_answer = asyncio.Event()
        self.is_asked = asyncio.Event()
        self.is_cancelled = asyncio.Event()

    async def reviews(self, request: SubgraphRequest) -> SubgraphAnswer:
        """Play the subgraph of reviews."""
        self.is_asked.set()
        try:
            await self.may_answer.wait()
        except asyncio.CancelledError:
            self.is_cancelled.set()
            raise
        return await super().reviews(request)


@pytest.fixture
def library() -> HeldLibrary:
    return HeldLibrary()


@asynccontextmanager
async def client_of(router: Router) -> AsyncGenerator[httpx.AsyncClient]:
    """Serve a router on a socket: the test sees what is sent when."""
    async with (
        router,
        served(router.asgi()) as place,
        httpx.AsyncClient(base_url=f"http://{place}", timeout=30) as client,
    ):
        yield client


@pytest.fixture
async def client(library: HeldLibrary) -> AsyncGenerator[httpx.AsyncClient]:
    async with client_of(Router(library.subgraphs())) as client:
        yield client


def asked(client: httpx.AsyncClient, accept: str, query: str = DEFERRED) -> Any:  # noqa: ANN401
    return client.stream("POST", "/graphql", json={"query": query}, headers={"accept": accept})


async def raw_body(client: httpx.AsyncClient, library: HeldLibrary, accept: str) -> bytes:
    library.may_answer.set()
    async with asked(client, accept) as response:
        return await response.aread()


def part(body: str) -> bytes:
    head = b"\r\ncontent-type: application/json; charset=utf-8\r\n\r\n"
    return head + body.encode() + b"\r\n--"


async def test_a_first_part_arrives_while_a_subgraph_is_still_asked(
    client: httpx.AsyncClient, library: HeldLibrary
) -> None:
    async with asked(client, DEFER_2022) as response:
        chunks = response.aiter_raw()
        received = b""
        while not received.endswith(b"}\r\n---"):
            received += await anext(chunks)
        assert not library.may_answer.is_set()
        library.may_answer.set()
        rest = b"".join([chunk async for chunk in chunks])

    assert received == b"---" + part('{"data":{"book":{"title":"달"}},"hasNext":true}') + b"-"
    assert rest.endswith(b'"hasNext":false}\r\n-----\r\n')


async def test_the_format_of_2022_byte_by_byte(
    client: httpx.AsyncClient, library: HeldLibrary
) -> None:
    assert await raw_body(client, library, DEFER_2022) == (
        b"---"
        + part('{"data":{"book":{"title":"달"}},"hasNext":true}')
        + b"-"
        + part(
            '{"incremental":[{"data":{"reviews":["on 1"]},"path":["book"],"label":"late"}],'
            '"hasNext":false}'
        )
        + b"---\r\n"
    )


async def test_the_current_format_byte_by_byte(
    client: httpx.AsyncClient, library: HeldLibrary
) -> None:
    assert await raw_body(client, library, "multipart/mixed") == (
        b"---"
        + part(
            '{"data":{"book":{"title":"달"}},'
            '"pending":[{"id":"0","path":["book"],"label":"late"}],"hasNext":true}'
        )
        + b"-"
        + part(
            '{"incremental":[{"id":"0","data":{"reviews":["on 1"]}}],"completed":[{"id":"0"}],'
            '"hasNext":false}'
        )
        + b"---\r\n"
    )


@pytest.mark.parametrize(
    ("accept", "answered_as"),
    [
        (DEFER_2022, 'multipart/mixed;deferSpec=20220824;boundary="-"'),
        (f"{JSON};q=0.9, {DEFER_2022}", 'multipart/mixed;deferSpec=20220824;boundary="-"'),
        ('multipart/mixed; deferSpec="20220824", */*', None),
        ("multipart/mixed", 'multipart/mixed;boundary="-"'),
        (
            f"multipart/mixed;incrementalSpec=v0.2, {JSON}",
            'multipart/mixed;incrementalSpec=v0.2;boundary="-"',
        ),
        (
            'multipart/mixed;incrementalSpec="3.0"',
            'multipart/mixed;incrementalSpec=3.0;boundary="-"',
        ),
        ('multipart/mixed;incrementalSpec="a\\"b"', 'multipart/mixed;boundary="-"'),
        (
            f"multipart/mixed;deferSpec=20220824, multipart/mixed, {JSON}",
            'multipart/mixed;deferSpec=20220824;boundary="-"',
        ),
    ],
)
async def test_the_first_format_that_the_client_lists_is_taken(
    client: httpx.AsyncClient, library: HeldLibrary, accept: str, answered_as: str | None
) -> None:
    library.may_answer.set()

    async with asked(client, accept) as response:
        await response.aread()

    expected = answered_as or 'multipart/mixed;deferSpec=20220824;boundary="-"'
    assert response.headers["content-type"] == expected
    assert response.headers["cache-control"] == "no-cache"
    assert response.status_code == 200


@pytest.mark.parametrize(
    "accept",
    [
        JSON,
        "*/*",
        f"{JSON}, multipart/mixed;q=0",
        f"{JSON}, multipart/mixed;deferSpec=20991231",
        f'multipart/mixed;subscriptionSpec="1.0", {JSON}',
    ],
)
async def test_a_client_that_accepts_no_parts_gets_everything_at_once(
    client: httpx.AsyncClient, library: HeldLibrary, accept: str
) -> None:
    library.may_answer.set()

    async with asked(client, accept) as response:
        await response.aread()

    assert response.headers["content-type"] == f"{JSON}; charset=utf-8"
    assert response.json() == WHOLE
    assert len(library.requests) == 2


async def test_what_defers_nothing_is_no_multipart_for_those_who_accept_json(
    client: httpx.AsyncClient,
) -> None:
    async with asked(client, f"{DEFER_2022}, {JSON}", "{ book(id: 1) { title } }") as response:
        await response.aread()

    assert response.headers["content-type"] == f"{JSON}; charset=utf-8"
    assert response.json() == {"data": {"book": {"title": "달"}}}


async def test_what_defers_nothing_is_one_part_for_those_who_accept_only_parts(
    client: httpx.AsyncClient,
) -> None:
    async with asked(client, DEFER_2022, "{ book(id: 1) { title } }") as response:
        body = await response.aread()

    whole = part('{"data":{"book":{"title":"달"}},"hasNext":false}')
    assert body == b"---" + whole + b"---\r\n"


async def test_a_refused_operation_has_its_status_and_no_parts(client: httpx.AsyncClient) -> None:
    accept = f"{DEFER_2022}, application/graphql-response+json"

    async with asked(client, accept, "{ book(id: 1) { ... @defer { nothing } } }") as response:
        await response.aread()

    assert response.status_code == 400
    assert response.headers["content-type"].startswith("application/graphql-response+json")


@pytest.mark.parametrize(
    "operation",
    [
        'mutation { ... @defer { rename(id: 1, title: "a") { title } } }',
        '{ book(id: 1) { ... @defer(label: "a") { id } ... @defer(label: "a") { title } } }',
        "query ($name: String) { book(id: 1) { ... @defer(label: $name) { title } } }",
        "{ book(id: 1) { title @defer } }",
        "subscription { bookAdded { ... @defer { title } } }",
    ],
)
async def test_a_wrong_use_of_defer_is_refused(client: httpx.AsyncClient, operation: str) -> None:
    async with asked(client, JSON, operation) as response:
        await response.aread()

    assert "data" not in response.json()
    assert "defer" in response.json()["errors"][0]["message"].lower()


async def test_a_lost_fragment_in_both_formats() -> None:
    library = Library()

    async def broken(_: SubgraphRequest) -> SubgraphAnswer:
        return SubgraphAnswer({"_entities": [{"reviews": [None]}]})

    subgraphs = library.subgraphs()
    subgraphs["reviews"] = Subgraph(sdl=REVIEWS.replace("[String!]", "[String!]!"), answer=broken)
    bodies: list[Any] = []
    async with client_of(Router(subgraphs)) as client:
        for accept in (DEFER_2022, "multipart/mixed"):
            async with asked(client, accept) as response:
                bodies.append(_parts(await response.aread())[-1])

    error = {
        "message": "cannot return null for non-nullable `Book.reviews`",
        "path": ["book", "reviews", 0],
        "extensions": {"code": "INVALID_SUBGRAPH_ANSWER"},
    }
    lost = {"data": None, "path": ["book"], "label": "late", "errors": [error]}
    assert bodies == [
        {"incremental": [lost], "hasNext": False},
        {"completed": [{"id": "0", "errors": [error]}], "hasNext": False},
    ]


@pytest.mark.parametrize(
    ("incremental_type", "told"),
    [
        (Defer2022(), {"incremental": [{"data": None, "path": ["book"]}]}),
        (Incremental(), {"completed": [{"id": "0"}]}),
    ],
)
async def test_a_failure_of_the_router_after_the_first_part_ends_what_is_pending(
    incremental_type: IncrementalType, told: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    sent: list[bytes] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message.get("body", b""))

    async def answer(send_part: SendPart) -> None:
        await send_part(FirstPart({"book": {}}, (), (Pending("0", ("book",), None),)))
        raise ZeroDivisionError

    with caplog.at_level(logging.CRITICAL, "graphwing"):
        response = await PartsResponse(incremental_type, JSON, send).answered(answer)

    first, last = _parts(b"".join(sent))
    (lost,) = [one for key in told for one in last[key]]
    (error,) = lost.pop("errors")
    assert response is None
    assert (first["data"], first["hasNext"]) == ({"book": {}}, True)
    assert last == told | {"hasNext": False}
    assert error["message"] == "the router failed to answer"


async def test_when_the_client_leaves_the_subgraph_is_not_waited_for(
    client: httpx.AsyncClient, library: HeldLibrary
) -> None:
    async with asked(client, DEFER_2022) as response:
        await anext(response.aiter_raw())
        await library.is_asked.wait()

    async with asyncio.timeout(5):
        await library.is_cancelled.wait()


def _parts(body: bytes) -> list[Any]:
    """Return the parts of a multipart body."""
    *parts, end = body.removeprefix(b"---").split(b"\r\n---")
    assert end == b"--\r\n"
    return [msgspec.json.decode(one.partition(b"\r\n\r\n")[2]) for one in parts]

"""How many requests the router answers at once, and for how long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
import pytest
from plans.graphs import REVIEWS, Library
from plans.live import served

from graphwing import (
    ConcurrencySettings,
    Router,
    SharingSettings,
    Subgraph,
    SubgraphAnswer,
    SubgraphRequest,
    SubgraphTraffic,
    TrafficSettings,
)
from graphwing.errors import RequestTimeoutError
from graphwing.execution import ExecutionResult
from graphwing.execution.transports.deadline import DEADLINE
from graphwing.server.http.request import GraphQLRequest, Headers
from graphwing.server.settings.reader import Duration
from graphwing.server.traffic.deadlines import Deadlines

BOOK = "{ book(id: 1) { title reviews } }"


class SlowReviews(Library):
    """A subgraph that answers when it is let, and how many requests it got at once."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Semaphore(0)
        self.may_answer = asyncio.Event()
        self.headers: list[dict[str, str]] = []

    async def reviews(self, request: SubgraphRequest) -> SubgraphAnswer:
        self.headers.append(dict(request.headers))
        self.asked.release()
        await self.may_answer.wait()
        return await super().reviews(request)


@asynccontextmanager
async def client_of(
    library: Library, traffic: TrafficSettings
) -> AsyncGenerator[httpx.AsyncClient]:
    sharing = SharingSettings(subgraph_requests=False)
    async with (
        Router(library.subgraphs(), traffic=traffic, sharing=sharing) as router,
        served(router.asgi()) as place,
        httpx.AsyncClient(base_url=f"http://{place}", timeout=30) as client,
    ):
        yield client


async def asked(client: httpx.AsyncClient) -> httpx.Response:
    return await client.post("/graphql", json={"query": BOOK})


async def test_so_many_are_answered_at_once_so_many_wait_and_the_others_are_refused() -> None:
    library = SlowReviews()
    limit = ConcurrencySettings(limit=2, queue=1)
    async with client_of(library, TrafficSettings(in_flight=limit)) as client:
        answered = [asyncio.create_task(asked(client)) for _ in range(2)]
        for _ in range(2):
            await asyncio.wait_for(library.asked.acquire(), 5)
        waiting = asyncio.create_task(asked(client))
        # Whichever of the two comes first waits, and the other is refused.
        late = asyncio.create_task(asked(client))
        done, _ = await asyncio.wait((waiting, late), return_when=asyncio.FIRST_COMPLETED)
        refused = done.pop().result()
        health = [(await client.get(path)).status_code for path in ("/health", "/readyz")]
        sent = len(library.headers)
        library.may_answer.set()
        responses = [await one for one in (*answered, waiting, late)]

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert refused.json()["errors"][0] == {
        "message": "the router answers 2 requests, as many as it may; try again later",
        "extensions": {"code": "REQUEST_CONCURRENCY_LIMITED"},
    }
    assert sorted(one.status_code for one in responses) == [200, 200, 200, 503]
    assert health == [200, 200]
    assert sent == 2


async def test_a_place_is_free_again_when_its_client_leaves() -> None:
    library = SlowReviews()
    limit = ConcurrencySettings(limit=1, queue=0)
    async with client_of(library, TrafficSettings(in_flight=limit)) as client:
        leaving = asyncio.create_task(asked(client))
        await asyncio.wait_for(library.asked.acquire(), 5)
        leaving.cancel()
        await asyncio.wait((leaving,))
        library.may_answer.set()
        async with asyncio.timeout(5):
            while (response := await asked(client)).status_code != 200:
                pass

    assert "errors" not in response.json()


async def test_when_the_time_is_nearly_over_the_client_gets_what_there_is() -> None:
    library = SlowReviews()
    async with client_of(library, TrafficSettings(request_timeout=Duration(1))) as client:
        response = await asked(client)

    body = response.json()
    assert response.status_code == 200
    assert body["data"] == {"book": {"title": "달", "reviews": None}}
    assert [one["extensions"]["code"] for one in body["errors"]] == ["DOWNSTREAM_SERVICE_TIMEOUT"]
    assert "did not answer within 0." in body["errors"][0]["message"]


async def test_nothing_is_asked_for_when_the_time_is_over() -> None:
    """The first of two mutations takes all the time that there is; the second is never sent."""
    sent: list[str] = []

    async def rename(request: SubgraphRequest) -> SubgraphAnswer:
        sent.append(request.operation)
        await asyncio.Event().wait()
        return SubgraphAnswer({})

    sdl = "type Query { a: Int } type Mutation { one: Int }"
    other = "type Query { b: Int } type Mutation { two: Int }"
    router = Router(
        {
            "ones": Subgraph(sdl=sdl, answer=rename),
            "twos": Subgraph(sdl=other, answer=rename),
        },
        traffic=TrafficSettings(request_timeout=Duration(0.2)),
    )
    async with (
        router,
        served(router.asgi()) as place,
        httpx.AsyncClient(base_url=f"http://{place}") as client,
    ):
        response = await client.post("/graphql", json={"query": "mutation { one two }"})

    body = response.json()
    assert len(sent) == 1
    assert body["data"] == {"one": None, "two": None}
    assert body["errors"][1]["message"] == (
        "subgraph `twos` is not asked any more: the time of the whole request is over"
    )


class StuckRouter(Router):
    """A router that never comes to asking subgraphs."""

    was_cancelled = False

    async def answer(
        self,
        request: GraphQLRequest,  # noqa: ARG002
        headers: Headers,  # noqa: ARG002
        *,
        allow_mutation: bool = True,  # noqa: ARG002
    ) -> ExecutionResult:
        try:
            await asyncio.Event().wait()
        finally:
            self.was_cancelled = True
        raise AssertionError


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
async def test_a_request_that_takes_too_long_otherwise_is_status_504(accept: str) -> None:
    router = StuckRouter(
        Library().subgraphs(), traffic=TrafficSettings(request_timeout=Duration(0.05))
    )
    async with (
        router,
        served(router.asgi()) as place,
        httpx.AsyncClient(base_url=f"http://{place}", headers={"accept": accept}) as client,
    ):
        response = await asked(client)

    assert response.status_code == 504
    assert response.json()["errors"] == [
        {
            "message": "the request was not answered within 0.05 s; ask for less",
            "extensions": {"code": "GATEWAY_TIMEOUT"},
        }
    ]
    assert router.was_cancelled


async def test_the_time_of_a_whole_request_ends_it_and_nothing_else() -> None:
    deadlines = Deadlines(0.02)
    seen: list[float | None] = []

    async def stuck() -> None:
        seen.append(DEADLINE.get())
        await asyncio.Event().wait()

    async def quick() -> str:
        return "answer"

    assert await deadlines.within(quick()) == "answer"
    results = await asyncio.gather(
        *[deadlines.within(work()) for work in (stuck, stuck, quick)], return_exceptions=True
    )

    assert [type(one) for one in results] == [RequestTimeoutError, RequestTimeoutError, str]
    assert str(results[0]) == "the request was not answered within 0.02 s; ask for less"
    assert all(one is not None for one in seen)
    assert DEADLINE.get() is None
    # And again, when the timer of those before is gone.
    with pytest.raises(RequestTimeoutError):
        await deadlines.within(stuck())


async def test_what_ends_by_itself_as_its_time_is_over_leaves_no_trace() -> None:
    deadlines = Deadlines(0.02)

    async def stubborn() -> str:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return "answer"
        return ""

    assert await deadlines.within(stubborn()) == "answer"
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_who_cancels_a_request_is_obeyed() -> None:
    task = asyncio.create_task(Deadlines(60).within(asyncio.Event().wait()))
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


def test_one_application_can_be_served_again_on_another_loop() -> None:
    deadlines = Deadlines(0.02)

    async def late() -> None:
        await deadlines.within(asyncio.Event().wait())

    for _ in range(2):
        with pytest.raises(RequestTimeoutError):
            asyncio.run(late())


async def test_subgraphs_are_told_how_long_the_router_waits_if_settings_say_so() -> None:
    library = SlowReviews()
    library.may_answer.set()
    subgraphs = library.subgraphs()
    subgraphs["reviews"] = Subgraph(
        sdl=REVIEWS,
        answer=library.reviews,
        timeout=2,
        traffic=SubgraphTraffic(tell_deadline=True),
    )
    for told in (None, "2000"):
        given = library.subgraphs() if told is None else subgraphs
        async with Router(given, propagate_headers=["x-request-deadline"]) as router:
            await router.execute(BOOK, headers={"x-request-deadline": "999999"})

    assert [one["x-request-deadline"] for one in library.headers] == ["999999", "2000"]

"""A router from whatever a subgraph may be given as."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import strawberry
from aiohttp import web
from plans.graphs import BOOKS, REVIEWS, Library
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from graphwing import (
    CompositionError,
    PlanningError,
    Router,
    SettingsError,
    Subgraph,
    SubgraphAnswer,
    SubgraphError,
    SubgraphRequest,
    SupergraphError,
    render_text,
)
from graphwing.errors import NotReadyError, OperationInvalidError


@strawberry.federation.type(keys=["id"])
class Book:
    id: strawberry.ID
    reviews: list[str]

    @classmethod
    def resolve_reference(cls, info: strawberry.Info, id: strawberry.ID) -> Book:  # noqa: A002
        language = info.context["request"].headers.get("accept-language", "none")
        return Book(id=id, reviews=[f"on {id} in {language}"])


@strawberry.type
class Query:
    @strawberry.field
    def review_count(self) -> int:
        return 3


REVIEWS_SCHEMA = strawberry.federation.Schema(Query, types=[Book])
BOOK = "{ book(id: 1) { title reviews } }"


def reviews_app() -> Starlette:
    """An application that serves the Strawberry schema and tells its SDL."""

    async def graphql(request: Request) -> Response:
        body = await request.json()
        result = await REVIEWS_SCHEMA.execute(
            body["query"],
            body.get("variables"),
            context_value={"request": SubgraphRequest("", headers=dict(request.headers))},
        )
        return JSONResponse({"data": result.data})

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        app.state.events = ["started"]
        yield
        app.state.events.append("stopped")

    return Starlette(routes=[Route("/graphql", graphql, methods=["POST"])], lifespan=lifespan)


async def test_a_strawberry_schema_is_composed_at_once_and_executed_directly() -> None:
    router = Router(
        {"books": Library().subgraphs()["books"], "reviews": REVIEWS_SCHEMA},
        propagate_headers=["Accept-Language"],
    )

    async with router:
        response = await router.execute(
            "{ book(id: 1) { title reviews } reviewCount }",
            headers={"Accept-Language": "ko", "X-Other": "no"},
        )

    assert response == {
        "data": {"book": {"title": "달", "reviews": ["on 1 in ko"]}, "reviewCount": 3}
    }


async def test_an_asgi_application_tells_its_schema_when_the_router_opens() -> None:
    app = reviews_app()
    router = Router({"books": Library().subgraphs()["books"], "reviews": app})

    with pytest.raises(NotReadyError):
        router.plan(BOOK)
    async with router:
        response = await router.execute(BOOK)
        assert router.is_ready

    assert response["data"]["book"]["reviews"] == ["on 1 in none"]
    assert app.state.events == ["started", "stopped"]
    assert not router.is_ready


async def test_a_url_tells_its_schema_and_is_asked_over_http() -> None:
    async def graphql(request: web.BaseRequest) -> web.Response:
        body = await request.json()
        result = await REVIEWS_SCHEMA.execute(
            body["query"], body.get("variables"), {"request": SubgraphRequest("")}
        )
        return web.json_response({"data": result.data})

    runner = web.ServerRunner(web.Server(graphql))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/graphql"
    try:
        async with Router({"books": Library().subgraphs()["books"], "reviews": url}) as router:
            response = await router.execute(BOOK)
            known_url = router.supergraph.subgraphs["reviews"].url
        # The supergraph alone knows where the subgraph is.
        async with Router(
            {"books": Library().subgraphs()["books"]}, supergraph=router.supergraph.sdl
        ) as again:
            second = await again.execute(BOOK)
    finally:
        await runner.cleanup()

    assert known_url == url
    assert response == second == {"data": {"book": {"title": "달", "reviews": ["on 1 in none"]}}}


async def test_sdl_files_are_enough_to_plan_and_an_address_is_needed_to_ask(
    tmp_path: Path,
) -> None:
    (tmp_path / "books.graphql").write_text(BOOKS)
    (tmp_path / "reviews.graphql").write_text(REVIEWS)
    router = Router(
        {"books": tmp_path / "books.graphql", "reviews": str(tmp_path / "reviews.graphql")}
    )

    plan = render_text(router.plan(BOOK))
    async with router:
        response = await router.execute(BOOK)

    assert [line.split()[1] for line in plan.splitlines() if "Fetch" in line] == [
        "books",
        "reviews",
    ]
    assert response["data"] == {"book": None}
    assert response["errors"][0]["message"] == (
        "subgraph `books` has no address; give its `Subgraph` a `url`, an `app` or an `answer`"
    )


async def test_a_composed_supergraph_can_be_given_as_object_text_or_file(tmp_path: Path) -> None:
    supergraph = Router(Library().subgraphs()).supergraph
    path = tmp_path / "supergraph.graphql"
    path.write_text(supergraph.sdl)

    for given in (supergraph, supergraph.sdl, path, str(path)):
        async with Router(Library().subgraphs(), supergraph=given) as router:
            assert (await router.execute(BOOK))["data"]["book"]["reviews"] == ["on 1"]


def test_subgraphs_that_disagree_are_refused_at_once() -> None:
    disagreeing = REVIEWS.replace("reviews(first", "title: Int reviews(first")

    with pytest.raises(CompositionError) as refusal:
        Router({"books": Subgraph(sdl=BOOKS), "reviews": Subgraph(sdl=disagreeing)})

    assert {problem.coordinate for problem in refusal.value.problems} == {"Book.title"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "there is neither a supergraph nor a subgraph to route to"),
        ({"subgraphs": {"books": 5}}, "books: a `int` is no subgraph; give a Strawberry schema"),
        (
            {"subgraphs": {"books": Path("nowhere.graphql")}},
            "the schema file `nowhere.graphql` does not exist; check the path",
        ),
        (
            {"supergraph": "nowhere.graphql"},
            "the supergraph file `nowhere.graphql` does not exist; check the path",
        ),
        (
            {"subgraphs": {"books": "x.graphql"}, "propagate_headers": ["Graphwing-Claims"]},
            "headers.propagate: the header `graphwing-claims` cannot be propagated",
        ),
        (
            {"subgraphs": {"books": "x.graphql"}, "propagate_headers": ["content-length"]},
            "headers.propagate: the header `content-length` cannot be propagated",
        ),
    ],
)
def test_what_cannot_work_is_refused_with_a_reason(
    arguments: dict[str, object], message: str
) -> None:
    with pytest.raises(SettingsError) as refusal:
        Router(**arguments)  # pyright: ignore[reportArgumentType]

    assert str(refusal.value).startswith(message)


def test_a_subgraph_that_the_supergraph_does_not_have_is_refused_with_a_suggestion() -> None:
    supergraph = Router(Library().subgraphs()).supergraph

    with pytest.raises(SettingsError) as refusal:
        Router({"bocks": "http://127.0.0.1:1/"}, supergraph=supergraph)

    assert str(refusal.value) == (
        "subgraphs.bocks: the supergraph has no such subgraph; did you mean `books`?"
    )


def test_a_document_that_is_no_supergraph_is_refused() -> None:
    with pytest.raises(SupergraphError):
        Router(supergraph="type Query { a: Int }")


async def test_a_failed_opening_closes_what_was_open() -> None:
    app = reviews_app()
    router = Router({"reviews": app, "books": "http://127.0.0.1:1/graphql"})

    with pytest.raises(SubgraphError, match="subgraph `books` cannot be reached"):
        await router.open()

    assert app.state.events == ["started", "stopped"]
    assert not router.is_ready


async def test_a_router_can_be_closed_and_opened_again() -> None:
    router = Router(Library().subgraphs())

    for _ in range(2):
        async with router:
            assert "errors" not in await router.execute(BOOK)
    with pytest.raises(NotReadyError):
        await router.execute(BOOK)


async def test_what_is_wrong_with_a_request_is_in_the_response() -> None:
    async with Router(Library().subgraphs()) as router:
        invalid = await router.execute("{ nope }")
        unnamed = await router.execute(BOOK, operation_name="A")
        variables = await router.execute(
            "query ($id: ID!) { book(id: $id) { id } }", variables={"id": []}
        )
        with pytest.raises(OperationInvalidError):
            router.plan("{ nope }")

    codes = [one["errors"][0]["extensions"]["code"] for one in (invalid, unnamed, variables)]
    assert codes == ["GRAPHQL_VALIDATION_FAILED", "OPERATION_RESOLUTION_FAILURE", "BAD_USER_INPUT"]


async def test_subgraphs_have_timeouts_of_their_own() -> None:
    async def never(_: SubgraphRequest) -> SubgraphAnswer:
        await asyncio.Event().wait()
        return SubgraphAnswer({})

    subgraphs = Library().subgraphs()
    subgraphs["reviews"] = Subgraph(sdl=REVIEWS, answer=never, timeout=0.02)
    async with Router(subgraphs) as router:
        response = await router.execute(BOOK)

    assert response["data"] == {"book": {"title": "달", "reviews": None}}
    assert response["errors"][0]["message"] == "subgraph `reviews` did not answer within 0.02 s"


def test_an_operation_without_a_plan_says_which_field_has_none() -> None:
    supergraph = Router(Library().subgraphs()).supergraph.sdl.replace(
        '@join__type(graph: REVIEWS, key: "id")',
        '@join__type(graph: REVIEWS, key: "id", resolvable: false)',
    )

    with pytest.raises(PlanningError, match="reviews"):
        Router(supergraph=supergraph).plan(BOOK)


def test_connectors_are_not_served() -> None:
    sdl = """
      extend schema
        @link(url: "https://specs.apollo.dev/federation/v2.11")
        @link(url: "https://specs.apollo.dev/connect/v0.2", import: ["@connect"])
      type Query { now: Int @connect(http: { GET: "https://clock.test/" }, selection: "$") }
    """

    with pytest.raises(SupergraphError, match=r"specs\.apollo\.dev/connect` must be understood"):
        Router({"clock": Subgraph(sdl=sdl, url="http://clock.test/graphql")})

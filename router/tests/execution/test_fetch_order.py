"""Fetches start as soon as what they wait for is done, and only if they are needed."""

from __future__ import annotations

import asyncio

import pytest
from plans.running import Graph
from plans.writing import entities, lookup, root

from graphwing.execution import SubgraphAnswer, SubgraphRequest
from graphwing.planner.plan import Condition

API = """
type Query { artist: Artist, fan: Fan, count: Int }
type Mutation { first: Int, second: Int }
type Artist { id: ID!, name: String, songs: Int, likes: Int }
type Fan { name: String }
"""

ARTIST = {"artist": {"__typename": "Artist", "id": "1"}}


async def test_a_fetch_does_not_wait_for_a_slow_fetch_that_it_does_not_depend_on() -> None:
    graph = Graph(API)
    songs_are_asked = asyncio.Event()

    async def slow_fan(_: SubgraphRequest) -> SubgraphAnswer:
        await songs_are_asked.wait()
        return SubgraphAnswer({"fan": {"name": "Haru"}})

    async def songs(_: SubgraphRequest) -> SubgraphAnswer:
        songs_are_asked.set()
        return SubgraphAnswer({"_entities": [{"songs": 3}]})

    graph.answers("artists", ARTIST)
    graph.answers("fans", slow_fan)
    graph.answers("music", songs)

    response = await graph.run(
        "{ artist { songs } fan { name } }",
        root(0, "artists", "artist { __typename id }"),
        root(1, "fans", "fan { name }"),
        entities(2, "music", lookup("songs", "artist", "Artist"), after=(0,)),
    )

    assert response == {"data": {"artist": {"songs": 3}, "fan": {"name": "Haru"}}}


async def test_a_fetch_waits_for_all_that_it_depends_on() -> None:
    graph = Graph(API)
    graph.answers("artists", ARTIST)
    graph.answers("music", {"_entities": [{"songs": 3}]})
    graph.answers("likes", {"_entities": [{"likes": 9}]})

    response = await graph.run(
        "{ artist { likes } }",
        root(0, "artists", "artist { __typename id }"),
        entities(1, "music", lookup("songs", "artist", "Artist"), after=(0,)),
        entities(2, "likes", lookup("likes", "artist", "Artist", requires="songs"), after=(0, 1)),
    )

    assert graph.representations("likes") == [{"__typename": "Artist", "id": "1", "songs": 3}]
    assert response == {"data": {"artist": {"likes": 9}}}


async def test_mutations_run_one_after_another() -> None:
    graph = Graph(API)
    running = 0

    async def alone(request: SubgraphRequest) -> SubgraphAnswer:
        nonlocal running
        running += 1
        assert running == 1
        for _ in range(3):
            await asyncio.sleep(0)
        running -= 1
        return SubgraphAnswer({"first": 1} if "first" in request.operation else {"second": 2})

    graph.answers("a", alone)
    graph.answers("b", alone)

    response = await graph.run(
        "mutation { first second }",
        root(0, "a", "first", kind="mutation"),
        root(1, "b", "second", kind="mutation", after=(0,)),
    )

    assert graph.order == ["a", "b"]
    assert graph.requests["b"][0].kind == "mutation"
    assert response == {"data": {"first": 1, "second": 2}}


@pytest.mark.parametrize(("with_songs", "requests"), [(True, 1), (False, 0)])
async def test_a_fetch_whose_condition_does_not_hold_is_not_sent(
    with_songs: bool, requests: int
) -> None:
    graph = Graph(API)
    graph.answers("artists", ARTIST)
    graph.answers("music", {"_entities": [{"songs": 3}]})

    response = await graph.run(
        "query ($withSongs: Boolean!) { artist { id songs @include(if: $withSongs) } }",
        root(0, "artists", "artist { __typename id }"),
        entities(
            1,
            "music",
            lookup("songs", "artist", "Artist"),
            after=(0,),
            conditions=(Condition("withSongs", expected=True),),
        ),
        variables={"withSongs": with_songs},
    )

    assert len(graph.requests.get("music", [])) == requests
    assert response["data"]["artist"] == ({"id": "1", "songs": 3} if with_songs else {"id": "1"})


async def test_conditions_count_the_defaults_of_variables() -> None:
    graph = Graph(API)
    graph.answers("fans", {"fan": {"name": "Haru"}})

    response = await graph.run(
        "query ($hidden: Boolean = true) { count @skip(if: $hidden) fan { name } }",
        root(0, "counts", "count", conditions=(Condition("hidden", expected=False),)),
        root(1, "fans", "fan { name }"),
    )

    assert graph.order == ["fans"]
    assert response == {"data": {"fan": {"name": "Haru"}}}


async def test_entities_that_nobody_found_are_not_asked_for() -> None:
    graph = Graph(API)
    graph.answers("artists", {"artist": None})
    graph.answers("music", {"_entities": []})

    response = await graph.run(
        "{ artist { songs } }",
        root(0, "artists", "artist { __typename id }"),
        entities(1, "music", lookup("songs", "artist", "Artist"), after=(0,)),
    )

    assert graph.order == ["artists"]
    assert response == {"data": {"artist": None}}


async def test_a_client_that_leaves_cancels_the_fetches() -> None:
    graph = Graph(API)
    asked, cancelled = asyncio.Event(), asyncio.Event()

    async def endless(_: SubgraphRequest) -> SubgraphAnswer:
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        return SubgraphAnswer({})

    graph.answers("fans", endless)
    graph.answers("artists", ARTIST)
    fetches = (root(0, "fans", "fan { name }"), root(1, "artists", "artist { id }"))

    request = asyncio.create_task(graph.run("{ fan { name } artist { id } }", *fetches))
    await asked.wait()
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request

    assert cancelled.is_set()


async def test_a_field_that_leads_back_to_the_query_root_is_fetched_at_its_path() -> None:
    graph = Graph(
        "type Query { count: Int, nested: Query } type Mutation { go: Result }"
        " type Result { query: Query }"
    )
    graph.answers("a", {"go": {"query": {"__typename": "Query"}}})
    graph.answers("b", {"count": 5})

    response = await graph.run(
        "mutation { go { query { count } } }",
        root(0, "a", "go { query { __typename } }", kind="mutation"),
        root(1, "b", "count", at="go.query", after=(0,)),
    )

    assert response == {"data": {"go": {"query": {"count": 5}}}}


async def test_variables_and_headers_reach_the_fetches_that_use_them() -> None:
    graph = Graph("type Query { a(id: ID!): Int, b: Int }")
    graph.answers("a", {"a": 1})
    graph.answers("b", {"b": 2})

    await graph.run(
        "query ($id: ID!) { a(id: $id) b }",
        root(0, "a", "a(id: $id)", variables="$id: ID!"),
        root(1, "b", "b"),
        variables={"id": 7},
        headers={"accept-language": "ko"},
    )

    assert graph.requests["a"][0].variables == {"id": "7"}
    assert graph.requests["b"][0].variables == {}
    assert graph.requests["b"][0].headers == {"accept-language": "ko"}

"""When an operation is compiled, and what happens when its program cannot answer."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, build_schema, parse
from plans.running import Graph
from plans.writing import entities, lookup, root

from graphwing import Router, Subgraph, SubgraphAnswer, SubgraphRequest
from graphwing.exact_json import decode_json, encode_json
from graphwing.execution import Compiler, Counts, Operation
from graphwing.planner.plan import Plan

API = """
type Query { artists: [Artist], artist: Artist, at: Place }
type Mutation { add: Artist }
type Artist { id: ID!, name: String, fee: Float, label: Label, price: Money!, cost: Money }
type Label { city: String }
type Place { x: Int! }
scalar Money
"""
SONGS = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
type Query { song: Song, hidden: Int }
type Song @key(fields: "id") { id: ID!, title: String }
"""


def songs(answer: dict[str, Any]) -> Router:
    async def answering(_: SubgraphRequest) -> SubgraphAnswer:
        return SubgraphAnswer(answer)

    return Router({"songs": Subgraph(sdl=SONGS, answer=answering)})


async def test_an_operation_that_comes_again_is_compiled_while_others_are_answered() -> None:
    async with songs({"song": {"title": "Moon"}}) as router, asyncio.timeout(10):
        while not router.counts.compiled:
            response = await router.execute("{ song { title } }")
            assert response == {"data": {"song": {"title": "Moon"}}}

        assert router.counts.interpreted["it is new"] == 1
        assert router.counts.interpreted.keys() <= {"it is new", "it is being compiled"}


async def test_what_is_not_compiled_is_interpreted_and_the_reason_counted() -> None:
    asked = "{ song { title } __schema { queryType { name } } }"

    async with songs({"song": {"title": "Moon"}}) as router, asyncio.timeout(10):
        while not router.counts.interpreted["introspection beside other fields"]:
            response = await router.execute(asked)
            assert response["data"]["__schema"] == {"queryType": {"name": "Query"}}

    assert router.counts == Counts()


async def test_what_needs_no_subgraph_is_made_once() -> None:
    router = Router({"songs": Subgraph(sdl=SONGS, url="http://127.0.0.1:9/nobody")})
    asked = "query ($name: String!) { __typename __type(name: $name) { name } }"

    async with router:
        answers = [
            await router.execute(asked, variables={"name": name})
            for name in ("Song", "Query", "Song", "Nobody")
        ]
        counts = router.counts

    assert [one["data"]["__type"] for one in answers] == [
        {"name": "Song"},
        {"name": "Query"},
        {"name": "Song"},
        None,
    ]
    assert answers[0] == answers[2]
    assert counts == Counts(known=4)


async def test_no_fetch_is_sent_twice_when_an_answer_has_errors() -> None:
    graph = Graph(API)
    graph.answers("a", {"add": {"__typename": "Artist", "id": "1"}})
    graph.answers("b", {"data": {"_entities": [None]}, "errors": [{"message": "no"}]})

    response = await graph.run(
        "mutation { add { name } }",
        root(0, "a", "add { __typename id }", kind="mutation"),
        entities(1, "b", lookup("name", "add", "Artist"), after=(0,)),
    )

    assert response["data"] == {"add": {"name": None}}
    assert graph.order == ["a", "b"]
    assert graph.counts == Counts(interpreted=graph.counts.interpreted)
    assert graph.counts.interpreted == {"an answer with errors": 1}


@pytest.mark.parametrize(
    ("price", "compiled"), [("12345678901234567890", 1), ("[1.10]", 1), ("1.10", 0)]
)
async def test_numbers_of_custom_scalars_keep_their_digits(price: str, compiled: int) -> None:
    graph = Graph(API)
    artist = f'{{"price":{price},"cost":1e400,"fee":1.50}}'
    graph.answers("a", decode_json(f'{{"artist":{artist}}}'))

    response = await graph.run(
        "{ artist { price cost fee } }", root(0, "a", "artist { price cost fee }")
    )

    expected = f'{{"artist":{{"price":{price},"cost":1e400,"fee":1.5}}}}'
    assert encode_json(response["data"]).decode() == expected
    assert graph.counts.compiled == compiled


async def test_objects_share_what_one_entity_brings_and_are_all_finished() -> None:
    graph = Graph(API)
    artist = {"__typename": "Artist", "id": "1"}
    graph.answers("a", {"artists": [artist, None, artist], "artist": artist})
    graph.answers("b", {"_entities": [{"label": {"city": "Seoul"}}]})

    response = await graph.run(
        "{ artists { label { city } id } artist { label { city } } }",
        root(0, "a", "artists { __typename id } artist { __typename id }"),
        entities(1, "b", lookup("label { city }", "artists.[] artist", "Artist"), after=(0,)),
    )

    label = {"label": {"city": "Seoul"}}
    assert response["data"] == {
        "artists": [{**label, "id": "1"}, None, {**label, "id": "1"}],
        "artist": label,
    }
    assert graph.representations("b") == [artist]


async def test_a_program_that_never_fits_is_given_up() -> None:
    async with songs({"song": {"title": 3}}) as router, asyncio.timeout(20):
        while not router.counts.interpreted["always an answer of another shape"]:
            response = await router.execute("{ song { title } }")
            assert response["data"] == {"song": {"title": None}}

        counts = router.counts.interpreted
        assert counts["an answer of another shape"] == 100
        assert router.counts.compiled == 0


async def test_programs_are_kept_while_a_router_is_closed() -> None:
    router = songs({"song": {"title": "Moon"}})
    async with router, asyncio.timeout(10):
        while not router.counts.compiled:
            await router.execute("{ song { title } }")

    async with router:
        await router.execute("{ song { title } }")

        assert router.counts == Counts(compiled=1)


def test_of_too_many_programs_the_one_goes_that_was_not_used_for_longest() -> None:
    schema = build_schema("type Query { a: Int, b: Int, c: Int }")
    compiler = Compiler(schema, schema, after=0, most=2)
    a, b, c = (_operation(schema, name) for name in "abc")

    used = [compiler.use(each, {}) for each in (a, b, a, c)]

    assert [each.program is not None for each in used] == [True, False, True, True]
    assert used[1].obstacle == "it was not asked for lately"
    assert compiler.use(b, {}).program is not None


def _operation(schema: GraphQLSchema, field: str) -> Operation:
    document = parse(f"{{ {field} }}")
    definition = document.definitions[0]
    assert isinstance(definition, OperationDefinitionNode)
    return Operation(schema, document, definition, Plan("query", (root(0, "s", field),)))

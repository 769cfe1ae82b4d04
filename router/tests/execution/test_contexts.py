"""Objects are told what they find above them, each its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from plans.running import Graph, Json
from plans.writing import entities, lookup, root

from graphwing.execution import SubgraphAnswer, SubgraphRequest
from graphwing.planner.plan import (
    ContextArgument,
    ContextSource,
    EntityFetch,
    RepresentationField,
    RepresentationFragment,
)

API = """
type Query { stalls: [Stall!]! }
type Stall { name: String, sign: Sign, spots: [Spot!] }
interface Spot { sign: Sign }
type Corner implements Spot { sign: Sign }
type Booth implements Spot { name: String, sign: Sign }
type Sign { id: ID!, text: String }
"""
NAME = RepresentationField("name", "name")


def signs(place: str, *sources: ContextSource, type_: str = "String") -> EntityFetch:
    """Ask for the text of signs, which depends on the nearest name above."""
    asked = lookup("... on Sign { text(of: $context0) }", place, "Sign")
    context = ContextArgument("context0", type_, sources)
    return entities(1, "paint", replace(asked, contexts=(context,)), after=(0,))


def stall(number: int, name: str | None, **more: object) -> Json:
    return {"name": name, "sign": {"__typename": "Sign", "id": str(number)}, **more}


async def paint(request: SubgraphRequest) -> SubgraphAnswer:
    """Paint on every sign its number and the name it is told."""
    variables = dict(request.variables)
    keys = [name for name in variables if name.startswith("representations")]
    names = [name for name in variables if name.startswith("context")]
    data: dict[str, Any] = {}
    for key, name in zip(keys, names, strict=True):
        response_key = "_entities" + key.removeprefix("representations")
        data[response_key] = [{"text": f"{one['id']} {variables[name]}"} for one in variables[key]]
    return SubgraphAnswer(data)


def texts(response: Json) -> list[str | None]:
    return [each["sign"] and each["sign"]["text"] for each in response["data"]["stalls"]]


async def test_each_object_is_told_what_is_above_it_and_equals_are_asked_together() -> None:
    graph = Graph(API)
    names = ["moon", "sun", "moon", None]
    graph.answers("market", {"stalls": [stall(n, name) for n, name in enumerate(names)]})
    graph.answers("paint", paint)

    response = await graph.run(
        "{ stalls { sign { text } } }",
        root(0, "market", "stalls { name sign { __typename id } }"),
        signs("stalls.[].sign", ContextSource(1, None, (NAME,))),
    )

    assert texts(response) == ["0 moon", "1 sun", "2 moon", "3 None"]
    (request,) = graph.requests["paint"]
    assert request.variables == {
        "representations0": [{"__typename": "Sign", "id": "0"}, {"__typename": "Sign", "id": "2"}],
        "context0_0": "moon",
        "representations1": [{"__typename": "Sign", "id": "1"}],
        "context0_1": "sun",
        "representations2": [{"__typename": "Sign", "id": "3"}],
        "context0_2": None,
    }
    assert request.operation == (
        "query($representations0: [_Any!]!, $representations1: [_Any!]!,"
        " $representations2: [_Any!]!, $context0_0: String, $context0_1: String,"
        " $context0_2: String)"
        " { _entities0: _entities(representations: $representations0)"
        " { ... on Sign { text(of: $context0_0) } }"
        " _entities1: _entities(representations: $representations1)"
        " { ... on Sign { text(of: $context0_1) } }"
        " _entities2: _entities(representations: $representations2)"
        " { ... on Sign { text(of: $context0_2) } } }"
    )


async def test_one_entity_at_two_places_is_told_two_things() -> None:
    graph = Graph(API)
    graph.answers("market", {"stalls": [stall(1, "moon"), stall(1, "sun")]})
    graph.answers("paint", paint)

    response = await graph.run(
        "{ stalls { sign { text } } }",
        root(0, "market", "stalls { name sign { __typename id } }"),
        signs("stalls.[].sign", ContextSource(1, None, (NAME,))),
    )

    assert texts(response) == ["1 moon", "1 sun"]


async def test_the_type_of_an_object_decides_whether_it_is_asked_or_one_further_up() -> None:
    graph = Graph(API)
    spots = [
        {"__typename": "Corner", "sign": {"__typename": "Sign", "id": "1"}},
        {"__typename": "Booth", "name": "tea", "sign": {"__typename": "Sign", "id": "2"}},
    ]
    graph.answers("market", {"stalls": [{"name": "moon", "spots": spots}]})
    graph.answers("paint", paint)

    response = await graph.run(
        "{ stalls { spots { sign { text } } } }",
        root(0, "market", "stalls { name spots { __typename sign { __typename id } } }"),
        signs(
            "stalls.[].spots.[].sign",
            ContextSource(1, ("Booth",), (RepresentationFragment(("Booth",), (NAME,)),)),
            ContextSource(3, None, (NAME,)),
        ),
    )

    (found,) = response["data"]["stalls"]
    assert [each["sign"]["text"] for each in found["spots"]] == ["1 moon", "2 tea"]


async def test_nothing_is_asked_while_what_must_be_told_is_null() -> None:
    graph = Graph(API)
    graph.answers("market", {"stalls": [stall(1, None), stall(2, "sun")]})
    graph.answers("paint", paint)

    response = await graph.run(
        "{ stalls { sign { text } } }",
        root(0, "market", "stalls { name sign { __typename id } }"),
        signs("stalls.[].sign", ContextSource(1, None, (NAME,)), type_="String!"),
    )

    assert texts(response) == [None, "2 sun"]
    assert graph.requests["paint"][0].variables["representations"] == [
        {"__typename": "Sign", "id": "2"}
    ]


async def test_an_error_above_explains_that_nothing_was_asked() -> None:
    graph = Graph(API)
    error = {"message": "no name", "path": ["stalls", 0, "name"]}
    graph.answers("market", {"data": {"stalls": [stall(1, None)]}, "errors": [error]})

    response = await graph.run(
        "{ stalls { name sign { text } } }",
        root(0, "market", "stalls { name sign { __typename id } }"),
        signs("stalls.[].sign", ContextSource(1, None, (NAME,))),
    )

    assert texts(response) == [None]
    assert [each["message"] for each in response["errors"]] == ["no name"]
    assert "paint" not in graph.requests


async def test_objects_that_are_not_of_the_types_of_a_path_are_left_alone() -> None:
    graph = Graph(API)
    spots = [
        {"__typename": "Corner", "sign": {"__typename": "Sign", "id": "1"}},
        {"__typename": "Booth", "sign": None},
        {"__typename": "Booth", "name": "tea", "sign": {"__typename": "Sign", "id": "2"}},
    ]
    graph.answers("market", {"stalls": [{"spots": spots}, {"spots": None}]})
    graph.answers("paint", paint)

    response = await graph.run(
        "{ stalls { spots { ... on Booth { sign { text } } } } }",
        root(
            0,
            "market",
            "stalls { spots { __typename ... on Booth { name sign { __typename id } } } }",
        ),
        signs("stalls.[].spots.[].<Booth>.sign", ContextSource(2, None, (NAME,))),
    )

    assert [each["spots"] for each in response["data"]["stalls"]] == [
        [{}, {"sign": None}, {"sign": {"text": "2 tea"}}],
        None,
    ]

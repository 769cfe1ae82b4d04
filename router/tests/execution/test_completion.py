"""The response is what the API schema and the operation say, whatever subgraphs send."""

from __future__ import annotations

from typing import Any

import pytest
from plans.running import Graph
from plans.writing import root

API = """
interface Media { id: ID! }
type Song implements Media { id: ID!, length: Int }
type Video implements Media { id: ID!, width: Int }
union Found = Song | Video
enum Kind { SINGLE EP }
scalar Json
type Query {
  id: ID, int: Int, float: Float, string: String, boolean: Boolean, kind: Kind, json: Json
  media: Media, found: [Found], matrix: [[Int!]], strictItems: [Int!]!, song: Song
  nested: Nested, deep: [Nested!]
}
type Nested { must: Strict!, may: Strict }
type Strict { value: Int! }
"""


async def completed(operation: str, answer: object, asked: str = "id") -> dict[str, Any]:
    """The response to `operation` when the only subgraph sends `answer`."""
    graph = Graph(API)
    graph.answers("a", {"data": answer})
    return await graph.run(operation, root(0, "a", asked))


def paths(response: dict[str, Any]) -> list[Any]:
    return [error["path"] for error in response.get("errors", ())]


async def test_keys_come_in_the_order_of_the_operation_and_only_once() -> None:
    operation = """
    query ($yes: Boolean!) {
      string again: int ...More int song { length id } song { id } ... @include(if: $yes) { kind }
    }
    fragment More on Query { float string }
    """
    answer = {"int": 1, "kind": "EP", "song": {"id": 2, "length": 3}, "float": 1.5, "extra": 1}
    graph = Graph(API)
    graph.answers("a", {**answer, "string": "s", "again": 7})

    response = await graph.run(operation, root(0, "a", "id"), variables={"yes": True})
    without = await graph.run(operation, root(0, "a", "id"), variables={"yes": False})

    data = response["data"]
    assert list(data) == ["string", "again", "float", "int", "song", "kind"]
    assert list(data["song"]) == ["length", "id"]
    assert list(without["data"]) == ["string", "again", "float", "int", "song"]


@pytest.mark.parametrize(
    ("field", "sent", "completed_as"),
    [
        ("id", 7, "7"),
        ("id", 10.0, "10"),
        ("id", "7", "7"),
        ("int", 10.0, 10),
        ("float", 3, 3),
        ("boolean", False, False),
        ("string", "", ""),
        ("kind", "EP", "EP"),
        (
            "json",
            {"__typename": "x", "b": [1, {"c": None}]},
            {"__typename": "x", "b": [1, {"c": None}]},
        ),
        ("json", 2**80, 2**80),
        ("json", 1.0, 1.0),
    ],
)
async def test_leaves_are_read_as_their_type_wants(
    field: str, sent: object, completed_as: object
) -> None:
    response = await completed(f"{{ {field} }}", {field: sent})

    assert response == {"data": {field: completed_as}}
    assert type(response["data"][field]) is type(completed_as)


@pytest.mark.parametrize(
    ("field", "sent"),
    [
        ("id", True),
        ("id", 1.5),
        ("int", 2**31),
        ("int", "1"),
        ("int", True),
        ("float", "1.5"),
        ("string", 1),
        ("boolean", 1),
        ("kind", "LP"),
        ("kind", ["EP"]),
        ("matrix", 3),
        ("song { id }", "a song"),
    ],
)
async def test_a_value_that_its_type_does_not_allow_is_null_with_an_error(
    field: str, sent: object
) -> None:
    name = field.split(maxsplit=1)[0]
    response = await completed(f"{{ {field} }}", {name: sent})

    assert response["data"] == {name: None}
    assert paths(response) == [[name]]
    assert response["errors"][0]["extensions"]["code"] == "INVALID_SUBGRAPH_ANSWER"
    assert str(sent) not in response["errors"][0]["message"].replace(name, "")


async def test_a_null_goes_up_to_the_nearest_nullable_parent_and_is_one_error() -> None:
    operation = "{ nested { must { value } may { value } } deep { must { value } } }"
    answer = {
        "nested": {"must": {"value": 1}, "may": {"value": None}},
        "deep": [{"must": {"value": 1}}, {"must": None}],
    }

    response = await completed(operation, answer)

    assert response["data"] == {"nested": {"must": {"value": 1}, "may": None}, "deep": None}
    assert paths(response) == [["nested", "may", "value"], ["deep", 1, "must"]]
    assert response["errors"][0]["message"] == (
        "cannot return null for non-nullable `Strict.value`"
    )


@pytest.mark.parametrize(
    ("operation", "answer", "data", "path"),
    [
        (
            "{ matrix }",
            {"matrix": [[1, 2], [3, None], None]},
            {"matrix": [[1, 2], None, None]},
            ["matrix", 1, 1],
        ),
        ("{ strictItems }", {"strictItems": [1, None]}, None, ["strictItems", 1]),
        ("{ strictItems }", {"strictItems": None}, None, ["strictItems"]),
        ("{ strictItems }", {}, None, ["strictItems"]),
    ],
)
async def test_nulls_in_lists_go_up_exactly_as_far_as_they_must(
    operation: str, answer: object, data: object, path: object
) -> None:
    response = await completed(operation, answer)

    assert response["data"] == data
    assert paths(response) == [path]


async def test_fields_of_disjoint_fragments_do_not_leak_into_each_other() -> None:
    operation = "{ found { __typename ... on Song { n: length } ... on Video { n: width id } } }"
    answer = {
        "found": [
            {"__typename": "Song", "n": 1, "id": 5},
            {"__typename": "Video", "n": 2, "id": 6},
        ]
    }

    response = await completed(operation, answer)

    assert response == {
        "data": {
            "found": [
                {"__typename": "Song", "n": 1},
                {"__typename": "Video", "n": 2, "id": "6"},
            ]
        }
    }


@pytest.mark.parametrize("typename", ["Secret", "Query", 5])
async def test_an_object_of_a_type_that_clients_do_not_know_there_is_null(typename: object) -> None:
    response = await completed("{ media { id } }", {"media": {"__typename": typename, "id": 1}})

    assert response["data"] == {"media": None}
    assert paths(response) == [["media"]]
    assert "Secret" not in response["errors"][0]["message"]


@pytest.mark.parametrize("typename", ["Media", None])
async def test_an_object_of_unknown_type_has_the_fields_of_its_interface(
    typename: str | None,
) -> None:
    media = {"__typename": typename, "id": 1, "length": 2}

    own = await completed("{ media { ... on Media { id } } }", {"media": media})
    nothing = await completed("{ media { ... on Song @skip(if: true) { id } } }", {"media": media})
    others = await completed("{ media { id ... on Song { length } } }", {"media": media})
    named = await completed("{ media { id __typename } }", {"media": media})

    assert own == others == {"data": {"media": {"id": "1"}}}
    assert nothing == {"data": {"media": {}}}
    assert named["data"] == {"media": None}
    assert paths(named) == [["media"]]


async def test_typename_needs_no_subgraph_and_may_have_any_name_any_number_of_times() -> None:
    graph = Graph(API)
    graph.answers("a", {"song": {"id": "1"}})

    alone = await graph.run("{ __typename a: __typename }")
    inside = await graph.run(
        "{ song { t: __typename id __typename } }", root(0, "a", "song { id }")
    )

    assert alone == {"data": {"__typename": "Query", "a": "Query"}}
    assert inside == {"data": {"song": {"t": "Song", "id": "1", "__typename": "Song"}}}
    assert graph.order == ["a"]


async def test_field_names_that_look_like_internals_are_only_data() -> None:
    graph = Graph("type Query { class: Int, items: Int, format: String }")
    graph.answers("a", {"class": 1, "items": 2, "format": "{0.__class__}"})

    response = await graph.run("{ class items format }", root(0, "a", "class items format"))

    assert response == {"data": {"class": 1, "items": 2, "format": "{0.__class__}"}}

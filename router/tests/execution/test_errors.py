"""Errors of subgraphs reach the client once, at the place where something is missing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from plans.running import Graph
from plans.writing import entities, lookup, path, root

from graphwing.errors import SubgraphError, SubgraphTimeoutError
from graphwing.planner.plan import Rename, Representation, RepresentationField

API = """
type Query { artist: Artist, artists: [Artist!], strict: Artist!, count: Int }
type Artist { id: ID!, name: String, songs: Int!, comments: Comments, label: Label }
type Comments { edges: [Edge!]! }
type Edge { body: String! }
type Label { id: ID!, city: String! }
"""

ONE = {"__typename": "Artist", "id": "1"}
DOWN = SubgraphError("community", "cannot be reached: connection refused")
COMMENTS = "comments { edges { body } }"


def error(message: str, at: list[str | int] | None = None, **extensions: object) -> dict[str, Any]:
    """An error as a subgraph sends it."""
    return {"message": message, **({"path": at} if at else {}), "extensions": extensions}


async def test_a_subgraph_that_is_down_makes_one_error_at_the_field_it_owes() -> None:
    graph = Graph(API)
    graph.answers("music", {"artist": {**ONE, "name": "달빛공장"}})
    graph.answers("community", DOWN)

    response = await graph.run(
        "{ artist { name comments { edges { body } } } }",
        root(0, "music", "artist { __typename id name }"),
        entities(1, "community", lookup(f"__typename {COMMENTS}", "artist", "Artist"), after=(0,)),
    )

    assert response == {
        "data": {"artist": {"name": "달빛공장", "comments": None}},
        "errors": [
            {
                "message": "subgraph `community` cannot be reached: connection refused",
                "path": ["artist", "comments"],
                "extensions": {"code": "DOWNSTREAM_SERVICE_ERROR", "serviceName": "community"},
            }
        ],
    }


async def test_one_failed_fetch_for_many_objects_is_one_error_above_them() -> None:
    graph = Graph(API)
    graph.answers("music", {"artists": [ONE, {**ONE, "id": "2"}]})
    graph.answers("community", SubgraphTimeoutError("community", 5.0))

    response = await graph.run(
        "{ artists { comments { edges { body } } } }",
        root(0, "music", "artists { __typename id }"),
        entities(1, "community", lookup(COMMENTS, "artists.[]", "Artist"), after=(0,)),
    )

    assert response["data"] == {"artists": [{"comments": None}, {"comments": None}]}
    assert response["errors"] == [
        {
            "message": "subgraph `community` did not answer within 5 s",
            "path": ["artists"],
            "extensions": {"code": "DOWNSTREAM_SERVICE_TIMEOUT", "serviceName": "community"},
        }
    ]


async def test_a_failed_root_fetch_of_several_fields_has_no_single_place() -> None:
    graph = Graph(API)
    graph.answers("music", SubgraphError("music", "sent an empty answer"))

    response = await graph.run("{ artist { id } count }", root(0, "music", "artist { id } count"))

    assert response["data"] == {"artist": None, "count": None}
    assert [one.get("path") for one in response["errors"]] == [None]


async def test_a_failure_beneath_a_non_null_field_nulls_its_parent_without_a_second_error() -> None:
    graph = Graph(API)
    graph.answers("music", {"artist": ONE, "artists": [ONE]})
    graph.answers("songs", SubgraphError("songs", "answered with HTTP status 502"))

    response = await graph.run(
        "{ artist { id songs } artists { songs } }",
        root(0, "music", "artist { __typename id } artists { __typename id }"),
        entities(1, "songs", lookup("songs", "artist artists.[]", "Artist"), after=(0,)),
    )

    assert response["data"] == {"artist": None, "artists": None}
    assert len(response["errors"]) == 1


async def test_what_depends_on_a_failed_fetch_is_not_asked_and_adds_no_error() -> None:
    graph = Graph(API)
    graph.answers("music", {"artist": ONE})
    graph.answers("labels", SubgraphError("labels", "cannot be reached"))
    graph.answers("cities", {"_entities": [{"city": "Seoul"}]})

    response = await graph.run(
        "{ artist { label { city } } }",
        root(0, "music", "artist { __typename id label { __typename } }"),
        entities(1, "labels", lookup("label { id }", "artist", "Artist"), after=(0,)),
        entities(2, "cities", lookup("city", "artist.label", "Label"), after=(1,)),
    )
    graph.answers("music", {"artist": {**ONE, "label": {"__typename": "Label"}}})
    with_label = await graph.run(
        "{ artist { label { city } } }",
        root(0, "music", "artist { __typename id label { __typename } }"),
        entities(1, "labels", lookup("label { id }", "artist", "Artist"), after=(0,)),
        entities(2, "cities", lookup("city", "artist.label", "Label"), after=(1,)),
    )

    assert "cities" not in graph.order
    assert response["data"] == with_label["data"] == {"artist": {"label": None}}
    assert [one["path"] for one in response["errors"]] == [["artist", "label"]]
    assert [one["path"] for one in with_label["errors"]] == [["artist", "label", "city"]]


async def test_a_subgraph_that_fails_two_fetches_for_one_place_is_told_of_once() -> None:
    graph = Graph(API)
    graph.answers("music", {"artist": ONE})
    graph.answers("down", SubgraphError("down", "cannot be reached"))

    response = await graph.run(
        "{ artist { label { city } } }",
        root(0, "music", "artist { __typename id }"),
        entities(1, "down", lookup("label { id }", "artist", "Artist"), after=(0,)),
        entities(2, "down", lookup("label { city }", "artist", "Artist"), after=(1,)),
    )

    assert graph.order == ["music", "down", "down"]
    assert [one["path"] for one in response["errors"]] == [["artist", "label"]]


async def test_a_failure_that_costs_the_client_nothing_is_still_reported() -> None:
    graph = Graph(API)
    graph.answers("music", {"artist": ONE})
    graph.answers("labels", SubgraphError("labels", "cannot be reached"))
    graph.answers("names", {"_entities": [{"name": "One"}]})

    response = await graph.run(
        "{ artist { name } }",
        root(0, "music", "artist { __typename id }"),
        entities(1, "labels", lookup("label { id }", "artist", "Artist"), after=(0,)),
        entities(
            2, "names", lookup("name", "artist", "Artist", requires="label { id }"), after=(0, 1)
        ),
    )

    assert graph.representations("names") == [ONE]
    assert response["data"] == {"artist": {"name": "One"}}
    assert [one["path"] for one in response["errors"]] == [["artist"]]


async def test_an_error_of_an_entity_is_reported_at_every_place_of_the_entity() -> None:
    graph = Graph(API)
    graph.answers("music", {"artist": ONE, "artists": [{**ONE, "id": "2"}, ONE]})
    graph.answers(
        "community",
        {
            "data": {"_entities": [{"comments": None}, {"comments": {"edges": []}}]},
            "errors": [error("no", ["_entities", 0, "comments", "edges"], code="FORBIDDEN")],
        },
    )

    response = await graph.run(
        "{ artist { comments { edges { body } } } artists { comments { edges { body } } } }",
        root(0, "music", "artist { __typename id } artists { __typename id }"),
        entities(1, "community", lookup(COMMENTS, "artist artists.[]", "Artist"), after=(0,)),
    )

    assert response["data"] == {
        "artist": {"comments": None},
        "artists": [{"comments": {"edges": []}}, {"comments": None}],
    }
    assert response["errors"] == [
        {
            "message": "no",
            "path": [*place, "comments", "edges"],
            "extensions": {"code": "FORBIDDEN", "serviceName": "community"},
        }
        for place in (["artist"], ["artists", 1])
    ]


async def test_an_entity_that_fails_as_a_whole_is_reported_at_the_fields_it_owes() -> None:
    graph = Graph(API)
    graph.answers("music", {"artists": [ONE, {**ONE, "id": "2"}]})
    graph.answers(
        "community",
        {
            "data": {"_entities": [{"comments": {"edges": []}}, None]},
            "errors": [error("gone", ["_entities", 1])],
        },
    )

    response = await graph.run(
        "{ artists { id comments { edges { body } } } }",
        root(0, "music", "artists { __typename id }"),
        entities(1, "community", lookup(COMMENTS, "artists.[]", "Artist"), after=(0,)),
    )

    assert response["data"]["artists"][1] == {"id": "2", "comments": None}
    assert [one["path"] for one in response["errors"]] == [["artists", 1, "comments"]]


async def test_two_lookups_of_one_request_keep_their_errors_apart() -> None:
    graph = Graph(API)
    graph.answers("music", {"artist": ONE, "artists": [{**ONE, "id": "2"}]})
    graph.answers(
        "b",
        {
            "data": {"_e0": [{"name": None}], "_e1": None},
            "errors": [error("first", ["_e0", 0, "name"]), error("second", ["_e1"])],
        },
    )

    response = await graph.run(
        "{ artist { name } artists { label { id } } }",
        root(0, "music", "artist { __typename id } artists { __typename id }"),
        entities(
            1,
            "b",
            lookup("name", "artist", "Artist", response_key="_e0", variable="r0"),
            lookup("label { id }", "artists.[]", "Artist", response_key="_e1", variable="r1"),
            after=(0,),
        ),
    )

    assert response["data"] == {"artist": {"name": None}, "artists": [{"label": None}]}
    assert [(one["message"], one["path"]) for one in response["errors"]] == [
        ("first", ["artist", "name"]),
        ("second", ["artists", 0, "label"]),
    ]


WRONG_ENTITIES: list[tuple[object, str]] = [
    (None, "sent no entities for 1 representations"),
    ([], "sent 0 entities for 1 representations"),
    ([{"name": "One"}, {"name": "Two"}], "sent 2 entities for 1 representations"),
    ("no list", "sent no entities for 1 representations"),
    ([7], "sent something else than objects as entities"),
    ([[]], "sent something else than objects as entities"),
]


@pytest.mark.parametrize(("entity_list", "said"), WRONG_ENTITIES)
async def test_wrong_entities_are_one_error_and_no_guess(entity_list: object, said: str) -> None:
    graph = Graph(API)
    graph.answers("music", {"artist": ONE})
    graph.answers("names", {"_entities": entity_list})

    response = await graph.run(
        "{ artist { id name } }",
        root(0, "music", "artist { __typename id }"),
        entities(1, "names", lookup("name", "artist", "Artist"), after=(0,)),
    )

    assert response["data"] == {"artist": {"id": "1", "name": None}}
    assert [one["path"] for one in response["errors"]] == [["artist", "name"]]
    assert response["errors"][0]["message"] == f"subgraph `names` {said}"


async def test_data_that_is_null_as_a_whole_is_explained_by_its_errors() -> None:
    graph = Graph(API)
    graph.answers("music", {"artist": ONE})
    graph.answers("songs", {"data": None, "errors": [error("boom", ["_entities", 0, "songs"])]})

    response = await graph.run(
        "{ artist { id songs } }",
        root(0, "music", "artist { __typename id }"),
        entities(1, "songs", lookup("songs", "artist", "Artist"), after=(0,)),
    )

    assert response["data"] == {"artist": None}
    assert [(one["message"], one["path"]) for one in response["errors"]] == [
        ("boom", ["artist", "songs"])
    ]


async def test_an_error_of_one_lookup_explains_that_the_other_has_no_answer_either() -> None:
    graph = Graph(API)
    graph.answers("music", {"artist": ONE, "artists": [{**ONE, "id": "2"}]})
    graph.answers("b", {"data": None, "errors": [error("boom", ["_e0"])]})

    response = await graph.run(
        "{ artist { name } artists { songs } }",
        root(0, "music", "artist { __typename id } artists { __typename id }"),
        entities(
            1,
            "b",
            lookup("name", "artist", "Artist", response_key="_e0", variable="r0"),
            lookup("songs", "artists.[]", "Artist", response_key="_e1", variable="r1"),
            after=(0,),
        ),
    )

    assert response["data"] == {"artist": {"name": None}, "artists": None}
    assert [one["path"] for one in response["errors"]] == [["artist", "name"]]


async def test_an_error_without_a_path_is_placed_where_the_answer_is_null() -> None:
    graph = Graph(API)
    answer = {"artist": None, "count": 3}
    graph.answers("music", {"data": answer, "errors": [error("boom"), error("bang")]})

    response = await graph.run("{ artist { id } count }", root(0, "music", "artist { id } count"))

    assert response["data"] == answer
    assert [(one["message"], one["path"]) for one in response["errors"]] == [
        ("boom", ["artist"]),
        ("bang", ["artist"]),
    ]


async def test_an_error_of_a_root_field_keeps_its_path_and_its_nulls() -> None:
    graph = Graph(API)
    graph.answers(
        "music",
        {"data": None, "errors": [error("boom", ["strict", "songs"], code="OWN", retry=True)]},
    )

    response = await graph.run("{ strict { songs } }", root(0, "music", "strict { songs }"))

    assert response == {
        "data": None,
        "errors": [
            {
                "message": "boom",
                "path": ["strict", "songs"],
                "extensions": {"code": "OWN", "retry": True, "serviceName": "music"},
            }
        ],
    }


async def test_the_path_of_an_error_names_the_clients_fields_not_our_aliases() -> None:
    graph = Graph(API)
    graph.answers(
        "music",
        {"data": {"_a0": None}, "errors": [error("boom", ["_a0", "_b0", 1])]},
    )

    response = await graph.run(
        "{ artist { name } }",
        root(
            0,
            "music",
            "_a0: artist { _b0: name }",
            renames=(Rename((), "_a0", "artist"), Rename(path("artist"), "_b0", "name")),
        ),
    )

    assert response["data"] == {"artist": None}
    assert [one["path"] for one in response["errors"]] == [["artist", "name", 1]]


@pytest.mark.parametrize("failing_first", [True, False])
async def test_a_shared_object_keeps_what_the_healthy_subgraph_brings(failing_first: bool) -> None:
    graph = Graph(API)
    graph.answers("healthy", {"artist": {"id": "1"}})
    graph.answers("down", SubgraphError("down", "cannot be reached"))
    healthy, down = ("healthy", "artist { id }"), ("down", "artist { label { city } }")
    first, second = (down, healthy) if failing_first else (healthy, down)

    response = await graph.run(
        "{ artist { id label { city } } }", root(0, *first), root(1, *second, after=(0,))
    )

    assert response["data"] == {"artist": {"id": "1", "label": None}}
    assert [one["path"] for one in response["errors"]] == [["artist", "label"]]


async def test_an_error_of_a_shared_field_is_told_once_if_both_subgraphs_say_the_same() -> None:
    graph = Graph(API)
    refused = error("not for you", ["artist"], code="FORBIDDEN")
    own = error("is on fire", ["artist"], code="FIRE")
    graph.answers("music", {"data": {"artist": None}, "errors": [refused]})
    graph.answers("community", {"data": {"artist": None}, "errors": [refused, own]})

    response = await graph.run(
        "{ artist { name comments { edges { body } } } }",
        root(0, "music", "artist { name }"),
        root(1, "community", f"artist {{ {COMMENTS} }}"),
    )

    assert response["data"] == {"artist": None}
    assert [
        (each["message"], each["extensions"]["serviceName"]) for each in response["errors"]
    ] == [
        ("not for you", "music"),
        ("is on fire", "community"),
    ]


async def test_errors_come_in_the_order_of_the_plan_whoever_answers_first() -> None:
    graph = Graph(API)
    graph.answers("slow", SubgraphError("slow", "is slow"))
    graph.answers("fast", SubgraphError("fast", "is fast"))

    response = await graph.run(
        "{ artist { id } count }",
        root(0, "slow", "artist { id }"),
        root(1, "fast", "count"),
    )

    assert [one["extensions"]["serviceName"] for one in response["errors"]] == ["slow", "fast"]


@pytest.mark.parametrize(
    "broken",
    [{"path": "artist"}, {"path": [True]}, {"path": [None]}, {"message": 5}, {"extensions": "x"}],
)
async def test_an_error_that_is_itself_malformed_is_reported_all_the_same(
    broken: dict[str, object],
) -> None:
    graph = Graph(API)
    graph.answers("music", {"data": {"artist": None}, "errors": [{"message": "boom", **broken}]})

    response = await graph.run("{ artist { id } }", root(0, "music", "artist { id }"))

    assert [one["path"] for one in response["errors"]] == [["artist"]]
    assert response["errors"][0]["extensions"] == {
        "code": "DOWNSTREAM_SERVICE_ERROR",
        "serviceName": "music",
    }


async def test_an_object_whose_type_only_a_failing_subgraph_knows_is_null_by_that_error() -> None:
    graph = Graph("""
      interface Media { id: ID! extra: Int }
      type Song implements Media { id: ID! extra: Int length: Int }
      type Query { media: [Media] }
    """)
    media = [{"__typename": "Media", "id": "1"}, {"__typename": "Media", "id": "2"}]
    graph.answers("objects", {"media": media})
    graph.answers("types", SubgraphError("types", "cannot be reached"))
    graph.answers("extras", {"_entities": [{"__typename": "Media", "extra": 1}] * 2})
    type_lookup = replace(
        lookup("__typename", "media.[]", "Media"),
        representations=(Representation(("Media",), "Media", (RepresentationField("id", "id"),)),),
    )
    fetches = (
        root(0, "objects", "media { __typename id }"),
        entities(1, "types", type_lookup, after=(0,)),
        entities(2, "extras", lookup("__typename extra", "media.[]", "Media"), after=(0,)),
    )

    by_type = await graph.run("{ media { id extra ... on Song { length } } }", *fetches)
    by_name = await graph.run("{ media { __typename } }", *fetches)

    for response in (by_type, by_name):
        assert response["data"] == {"media": [None, None]}
        assert [one["path"] for one in response["errors"]] == [["media"]]

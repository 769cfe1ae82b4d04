"""What an entity fetch sends, and where its answer goes."""

from __future__ import annotations

from typing import Any

from plans.running import Graph
from plans.writing import entities, lookup, path, root

from graphwing.planner.plan import (
    Condition,
    EntityFetch,
    Lookup,
    Rename,
    Representation,
    RepresentationField,
)

API = """
interface Node { id: ID! }
type Query { artists: [Artist], albums: [[Album]], nodes: [Node], fan: Fan }
type Artist implements Node { id: ID!, name: String, songs: Int, label: Label }
type Album implements Node { id: ID!, title: String, artist: Artist }
type Label { id: ID!, city: City }
type City { name: String }
type Fan { favourite: Artist, latest: Artist }
"""


def artists(*ids: str | None) -> dict[str, Any]:
    return {"artists": [one if one is None else {"__typename": "Artist", "id": one} for one in ids]}


async def test_equal_representations_are_sent_once_and_answer_every_place() -> None:
    graph = Graph(API)
    graph.answers("a", artists("1", "2", "1"))
    graph.answers("b", {"_entities": [{"name": "One"}, {"name": "Two"}]})

    response = await graph.run(
        "{ artists { name } }",
        root(0, "a", "artists { __typename id }"),
        entities(1, "b", lookup("name", "artists.[]", "Artist"), after=(0,)),
    )

    assert graph.representations("b") == [
        {"__typename": "Artist", "id": "1"},
        {"__typename": "Artist", "id": "2"},
    ]
    assert response["data"]["artists"] == [{"name": "One"}, {"name": "Two"}, {"name": "One"}]


async def test_nulls_and_missing_keys_shift_no_entity() -> None:
    graph = Graph(API)
    graph.answers(
        "a",
        {
            "artists": [
                None,
                {"__typename": "Artist", "id": None},
                {"__typename": "Artist", "id": "1"},
                {"__typename": "Artist"},
                {"__typename": "Artist", "id": "2"},
            ]
        },
    )
    graph.answers("b", {"_entities": [None, {"name": "Two"}]})

    response = await graph.run(
        "{ artists { name } }",
        root(0, "a", "artists { __typename id }"),
        entities(1, "b", lookup("name", "artists.[]", "Artist"), after=(0,)),
    )

    assert [one["id"] for one in graph.representations("b")] == ["1", "2"]
    assert response == {
        "data": {"artists": [None, {"name": None}, {"name": None}, {"name": None}, {"name": "Two"}]}
    }


async def test_lists_of_lists_are_walked_once_per_level() -> None:
    graph = Graph(API)
    albums = [
        [{"__typename": "Album", "id": "1"}, None],
        None,
        [{"__typename": "Album", "id": "2"}],
    ]
    graph.answers("a", {"albums": albums})
    graph.answers("b", {"_entities": [{"title": "A"}, {"title": "B"}]})

    response = await graph.run(
        "{ albums { title } }",
        root(0, "a", "albums { __typename id }"),
        entities(1, "b", lookup("title", "albums.[].[]", "Album"), after=(0,)),
    )

    assert response == {"data": {"albums": [[{"title": "A"}, None], None, [{"title": "B"}]]}}


async def test_a_type_condition_keeps_only_the_objects_of_that_type() -> None:
    graph = Graph(API)
    nodes = [{"__typename": "Album", "id": "1"}, {"__typename": "Artist", "id": "1"}]
    graph.answers("a", {"nodes": nodes})
    graph.answers("b", {"_entities": [{"name": "One"}]})

    response = await graph.run(
        "{ nodes { id ... on Artist { name } } }",
        root(0, "a", "nodes { __typename id }"),
        entities(1, "b", lookup("name", "nodes.[].<Artist>", "Artist"), after=(0,)),
    )

    assert graph.representations("b") == [{"__typename": "Artist", "id": "1"}]
    assert response == {"data": {"nodes": [{"id": "1"}, {"id": "1", "name": "One"}]}}


async def test_several_lookups_travel_in_one_request() -> None:
    graph = Graph(API)
    graph.answers(
        "a",
        {
            "nodes": [{"__typename": "Album", "id": "1"}],
            "artists": [{"__typename": "Artist", "id": "2"}],
        },
    )
    graph.answers("b", {"_e0": [{"title": "Moon"}], "_e1": [{"name": "Two"}]})

    response = await graph.run(
        "{ nodes { ... on Album { title } } artists { name } }",
        root(0, "a", "nodes { __typename id } artists { __typename id }"),
        entities(
            1,
            "b",
            lookup("title", "nodes.[]", "Album", response_key="_e0", variable="r0"),
            lookup("name", "artists.[]", "Artist", response_key="_e1", variable="r1"),
            after=(0,),
        ),
    )

    assert graph.requests["b"][0].variables == {
        "r0": [{"__typename": "Album", "id": "1"}],
        "r1": [{"__typename": "Artist", "id": "2"}],
    }
    assert response == {"data": {"nodes": [{"title": "Moon"}], "artists": [{"name": "Two"}]}}


async def test_one_lookup_serves_several_places() -> None:
    graph = Graph(API)
    one, two = ({"__typename": "Artist", "id": number} for number in "12")
    graph.answers("a", {"fan": {"favourite": one, "latest": two}})
    graph.answers("b", {"_entities": [{"name": "One"}, {"name": "Two"}]})

    response = await graph.run(
        "{ fan { favourite { name } latest { name } } }",
        root(0, "a", "fan { favourite { __typename id } latest { __typename id } }"),
        entities(1, "b", lookup("name", "fan.favourite fan.latest", "Artist"), after=(0,)),
    )

    assert response["data"]["fan"] == {"favourite": {"name": "One"}, "latest": {"name": "Two"}}


async def test_a_lookup_that_is_switched_off_leaves_its_shared_variable_to_the_other() -> None:
    graph = Graph(API)
    graph.answers("a", artists("1"))
    graph.answers("b", {"_e0": [{"name": "One"}], "_e1": [{"songs": 3}]})

    response = await graph.run(
        "query ($songs: Boolean!) { artists { name songs @include(if: $songs) } }",
        root(0, "a", "artists { __typename id }"),
        entities(
            1,
            "b",
            lookup("name", "artists.[]", "Artist", response_key="_e0"),
            lookup(
                "songs",
                "artists.[]",
                "Artist",
                response_key="_e1",
                conditions=(Condition("songs", expected=True),),
            ),
            after=(0,),
        ),
        variables={"songs": False},
    )

    assert graph.representations("b") == [{"__typename": "Artist", "id": "1"}]
    assert response == {"data": {"artists": [{"name": "One"}]}}


async def test_a_nested_key_is_sent_whole_or_not_at_all() -> None:
    graph = Graph(API)
    graph.answers(
        "a",
        {
            "artists": [
                {"__typename": "Artist", "label": {"id": "L", "city": {"name": "Seoul"}}},
                {"__typename": "Artist", "label": {"id": "L", "city": None}},
                {"__typename": "Artist", "label": None},
            ]
        },
    )
    graph.answers("b", {"_entities": [{"name": "One"}]})

    response = await graph.run(
        "{ artists { name } }",
        root(0, "a", "artists { __typename label { id city { name } } }"),
        entities(
            1,
            "b",
            lookup("name", "artists.[]", "Artist", key="label { id city { name } }"),
            after=(0,),
        ),
    )

    assert graph.representations("b") == [
        {"__typename": "Artist", "label": {"id": "L", "city": {"name": "Seoul"}}}
    ]
    assert response["data"]["artists"] == [{"name": "One"}, {"name": None}, {"name": None}]


async def test_of_what_is_required_a_null_is_sent_and_an_absent_part_left_out() -> None:
    graph = Graph(API)
    graph.answers(
        "a",
        {
            "artists": [
                {"__typename": "Artist", "id": "1", "songs": 3, "label": {"id": "L"}},
                {"__typename": "Artist", "id": "2", "songs": None, "label": None},
                {"__typename": "Artist", "id": "3"},
            ]
        },
    )
    graph.answers("b", {"_entities": [{"name": "One"}, {"name": "Two"}, {"name": "Three"}]})

    response = await graph.run(
        "{ artists { name } }",
        root(0, "a", "artists { __typename id songs label { id } }"),
        entities(
            1,
            "b",
            lookup("name", "artists.[]", "Artist", requires="songs label { id }"),
            after=(0,),
        ),
    )

    assert graph.representations("b") == [
        {"__typename": "Artist", "id": "1", "songs": 3, "label": {"id": "L"}},
        {"__typename": "Artist", "id": "2", "songs": None, "label": None},
        {"__typename": "Artist", "id": "3"},
    ]
    assert [one["name"] for one in response["data"]["artists"]] == ["One", "Two", "Three"]


async def test_what_is_read_under_an_alias_is_sent_under_its_own_name() -> None:
    graph = Graph(API)
    graph.answers("a", {"artists": [{"__typename": "Artist", "_key": "1", "_songs": 3}]})
    graph.answers("b", {"_entities": [{"name": "One"}]})

    await graph.run(
        "{ artists { name } }",
        root(0, "a", "artists { __typename _key: id _songs: songs }"),
        entities(
            1,
            "b",
            lookup("name", "artists.[]", "Artist", key="_key: id", requires="_songs: songs"),
            after=(0,),
        ),
    )

    assert graph.representations("b") == [{"__typename": "Artist", "id": "1", "songs": 3}]


async def test_required_fragments_are_copied_for_objects_of_their_type_only() -> None:
    graph = Graph(API)
    graph.answers(
        "a",
        {
            "nodes": [
                {"__typename": "Artist", "id": "1", "owner": {"__typename": "Fan", "age": 20}},
                {"__typename": "Artist", "id": "2", "owner": {"__typename": "Bot", "age": 1}},
            ]
        },
    )
    graph.answers("b", {"_entities": [{"name": "One"}, {"name": "Two"}]})

    await graph.run(
        "{ nodes { ... on Artist { name } } }",
        root(0, "a", "nodes { __typename id owner { __typename age } }"),
        entities(
            1,
            "b",
            lookup(
                "name", "nodes.[]", "Artist", requires="owner { __typename ... on Fan { age } }"
            ),
            after=(0,),
        ),
    )

    assert [one["owner"] for one in graph.representations("b")] == [
        {"__typename": "Fan", "age": 20},
        {"__typename": "Bot"},
    ]


async def test_the_concrete_type_replaces_an_interface_object_and_is_never_lost_again() -> None:
    graph = Graph(API)
    graph.answers("objects", {"nodes": [{"__typename": "Node", "id": "1"}]})
    graph.answers("types", {"_entities": [{"__typename": "Artist", "name": "One"}]})
    graph.answers("more", {"_entities": [{"__typename": "Node", "songs": 3}]})
    by_interface = Lookup(
        response_key="_entities",
        variable="representations",
        paths=(path("nodes.[]"),),
        representations=(Representation(("Node",), "Node", (RepresentationField("id", "id"),)),),
        selections=(),
    )

    response = await graph.run(
        "{ nodes { __typename ... on Artist { name songs } } }",
        root(0, "objects", "nodes { __typename id }"),
        EntityFetch(1, "types", "query { _entities }", (by_interface,), after=(0,)),
        entities(2, "more", lookup("songs", "nodes.[].<Artist>", "Artist"), after=(1,)),
    )

    assert response["data"]["nodes"] == [{"__typename": "Artist", "name": "One", "songs": 3}]


async def test_places_of_one_entity_share_nothing() -> None:
    graph = Graph(API)
    one = {"__typename": "Artist", "id": "1"}
    graph.answers("a", {"fan": {"favourite": one, "latest": one}})
    graph.answers("b", {"_entities": [{"label": {"__typename": "Label", "id": "L"}}]})
    graph.answers("c", {"_entities": [{"city": {"name": "Seoul"}}]})

    response = await graph.run(
        "{ fan { favourite { label { id city { name } } } latest { label { city { name } } } } }",
        root(0, "a", "fan { favourite { __typename id } latest { __typename id } }"),
        entities(1, "b", lookup("label", "fan.favourite fan.latest", "Artist"), after=(0,)),
        entities(2, "c", lookup("city { name }", "fan.favourite.label", "Label"), after=(1,)),
    )

    assert response["data"]["fan"] == {
        "favourite": {"label": {"id": "L", "city": {"name": "Seoul"}}},
        "latest": {"label": {"city": None}},
    }


async def test_answers_for_one_object_are_merged_deeply() -> None:
    graph = Graph(API)
    graph.answers("a", {"fan": {"favourite": {"id": "1"}, "latest": None}})
    graph.answers("b", {"fan": {"favourite": {"name": "One"}, "latest": {"name": "Two"}}})

    response = await graph.run(
        "{ fan { favourite { id name } latest { name } } }",
        root(0, "a", "fan { favourite { id } latest { id } }"),
        root(1, "b", "fan { favourite { name } latest { name } }"),
    )

    assert response["data"]["fan"] == {
        "favourite": {"id": "1", "name": "One"},
        "latest": {"name": "Two"},
    }


async def test_aliases_of_the_planner_are_renamed_back() -> None:
    graph = Graph(API)
    graph.answers(
        "a",
        {
            "nodes": [
                {"__typename": "Artist", "_a_id": "1"},
                {"__typename": "Album", "_b_id": "2"},
            ]
        },
    )
    graph.answers("b", {"_entities": [{"_c": "One"}]})

    response = await graph.run(
        "{ nodes { id ... on Artist { name } } }",
        root(
            0,
            "a",
            "nodes { __typename ... on Artist { _a_id: id } ... on Album { _b_id: id } }",
            renames=(
                Rename(path("nodes.[]"), "_a_id", "id"),
                Rename(path("nodes.[]"), "_b_id", "id"),
            ),
        ),
        entities(
            1,
            "b",
            lookup("_c: name", "nodes.[].<Artist>", "Artist", renames=(Rename((), "_c", "name"),)),
            after=(0,),
        ),
    )

    assert response["data"]["nodes"] == [{"id": "1", "name": "One"}, {"id": "2"}]

"""What callers can give to be composed: text, files and live Strawberry schemas."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import cast

import pytest
import strawberry

from graphwing import Router, SubgraphSdl, compose
from graphwing.composition.given_subgraphs import Subgraphs
from graphwing.errors import CompositionError, CompositionProblem


@strawberry.enum(name="Mood")
class Feeling(Enum):
    """The moods of a track."""

    CALM = "calm"


@strawberry.federation.type(keys=["id"], name="Track")
class Song:
    """A type whose class has another name."""

    id: strawberry.ID
    plays: int


@strawberry.type
class Query:
    """The root of the live schema."""

    song: Song
    mood: Feeling


SDL = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
type Query { other: Track }
type Track @key(fields: "id") { id: ID!, plays: Int! }
"""


@pytest.fixture(scope="module")
def live() -> strawberry.federation.Schema:
    """A live schema."""
    return strawberry.federation.Schema(Query)


def problems_of(given: object) -> tuple[CompositionProblem, ...]:
    with pytest.raises(CompositionError) as caught:
        compose(cast("Subgraphs", given))
    return caught.value.problems


def test_schemas_are_given_by_name(live: strawberry.federation.Schema, tmp_path: Path) -> None:
    file = tmp_path / "c.graphql"
    file.write_text("type Query { c: Int }")

    supergraph = compose(
        {
            "a": live,
            "b": "type Query { b: Int }",
            "c": file,
            "d": SubgraphSdl("other", "http://d", "type Query { d: Int }"),
        }
    )

    assert {one.name: one.url for one in supergraph.subgraphs.values()} == {
        "a": "",
        "b": "",
        "c": "",
        "d": "http://d",
    }
    assert "song: Track!\n  mood: Mood!\n  b: Int\n  c: Int\n  d: Int" in supergraph.api_sdl


def test_a_problem_names_the_class_of_the_type(live: strawberry.federation.Schema) -> None:
    [problem] = problems_of({"a": live, "b": SDL})

    assert (problem.code, problem.coordinate) == ("INVALID_FIELD_SHARING", "Track.plays")
    assert problem.message.endswith(f"(Python class `{__name__}.Song`)")


def test_a_problem_with_a_root_type_names_the_class_that_the_author_wrote(
    live: strawberry.federation.Schema,
) -> None:
    problem = problems_of({"a": live, "b": "type Query { mood: String }"})[0]

    assert (problem.coordinate or "").startswith("Query")
    assert problem.message.endswith(f"(Python class `{__name__}.Query`)")


def test_a_problem_with_an_enum_names_its_class(live: strawberry.federation.Schema) -> None:
    problems = problems_of({"a": live, "b": "type Query { b: Int } input Mood { a: Int }"})

    assert [it.code for it in problems] == ["TYPE_KIND_MISMATCH"]
    assert problems[0].message.endswith(f"(Python class `{__name__}.Feeling`)")


def test_a_hint_names_the_class_of_the_type(live: strawberry.federation.Schema) -> None:
    sdl = 'type Query { b: Int } "A song, and not only that." type Track { id: ID! }'

    hints = compose({"a": live, "b": sdl}).hints

    about_tracks = [it for it in hints if (it.coordinate or "").startswith("Track")]
    assert [it.code for it in about_tracks] == ["INCONSISTENT_ENTITY"]
    assert about_tracks[0].message.endswith(f"(Python class `{__name__}.Song`)")


def test_a_router_names_classes_too(live: strawberry.federation.Schema, tmp_path: Path) -> None:
    file = tmp_path / "b.graphql"
    file.write_text(SDL)

    with pytest.raises(CompositionError, match=rf"Python class `{__name__}\.Song`"):
        Router({"a": live, "b": file})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (None, "subgraphs cannot be a `NoneType`"),
        ("type Query { a: Int }", "subgraphs cannot be a `str`"),
        (b"", "subgraphs cannot be a `bytes`"),
        (1, "subgraphs cannot be a `int`"),
        ([None], "a `NoneType` is no subgraph"),
        ({"a": None}, "a `NoneType` is no schema"),
        ({"a": b"type Query { a: Int }"}, "a `bytes` is no schema"),
        ({"a": 1}, "a `int` is no schema"),
        ({"a": strawberry.federation.Schema}, "the class `Schema` is no schema"),
        ({1: "type Query { a: Int }"}, "a `int` is no name of a subgraph"),
        (
            [SubgraphSdl("a", cast("str", None), "")],
            "the `url` of a `SubgraphSdl` cannot be a `NoneType`",
        ),
        (
            {"a": Path("nowhere.graphql")},
            "the schema file `nowhere.graphql` cannot be read: No such file or directory",
        ),
    ],
)
def test_what_is_no_subgraph_is_a_problem_with_a_remedy(given: object, message: str) -> None:
    [problem] = problems_of(given)

    assert (problem.code, problem.message) == ("INVALID_SETTINGS", message)
    assert problem.remedy

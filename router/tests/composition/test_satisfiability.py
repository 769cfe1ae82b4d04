"""The search for queries that cannot be answered stays small where keys depend on one another."""

from __future__ import annotations

from itertools import combinations

import pytest

from graphwing.composition import SubgraphSdl, compose_sdl
from graphwing.errors import CompositionError

_LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3",'
    ' import: ["@key", "@shareable"])'
)


def subgraph(name: str, fields: str, *keys: str, query: str = "") -> SubgraphSdl:
    uses = " ".join(f'@key(fields: "{key}")' for key in keys)
    shared = " ".join(f"{field}: ID @shareable" for field in fields.split())
    return SubgraphSdl(name, "", f"{_LINK} {query} type Track {uses} {{ {shared} }}")


def test_keys_whose_parts_are_in_many_subgraphs_take_few_steps() -> None:
    start = subgraph("start", "id", "id", query="type Query { track: Track }")
    parts = [subgraph(f"part{n}", f"id f{n}", "id") for n in range(6)]
    pairs = [
        subgraph(f"pair{a}{b}", f"f{a} f{b} g{a}{b}", f"f{a} f{b}")
        for a, b in combinations(range(6), 2)
    ]

    sdl, _ = compose_sdl([start, *parts, *pairs], most_steps=20_000)

    assert "g45: ID" in sdl


def test_keys_that_lead_from_one_to_the_next_take_few_steps() -> None:
    start = subgraph("start", "id f0", "id", query="type Query { track: Track }")
    chain = [
        subgraph(f"link{n:02}", f"id f{n} f{n + 1}", f"id f{n}", f"f{n} f{n + 1}")
        for n in range(16)
    ]
    pairs = [subgraph(f"pair{n:02}", f"id f{n} g{n}", f"id f{n}") for n in range(16)]

    sdl, _ = compose_sdl([start, *chain, *pairs], most_steps=200_000)

    assert "g15: ID" in sdl


def labelled(name: str, text: str) -> SubgraphSdl:
    link = (
        'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",'
        ' import: ["@key", "@override", "@shareable"])'
    )
    return SubgraphSdl(name, "", f"{link} {text}")


def moving(count: int, returned: str) -> str:
    """Return fields that move from `old`, each with a label of its own."""
    return " ".join(f'f{n}: {returned} @override(from: "old", label: "l{n}")' for n in range(count))


def staying(count: int, returned: str) -> str:
    return " ".join(f"f{n}: {returned}" for n in range(count))


def test_labels_on_fields_that_lead_back_to_their_type_take_few_steps() -> None:
    type_of = 'type Track @key(fields: "id") { id: ID!'
    new = labelled("new", f"type Query {{ track: Track }} {type_of} {moving(40, 'Track')} }}")
    old = labelled("old", f"{type_of} {staying(40, 'Track')} }}")

    sdl, _ = compose_sdl([new, old], most_steps=40_000)

    assert 'overrideLabel: "l39"' in sdl


def covers(label_of_cover: str, label_of_width: str, moved: int) -> list[SubgraphSdl]:
    """Return two subgraphs; from the cover in `new`, nothing leads to the one in `old`."""
    track = 'type Track @key(fields: "id") { id: ID!'
    new = labelled(
        "new",
        f"type Query {{ track: Track }} {track} {moving(moved, 'Track')}"
        f' cover: Cover @override(from: "old", label: "{label_of_cover}") }}'
        ' type Cover @key(fields: "id")'
        f' {{ id: ID! width: Int @override(from: "old", label: "{label_of_width}") }}',
    )
    old = labelled(
        "old",
        f"{track} {staying(moved, 'Track')} cover: Cover }}"
        ' type Cover @key(fields: "id", resolvable: false) { id: ID! width: Int }',
    )
    return [new, old]


@pytest.mark.parametrize("moved", [0, 30])
def test_a_field_that_is_lost_with_one_label_on_and_another_off_is_reported(moved: int) -> None:
    with pytest.raises(CompositionError) as caught:
        compose_sdl(covers("a", "b", moved))

    (problem,) = caught.value.problems
    assert problem.code == "SATISFIABILITY_ERROR"
    assert "`query { track { cover { width } } }` cannot be answered" in problem.message


@pytest.mark.parametrize("moved", [0, 30])
def test_a_field_that_moves_with_the_way_to_it_is_not_lost(moved: int) -> None:
    sdl, _ = compose_sdl(covers("a", "a", moved))

    assert 'width: Int @join__field(graph: NEW, override: "old", overrideLabel: "a")' in sdl


def test_more_choices_of_labels_than_can_be_tried_are_said_to_be_too_many() -> None:
    keyed = 'type Track @key(fields: "id") { id: ID!'
    start = labelled("start", f"type Query {{ track: Track }} {keyed} }}")
    new = [
        labelled(
            f"new{n}",
            f'{keyed} title: String @shareable @override(from: "old{n}", label: "l{n}") }}',
        )
        for n in range(16)
    ]
    old = [labelled(f"old{n}", f"{keyed} title: String @shareable }}") for n in range(16)]

    with pytest.raises(CompositionError) as caught:
        compose_sdl([start, *new, *old], most_steps=50_000)

    (problem,) = caught.value.problems
    assert problem.code == "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED"

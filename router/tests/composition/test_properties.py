"""What holds for all subgraphs, shown on the text cases and on what comes of damaging them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from graphwing.composition import SubgraphSdl, compose, compose_sdl
from graphwing.composition.hints import HINT_LEVELS
from graphwing.errors import CompositionError, UnsupportedFeatureError
from graphwing.planner import Planner
from graphwing.supergraph import Supergraph, parse_supergraph

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))
DAMAGES_PER_CASE = 12
_FRAGMENTS = (
    '@key(fields: "id")',
    '@key(fields: "id { id }", resolvable: false)',
    '@requires(fields: "id")',
    '@provides(fields: "... on Track { id }")',
    '@override(from: "b", label: "percent(5)")',
    '@fromContext(field: "$fan { id }")',
    "@shareable @external @inaccessible",
    "@interfaceObject",
    " implements Node",
    "!",
    "]",
    "}",
    "{ id }",
    '"',
    '"""',
    "\N{HANGUL SYLLABLE HAN}",
    "\0",
    "99999999999999999999999999",
    "extend ",
    "&",
)


def given_in(path: Path) -> list[SubgraphSdl]:
    parts = path.read_text(encoding="utf-8").partition("--- result\n")[0].split("--- subgraph ")
    pairs = (part.partition("\n") for part in parts[1:])
    return [SubgraphSdl(name, f"http://{name}", sdl) for name, _, sdl in pairs]


def outcome(subgraphs: list[SubgraphSdl]) -> object:
    try:
        return compose_sdl(subgraphs)
    except CompositionError as error:
        return error.problems


def composing() -> Iterator[Path]:
    """Yield the cases that compose to what this router can run, which connectors are not."""
    for path in CASES:
        text = path.read_text(encoding="utf-8")
        if "\nschema\n" in text and "/connect/" not in text:
            yield path


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_the_order_of_subgraphs_changes_nothing(path: Path) -> None:
    subgraphs = given_in(path)

    assert outcome(subgraphs[::-1]) == outcome(subgraphs)


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_damaged_subgraphs_raise_nothing_but_composition_errors_with_remedies(path: Path) -> None:
    chance = random.Random(path.stem)  # noqa: S311 - reproducible damage, not a secret

    for _ in range(DAMAGES_PER_CASE):
        subgraphs = [damaged(subgraph, chance) for subgraph in given_in(path)]
        try:
            compose_sdl(subgraphs)
        except CompositionError as error:
            without_remedy = [problem for problem in error.problems if not problem.remedy]
            assert without_remedy == []


def damaged(subgraph: SubgraphSdl, chance: random.Random) -> SubgraphSdl:
    sdl = subgraph.sdl
    at = chance.randrange(len(sdl) + 1)
    match chance.randrange(4):
        case 0:
            sdl = sdl[:at] + chance.choice(_FRAGMENTS) + sdl[at:]
        case 1:
            words = sdl.split(" ")
            words.insert(chance.randrange(len(words)), chance.choice(words))
            sdl = " ".join(words)
        case 2:
            words = sdl.split(" ")
            del words[chance.randrange(len(words))]
            sdl = " ".join(words)
        case _:
            sdl = sdl[:at]
    return SubgraphSdl(subgraph.name, subgraph.url, sdl)


@pytest.mark.parametrize("path", list(composing()), ids=[path.stem for path in composing()])
def test_the_supergraph_of_every_case_can_be_read(path: Path) -> None:
    subgraphs = given_in(path)

    supergraph = compose(subgraphs)

    assert isinstance(supergraph, Supergraph)
    assert sorted(supergraph.subgraphs) == sorted(subgraph.name for subgraph in subgraphs)
    assert all(hint.level is HINT_LEVELS[hint.code] for hint in supergraph.hints)


def test_deeply_nested_input_is_refused_and_does_not_overflow() -> None:
    deep = "[" * 5_000 + "Int" + "]" * 5_000

    with pytest.raises(CompositionError) as caught:
        compose_sdl([SubgraphSdl("a", "", f"type Query {{ now: {deep} }}")])

    assert [problem.code for problem in caught.value.problems] == ["INVALID_GRAPHQL"]


def test_a_search_that_takes_too_long_is_given_up() -> None:
    subgraphs = given_in(Path(__file__).parent / "cases" / "key_reached_in_two_moves.txt")

    with pytest.raises(CompositionError) as caught:
        compose_sdl(subgraphs, most_steps=3)

    codes = [problem.code for problem in caught.value.problems]
    assert codes == ["MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED"]


def test_two_subgraphs_cannot_have_one_name() -> None:
    with pytest.raises(CompositionError) as caught:
        compose_sdl([SubgraphSdl("a", "", "type Query { a: Int }")] * 2)

    assert [problem.code for problem in caught.value.problems] == ["INVALID_SUBGRAPH_NAME"]


def test_no_subgraphs_make_no_supergraph() -> None:
    with pytest.raises(CompositionError) as caught:
        compose_sdl([])

    assert [problem.code for problem in caught.value.problems] == ["NO_QUERIES"]


def test_what_this_router_cannot_run_composes_and_is_refused_when_it_is_to_run() -> None:
    subgraphs = given_in(Path(__file__).parent / "cases" / "connectors_are_joined.txt")

    supergraph = compose(subgraphs)

    assert supergraph.api_sdl == "type Query {\n  track: Track\n}\n\ntype Track {\n  id: ID!\n}\n"
    assert parse_supergraph(supergraph.sdl, to_run=False).api_sdl == supergraph.api_sdl
    with pytest.raises(UnsupportedFeatureError, match=r"specs.apollo.dev/connect` must be"):
        parse_supergraph(supergraph.sdl)
    with pytest.raises(UnsupportedFeatureError, match=r"specs.apollo.dev/connect` must be"):
        Planner(supergraph)


def test_a_large_schema_in_one_line_is_read_in_one_go() -> None:
    # To count its characters again for each field would take hours.
    fields = " ".join(f"field{number}: Int" for number in range(50_000))

    sdl, _ = compose_sdl([SubgraphSdl("a", "", f"type Query {{ {fields} }}")])

    assert "field49999: Int" in sdl


def test_a_field_with_many_uses_of_a_directive_is_merged_in_one_go() -> None:
    # To compare each use with each other one would take hours.
    uses = " ".join(f'@tag(name: "t{number}")' for number in range(20_000))
    link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@tag"])'

    sdl, _ = compose_sdl(
        [SubgraphSdl(it, "", f"{link} type Query {{ {it}: Int {uses} }}") for it in "ab"]
    )

    for name in "ab":
        assert f"  {name}: Int @join__field(graph: {name.upper()}) {uses}\n" in sdl

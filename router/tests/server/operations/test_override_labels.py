"""Conditional overrides, chosen for each request."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from graphwing import Router, Subgraph, SubgraphAnswer, SubgraphRequest
from graphwing.composition import SubgraphSdl, compose
from graphwing.server.operations.override_labels import OverrideLabels

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7",'
    ' import: ["@key", "@override"])\n'
)
OLD = LINK + 'type Query { album: Album } type Album @key(fields: "id") { id: ID! plays: Int }'


def moved(label: str) -> str:
    override = f'@override(from: "old", label: "{label}")'
    return LINK + f'type Album @key(fields: "id") {{ id: ID! plays: Int {override} }}'


async def asked(label: str, named: Iterable[str] = ()) -> list[str]:
    """The subgraphs that are asked for a field that is about to move under `label`."""
    seen: list[str] = []

    async def old(_: SubgraphRequest) -> SubgraphAnswer:
        seen.append("old")
        return SubgraphAnswer({"album": {"__typename": "Album", "id": "1", "plays": 7}})

    async def new(_: SubgraphRequest) -> SubgraphAnswer:
        seen.append("new")
        return SubgraphAnswer({"_entities": [{"plays": 8}]})

    subgraphs = {
        "old": Subgraph(sdl=OLD, answer=old),
        "new": Subgraph(sdl=moved(label), answer=new),
    }
    async with Router(subgraphs, override_labels=named) as router:
        answer = await router.execute("{ album { plays } }")
    assert answer == {"data": {"album": {"plays": 8 if "new" in seen else 7}}}
    return seen


@pytest.mark.parametrize(
    ("label", "named", "subgraphs"),
    [
        ("percent(0)", (), ["old"]),
        ("percent(100)", (), ["old", "new"]),
        ("percent(0)", ("percent(0)",), ["old", "new"]),
        ("beta", (), ["old"]),
        ("beta", ("beta", "another"), ["old", "new"]),
    ],
)
async def test_a_field_moves_for_the_requests_for_which_its_label_holds(
    label: str, named: tuple[str, ...], subgraphs: list[str]
) -> None:
    assert await asked(label, named) == subgraphs


def test_one_number_decides_about_all_shares() -> None:
    other = LINK + (
        'type Query { q: Int } type Fan @key(fields: "id") { id: ID!'
        ' a: Int @override(from: "old", label: "percent(12.5)")'
        ' b: Int @override(from: "old", label: "percent(5)") }'
    )
    old = LINK + 'type Fan @key(fields: "id") { id: ID! a: Int b: Int }'
    supergraph = compose([SubgraphSdl("old", "", old), SubgraphSdl("new", "", other)])

    def chosen(number: float) -> set[str]:
        return set(OverrideLabels(supergraph, (), chance=lambda: number).choose())

    assert chosen(0.049) == {"percent(5)", "percent(12.5)"}
    assert chosen(0.05) == chosen(0.124) == {"percent(12.5)"}
    assert chosen(0.125) == set()

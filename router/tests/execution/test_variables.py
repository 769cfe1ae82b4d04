"""Variables are coerced to the API schema's types before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest
from plans.running import Graph
from plans.writing import root

from graphwing.errors import VariablesInvalidError

API = """
scalar Json
enum Kind { EP LP }
input Filter { kind: Kind = EP, tags: [ID!] }
type Query { find(id: ID, number: Float, filter: Filter, json: Json, kind: Kind): Int }
"""


@pytest.mark.parametrize(
    ("definition", "given", "sent"),
    [
        ("$id: ID", {"id": 7}, {"id": "7"}),
        ("$id: ID", {}, {}),
        ("$id: ID", {"id": None}, {"id": None}),
        ('$id: ID = "a"', {}, {"id": "a"}),
        ("$filter: Filter", {"filter": {"tags": 3}}, {"filter": {"kind": "EP", "tags": ["3"]}}),
        ("$json: Json", {"json": {"big": 2**70, "f": 1.0}}, {"json": {"big": 2**70, "f": 1.0}}),
        ("$kind: Kind = LP", {}, {"kind": "LP"}),
    ],
)
async def test_values_are_coerced_and_completed_with_defaults(
    definition: str, given: dict[str, Any], sent: dict[str, Any]
) -> None:
    graph = Graph(API)
    graph.answers("a", {"find": 1})
    name = definition[1 : definition.index(":")]

    await graph.run(
        f"query ({definition}) {{ find({name}: ${name}) }}",
        root(0, "a", f"find({name}: ${name})", variables=definition.split("=", maxsplit=1)[0]),
        variables=given,
    )

    assert graph.requests["a"][0].variables == sent


async def test_values_that_do_not_fit_are_refused_and_nothing_is_sent() -> None:
    graph = Graph(API)
    graph.answers("a", {"find": 1})

    with pytest.raises(VariablesInvalidError) as refusal:
        await graph.run(
            "query ($kind: Kind, $id: ID) { find(kind: $kind, id: $id) }",
            root(0, "a", "find"),
            variables={"kind": "CD", "id": []},
        )

    errors = refusal.value.formatted()
    assert [error["extensions"]["code"] for error in errors] == ["BAD_USER_INPUT"] * 2
    assert "CD" in errors[0]["message"]
    assert errors[0]["locations"] == [{"line": 1, "column": 8}]
    assert graph.order == []

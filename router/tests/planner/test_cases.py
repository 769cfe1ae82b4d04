"""Text cases: one behaviour each, named for it.

`--update-cases` rewrites the plans (in `pytest router --update-cases`); review is the diff.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from graphql import parse, validate

from graphwing.planner import Planner, render_text
from graphwing.planner.verify import Verifier
from graphwing.supergraph import Supergraph, parse_supergraph

HERE = Path(__file__).parent
CASES = sorted((HERE / "cases").glob("*.txt"))


@cache
def supergraph_named(name: str) -> Supergraph:
    return parse_supergraph((HERE / "supergraphs" / f"{name}.graphql").read_text())


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_operation_is_planned_as_the_case_says(path: Path, request: pytest.FixtureRequest) -> None:
    head, operation, expected = _sections(path.read_text())
    settings = dict(line.split(": ", 1) for line in head.splitlines())
    supergraph = supergraph_named(settings["supergraph"])
    labels = frozenset(settings.get("labels", "").split())
    document = parse(operation)
    assert validate(supergraph.api_schema, document) == []

    plan = Planner(supergraph).plan(document, labels=labels, may_defer=True)

    actual = render_text(plan)
    if request.config.getoption("--update-cases"):
        path.write_text(f"{head}\n--- operation\n{operation}\n--- plan\n{actual}")
        return
    assert actual == expected
    assert Verifier(supergraph).findings(plan, document) == []


def _sections(text: str) -> tuple[str, str, str]:
    head, _, rest = text.partition("\n--- operation\n")
    operation, _, expected = rest.partition("\n--- plan\n")
    return head, operation.rstrip("\n"), expected

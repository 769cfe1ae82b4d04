"""Text cases: the code that is generated for a plan, one behaviour each.

`--update-cases` rewrites the sources (in `pytest router --update-cases`); review is the diff.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from graphql import OperationDefinitionNode, parse, validate

from graphwing.composition import SubgraphSdl, compose
from graphwing.execution import Operation
from graphwing.execution.compile import compile_plan
from graphwing.planner import Planner, render_text

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))
LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",'
    ' import: ["@key", "@external", "@requires", "@shareable"])\n'
)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_plan_becomes_the_code_of_the_case(path: Path, request: pytest.FixtureRequest) -> None:
    text = path.read_text()
    sections = dict(re.findall(r"--- (\w+)\n(.*?)(?=^--- |\Z)", text, re.DOTALL | re.MULTILINE))
    subgraphs = {name: sdl for name, sdl in sections.items() if name not in {"operation", "code"}}
    graph = compose(SubgraphSdl(name, "", LINK + sdl) for name, sdl in subgraphs.items())
    document = parse(sections["operation"])
    assert validate(graph.api_schema, document) == []
    definition = document.definitions[0]
    assert isinstance(definition, OperationDefinitionNode)
    plan = Planner(graph).plan(document)
    operation = Operation(graph.api_schema, document, definition, plan)

    program = compile_plan(
        plan, operation.shape({}), {}, api_schema=graph.api_schema, schema=graph.schema
    )

    actual = f"{render_text(plan).rstrip()}\n\n{program.source}"
    if request.config.getoption("--update-cases"):
        path.write_text(f"{text.partition('--- code')[0]}--- code\n{actual}")
        return
    assert actual == sections["code"]

"""Plans against those of two other planners, on a corpus that lies beside the repository.

Run with `-s` to see the figures; `PLANNER_CASES` names another file.
"""

from __future__ import annotations

import gzip
import json
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from graphql import parse, validate

from graphwing.errors import SupergraphError
from graphwing.planner import Planner
from graphwing.planner.plan import Plan, RootFetch
from graphwing.planner.verify import Verifier
from graphwing.supergraph import parse_supergraph

CORPUS = Path(
    os.environ.get("PLANNER_CASES")
    or Path(__file__).parents[4] / "shared" / "conformance" / "planner-cases.jsonl.gz"
)

# Floors: they may only rise.
AS_GOOD_AS_THE_BEST = 59
FEWER_FETCHES = 5

# Operations that are not planned although another planner does, and why that is right.
REFUSED = {
    "48b4390ea57114b6": "the supergraph uses a type `boolean` that it does not define",
    "c7b7342300ddec2c": "the same supergraph",
}
# Operations that are not valid against the API schema; a client could not send them.
INVALID = {
    "6b561bae995a75f9": "nullable variables in `@include`",
    "943af478a8983bcd": "asks for a field that is not in the API",
}

pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not here")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How our plan compares with the better of two others."""

    id: str
    fetches: int
    depth: int
    best_fetches: int
    best_depth: int
    findings: tuple[str, ...]
    excuse: str
    """Why the other plan is wrong, if it has less because of that."""

    @property
    def is_as_good(self) -> bool:
        return self.fetches <= self.best_fetches and self.depth <= self.best_depth


@cache
def cases() -> tuple[dict[str, Any], ...]:
    with gzip.open(CORPUS, "rt") as lines:
        return tuple(json.loads(line) for line in lines)


@cache
def outcomes() -> tuple[Outcome, ...]:
    tools: dict[str, tuple[Planner, Verifier]] = {}
    found: list[Outcome] = []
    for case in cases():
        if case["id"] in REFUSED:
            continue
        sdl = case["supergraph"]
        if sdl not in tools:
            supergraph = parse_supergraph(sdl)
            tools[sdl] = Planner(supergraph), Verifier(supergraph)
        planner, verifier = tools[sdl]
        document = parse(case["operation"])
        plan = planner.plan(document, case["operationName"])
        others = [case[name] for name in ("apollo", "hive") if "plan" in case[name]]
        found.append(
            Outcome(
                id=case["id"],
                fetches=len(plan.fetches),
                depth=depth_of(plan),
                best_fetches=min(other["fetches"] for other in others),
                best_depth=min(other["depth"] for other in others),
                findings=tuple(verifier.findings(plan, document, case["operationName"])),
                excuse=excuse_for(plan),
            )
        )
    return tuple(found)


def depth_of(plan: Plan) -> int:
    depths: dict[int, int] = {}
    for fetch in plan.fetches:
        depths[fetch.id] = 1 + max((depths[earlier] for earlier in fetch.after), default=0)
    return max(depths.values(), default=0)


def excuse_for(plan: Plan) -> str:
    """Return why a plan may have more than others: they do not run mutations one by one."""
    roots = [each for each in plan.fetches if isinstance(each, RootFetch)]
    if sum(each.kind == "mutation" for each in roots) > 1:
        return "a mutation starts when all of the one before is there, entities included"
    return ""


def test_plans_are_no_worse_than_the_better_of_two_others() -> None:
    found = outcomes()
    worse = [outcome for outcome in found if not outcome.is_as_good]
    fewer = [outcome for outcome in found if outcome.fetches < outcome.best_fetches]
    as_good = len(found) - len(worse)

    print(f"\nplans as good as the best: {as_good} of {len(cases())}, refused {len(REFUSED)}")  # noqa: T201
    print(f"plans with fewer fetches than the best: {len(fewer)}")  # noqa: T201
    for outcome in found:
        print(  # noqa: T201
            f"{outcome.id}: {outcome.fetches} fetches, depth {outcome.depth};"
            f" best {outcome.best_fetches}, {outcome.best_depth}"
            + (f"; worse: {outcome.excuse or 'why?'}" if outcome in worse else "")
        )
    assert [outcome for outcome in worse if not outcome.excuse] == []
    assert as_good >= AS_GOOD_AS_THE_BEST
    assert len(fewer) >= FEWER_FETCHES


def test_plans_of_the_corpus_are_sound() -> None:
    findings = {one.id: one.findings for one in outcomes() if one.id not in INVALID}

    assert {id_: found for id_, found in findings.items() if found} == {}


def test_what_is_called_invalid_is_invalid() -> None:
    invalid = {
        case["id"]
        for case in cases()
        if case["id"] not in REFUSED
        and validate(parse_supergraph(case["supergraph"]).api_schema, parse(case["operation"]))
    }

    assert invalid == set(INVALID)


def test_a_supergraph_with_an_undefined_type_is_refused() -> None:
    for case in cases():
        if case["id"] in REFUSED:
            with pytest.raises(SupergraphError, match="Unknown type: 'boolean'"):
                parse_supergraph(case["supergraph"])

"""The long run: `python -m universe --cases 200000 --seed 7`, with router/tests on PYTHONPATH.

Each failure is shrunk and written as a text case; `--replay FILE` runs one again.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import click

from graphwing.errors import CompositionError
from graphwing.planner import render_text
from universe.case import Case, read_case, write_case
from universe.census import census_of_operation, census_of_plan, census_of_subgraphs, report
from universe.distribution import random_distribution
from universe.monolith import random_monolith
from universe.operations import random_operation
from universe.shrink import shrink
from universe.stubs import Answer
from universe.trial import Graph, InvalidCaseError, Trial, run_case
from universe.values import NO_FAULTS, Faults

_FAILURES = Path(__file__).parent / "failures"
_PER_GRAPH = 40
_TELL_EVERY = 10.0


def random_subgraphs(random: Random) -> dict[str, str]:
    """Return the SDL of each subgraph of a random graph, by name."""
    made = random_distribution(random, random_monolith(random))
    return {name: made.sdl(name) for name in made.subgraphs}


def random_case(random: Random, graph: Graph, subgraphs: dict[str, str], seed: int) -> Case:
    """Return an operation on a graph, and what goes wrong while it runs, if anything."""
    operation = random_operation(random, graph.supergraph.api_schema)
    case = Case(subgraphs, operation.text, operation.variables, seed)
    roll = random.random()
    if roll < 0.5:
        return case
    if roll < 0.75 and operation.text.startswith("query"):
        return replace(case, down=random.choice(list(subgraphs)))
    if graph.universe.is_uniform:
        return replace(case, faults=random.choice((Faults(30), Faults(0, 30), Faults(20, 20))))
    return case


class Run:
    """What a long run has seen so far."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.failures: Counter[str] = Counter()

    def graph(self, seed: int, cases: int) -> Iterator[tuple[Case, Trial]]:
        """Run some cases on the graph of a seed, and yield those that failed."""
        random = Random(seed)  # noqa: S311  # Not for secrets.
        subgraphs = random_subgraphs(random)
        try:
            graph = Graph(subgraphs, seed)
        except CompositionError as error:
            self.counts["graphs refused"] += 1
            found = tuple(f"composition {each.code}: {each.message}" for each in error.problems)
            yield Case(subgraphs, "{ __typename }", seed=seed), Trial(found, Answer(None))
            return
        self.counts["graphs"] += 1
        self.counts += census_of_subgraphs(subgraphs)
        for _ in range(cases):
            case = random_case(random, graph, subgraphs, seed)
            trial = self._tried(graph, case)
            if trial.findings:
                yield case, trial

    def _tried(self, graph: Graph, case: Case) -> Trial:
        trial = graph.try_case(case, is_valid=True)
        self.counts["cases"] += 1
        self.counts += census_of_operation(case.operation)
        if trial.plan:
            self.counts += census_of_plan(trial.plan)
        self.counts["with injected nulls or errors"] += case.faults != NO_FAULTS
        self.counts["with a failing subgraph"] += case.down in trial.asked
        self.counts["answers with errors"] += bool(trial.actual and trial.actual.errors)
        return trial


def shrunk(case: Case, kind: str) -> Case:
    """Return a small case that fails in the same way."""

    def fails(candidate: Case) -> bool:
        try:
            return run_case(candidate).kind == kind
        except (CompositionError, InvalidCaseError):
            return False
        except Exception:  # noqa: BLE001  # A cut may leave what no generator would make.
            return False

    return shrink(case, fails)


def failure_text(case: Case, trial: Trial) -> str:
    """Return a failed case as text, with the plan and both answers."""
    results: dict[str, Any] = {"expected": _response(trial.expected)}
    if trial.plan:
        results["plan"] = render_text(trial.plan)
    if trial.actual:
        results["actual"] = _response(trial.actual)
    return write_case(case, "\n".join(trial.findings), results)


@click.command()
@click.option("--cases", default=2000, help="How many operations to try.")
@click.option("--seed", default=0, help="The first graph's seed; the next ones follow it.")
@click.option("--keep", default=3, help="How many failures of one kind to shrink and write.")
@click.option("--out", default=_FAILURES, type=click.Path(path_type=Path), help="Where to.")
@click.option("--replay", type=click.Path(exists=True, path_type=Path), help="Run one text case.")
def main(cases: int, seed: int, keep: int, out: Path, replay: Path | None) -> None:
    """Compare the router with a monolith on random graphs and operations."""
    if replay:
        case, _ = read_case(replay.read_text())
        trial = run_case(case)
        click.echo(failure_text(case, trial) if trial.findings else "well")
        raise SystemExit(bool(trial.findings))
    run = Run()
    started = told = time.monotonic()
    while run.counts["cases"] < cases:
        left = cases - run.counts["cases"]
        for case, trial in run.graph(seed, min(_PER_GRAPH, left)):
            run.failures[trial.kind] += 1
            if run.failures[trial.kind] <= keep:
                _keep(out, case, trial, run.failures[trial.kind])
        seed += 1
        if time.monotonic() - told > _TELL_EVERY:
            told = time.monotonic()
            _progress(run, started)
    click.echo(report(run.counts))
    _progress(run, started)
    raise SystemExit(bool(run.failures))


def _keep(out: Path, case: Case, trial: Trial, number: int) -> None:
    """Shrink a failure and write it to the folder that git ignores."""
    small = shrunk(case, trial.kind)
    try:
        text = failure_text(small, run_case(small))
    except CompositionError:
        text = failure_text(case, trial)
    out.mkdir(parents=True, exist_ok=True)
    words = re.findall(r"\w+", trial.kind.lower())
    name = f"{'_'.join(words[:8])}_{case.seed}_{number}.txt"
    (out / name).write_text(text)
    click.echo(f"{trial.findings[0]}\n  see {out.name}/{name}")


def _progress(run: Run, started: float) -> None:
    failures = "".join(f"\n{count:>6} {kind}" for kind, count in run.failures.most_common())
    rate = run.counts["cases"] / (time.monotonic() - started)
    click.echo(
        f"{run.counts['graphs']} graphs, {run.counts['cases']} cases, {rate:.0f} a second; "
        f"failures:{failures or ' none'}"
    )


def _response(answer: Answer) -> dict[str, Any]:
    errors = {"errors": list(answer.errors)} if answer.errors else {}
    return {"data": answer.data, **errors}

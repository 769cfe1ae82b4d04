"""The long run: `python -m universe --cases 200000 --seed 7`, with router/tests on PYTHONPATH.

Each failure is shrunk and written as a text case; `--replay FILE` runs one again.
"""

from __future__ import annotations

import gc
import os
import re
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import click

from graphwing.errors import CompositionError
from graphwing.planner import render_text
from universe.case import Case, read_case, write_case
from universe.census import report
from universe.graphs import Tally, try_graph
from universe.shrink import shrink
from universe.stubs import Answer
from universe.trial import InvalidCaseError, Trial, run_case

_FAILURES = Path(__file__).parent / "failures"
_PER_GRAPH = 40
_TELL_EVERY = 10.0


@click.command()
@click.option("--cases", default=2000, help="How many operations to try.")
@click.option("--seed", default=0, help="The first graph's seed; the next ones follow it.")
@click.option("--jobs", default=os.cpu_count() or 1, help="How many processes to use.")
@click.option("--keep", default=3, help="How many failures of one kind to shrink and write.")
@click.option("--out", default=_FAILURES, type=click.Path(path_type=Path), help="Where to.")
@click.option("--replay", type=click.Path(exists=True, path_type=Path), help="Run one text case.")
def main(  # noqa: PLR0913, PLR0917  # One parameter for each option.
    cases: int, seed: int, jobs: int, keep: int, out: Path, replay: Path | None
) -> None:
    """Compare the router with a monolith on random graphs and operations."""
    if replay:
        raise SystemExit(_replay(replay))
    counts: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    started = told = time.monotonic()
    for tally in _tallies(cases, seed, jobs):
        counts.update(tally.counts)
        for case, trial in tally.failures:
            kinds[trial.kind] += 1
            if kinds[trial.kind] <= keep:
                _keep(out, case, trial, kinds[trial.kind])
        if time.monotonic() - told > _TELL_EVERY:
            told = time.monotonic()
            _tell(counts, kinds, told - started)
    click.echo(report(counts))
    _tell(counts, kinds, time.monotonic() - started)
    raise SystemExit(bool(kinds))


def failure_text(case: Case, trial: Trial) -> str:
    """Return a failed case as text, with the plan and both answers."""
    results: dict[str, Any] = {"expected": _response(trial.expected)}
    if trial.plan:
        results["plan"] = render_text(trial.plan)
    if trial.actual:
        results["actual"] = _response(trial.actual)
    return write_case(case, "\n".join(trial.findings), results)


def _tallies(cases: int, seed: int, jobs: int) -> Iterator[Tally]:
    """Yield what each graph came to, in the order of their seeds, until there are enough cases."""
    # Looking for cycles in large graphs takes a tenth of the time; a process ends before its
    # garbage matters.
    with get_context("spawn").Pool(jobs, gc.disable, maxtasksperchild=20) as pool:
        while cases > 0:
            graphs = -(-cases // _PER_GRAPH)
            sizes = [min(_PER_GRAPH, cases - number * _PER_GRAPH) for number in range(graphs)]
            for tally in pool.imap(_tally, zip(range(seed, seed + graphs), sizes, strict=True)):
                cases -= tally.counts["cases"]
                yield tally
            seed += graphs


def _tally(work: tuple[int, int]) -> Tally:
    seed, cases = work
    return try_graph(seed, cases)


def _replay(path: Path) -> bool:
    case, _ = read_case(path.read_text())
    trial = run_case(case)
    click.echo(failure_text(case, trial) if trial.findings else "well")
    return bool(trial.findings)


def _shrunk(case: Case, kind: str) -> Case:
    """Return a small case that fails in the same way."""

    def fails(candidate: Case) -> bool:
        try:
            return run_case(candidate).kind == kind
        except (CompositionError, InvalidCaseError):
            return False
        except Exception:  # noqa: BLE001  # A cut may leave what no generator would make.
            return False

    return shrink(case, fails)


def _keep(out: Path, case: Case, trial: Trial, number: int) -> None:
    """Shrink a failure and write it to the folder that git ignores."""
    small = _shrunk(case, trial.kind)
    try:
        text = failure_text(small, run_case(small))
    except CompositionError:
        text = failure_text(case, trial)
    out.mkdir(parents=True, exist_ok=True)
    words = re.findall(r"\w+", trial.kind.lower())
    name = f"{'_'.join(words[:8])}_{case.seed}_{number}.txt"
    (out / name).write_text(text)
    click.echo(f"{trial.findings[0]}\n  see {out.name}/{name}")


def _tell(counts: Counter[str], kinds: Counter[str], seconds: float) -> None:
    failures = "".join(f"\n{count:>6} {kind}" for kind, count in kinds.most_common())
    click.echo(
        f"{counts['graphs']} graphs, {counts['cases']} cases, {counts['cases'] / seconds:.0f} a "
        f"second; failures:{failures or ' none'}"
    )


def _response(answer: Answer) -> dict[str, Any]:
    errors = {"errors": list(answer.errors)} if answer.errors else {}
    return {"data": answer.data, **errors}

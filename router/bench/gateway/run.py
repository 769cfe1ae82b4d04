"""What answering costs, in one run: the router, what somebody wrote by hand, and other gateways.

Each server and the subgraphs are processes of their own. What is told first is about unique
requests: each has a session of its own in its variables and in a header. All responses are compared
with what the interpreter of plans answers, as they come; those of graphwing byte by byte.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path

from progress import progress

from gateway.bars import Verdict, verdicts, wide_verdicts
from gateway.conditions import conditions
from gateway.contest import Contest, contest
from gateway.measure import SCENARIOS, Effort, Scenario, measure
from gateway.plot import plot
from gateway.processes import BENCH
from gateway.report import Results, markdown, scenario_text, wide_text
from gateway.wide import measure_wide
from gateway.workloads import WIDE_SIZE, Kind, workloads

RESULTS = BENCH / "results"
README = BENCH.parent / "README.md"
_BEGIN, _END = "<!-- benchmark -->\n", "<!-- end of benchmark -->\n"


def run(
    effort: Effort,
    *,
    peers: bool = True,
    scenarios: Sequence[Scenario] = SCENARIOS,
    wide: Sequence[str] = ("wide", "wide, joined"),
    wide_size: int = WIDE_SIZE,
) -> Results:
    """Measure, print, and return what was found."""
    with contest(peers=peers) as running:
        return asyncio.run(_measured(running, effort, scenarios, wide, wide_size))


async def _measured(
    running: Contest,
    effort: Effort,
    scenarios: Iterable[Scenario],
    wide: Iterable[str],
    wide_size: int,
) -> Results:
    results = Results(conditions(running.servers, effort))
    print("\n".join(results.conditions))
    progress("asking the interpreter for what has to be answered")
    known = await workloads(running.supergraph, wide_size)
    progress.clear()
    results.sizes = {name: len(workload.expected) for name, workload in known.items()}
    for scenario in scenarios:
        found = await measure(running.servers, scenario, known[scenario.workload], effort)
        results.scenarios[scenario] = found
        print(scenario_text(scenario, results.sizes[scenario.workload], found), flush=True)
        _judge(results, verdicts(scenario, found))
    for name in wide:
        figures = await measure_wide(running, known[name], effort.rounds)
        results.wide[name] = figures
        print(wide_text(name, results.sizes[name], figures), flush=True)
        _judge(results, wide_verdicts(name, results.sizes[name], figures))
    compared = _compared(running)
    results.conditions.append(compared)
    print(f"\n{compared}")
    return results


def _judge(results: Results, new: Iterable[Verdict]) -> None:
    """Print what a table has to show, and keep it."""
    for verdict in new:
        results.verdicts.append(verdict)
        print(verdict, flush=True)


def _compared(running: Contest) -> str:
    differences = {
        server.name: " and ".join(sorted(server.comparison.differences))
        for server in running.servers
        if server.comparison.differences
    }
    said = "every response was compared with what the interpreter of plans answers, byte by byte"
    if not differences:
        return said
    others = ", ".join(f"{name} (other {what})" for name, what in differences.items())
    return f"{said}; as JSON those of {others}"


def write(results: Results, folder: Path = RESULTS, readme: Path = README) -> None:
    """Write the tables and the plot to `folder`, and what is about unique requests to `readme`."""
    folder.mkdir(exist_ok=True)
    (folder / "gateway.svg").write_text(plot(results.scenarios), encoding="utf-8")
    (folder / "gateway.md").write_text(
        f"# What answering costs\n\n![](gateway.svg)\n\n{markdown(results)}", encoding="utf-8"
    )
    before, _, rest = readme.read_text(encoding="utf-8").partition(_BEGIN)
    _, _, after = rest.partition(_END)
    section = (
        "![CPU time for one request](bench/results/gateway.svg)\n\n"
        f"{markdown(results, (Kind.UNIQUE,))}"
    )
    readme.write_text(f"{before}{_BEGIN}{section}{_END}{after}", encoding="utf-8")

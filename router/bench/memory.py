"""What operations leave in memory: a router that is asked many different ones."""

from __future__ import annotations

import asyncio
from itertools import chain, repeat

from gateway.contest import Contest, subgraphs
from gateway.load import Comparison, send_load
from gateway.processes import Process
from gateway.workloads import Kind, Workload, workload
from progress import progress

from graphwing.execution.compiler import PROGRAMS_KEPT
from graphwing.server.operations import operations

# No setting, and nobody's business but that of who measures.
OPERATIONS_KEPT: int = vars(operations)["_KEPT_OPERATIONS"]
_FULL = (1_000, 5_000, 10_000, 20_000)
_QUICK = (500, 2_000, 3_000)
_CONNECTIONS = 4
_A_STEP = 100
_TIMES = 3
"""The first time an operation is interpreted, the second it is compiled meanwhile."""
_A_PROGRAM = 100_000
"""Bytes: what `PROGRAMS_KEPT` says of them."""
_MEGABYTE = 1e6
_ROW = "{:<44}{:>12}{:>16}"

OPERATION = """\
query Kept($session: String) {
  users(session: $session) {
    id
    name
    reviews {
      body
      product {
        name
        price
        inStock
      }
    }
  }
}
"""
"""Three fetches; of a size that is common."""


def run(*, quick: bool = False) -> None:
    """Print how much memory a router holds after so many different operations, and the bound."""
    with subgraphs() as running:
        asyncio.run(_measured(running, _QUICK if quick else _FULL))


async def _measured(running: Contest, amounts: tuple[int, ...]) -> None:
    kept = await workload("kept", OPERATION, "users", running.supergraph)
    with running.server("graphwing") as process:
        progress("asking for the first operation")
        process.wait_until_ready()
        await _ask(process, kept, 1)
        begin = process.memory()
        print(_ROW.format("different operations", "MB", "added MB"))
        _print("none", begin, begin)
        first, *more = amounts
        await _ask(process, kept, first)
        planned = process.memory()
        _print(f"{first:,}", planned, begin)
        each = (planned - begin) / first
        # Twice as many as are kept, so that others have to go.
        await _ask(process, kept, 2 * PROGRAMS_KEPT, times=_TIMES)
        done = first + 2 * PROGRAMS_KEPT
        _print(f"{done:,}, the last {2 * PROGRAMS_KEPT:,} compiled", process.memory(), begin)
        for amount in more:
            await _ask(process, kept, max(amount - done, 0))
            done = max(amount, done)
            _print(f"{done:,}", process.memory(), begin)
        end = process.memory()
    bound = begin + each * OPERATIONS_KEPT + _A_PROGRAM * PROGRAMS_KEPT
    print(
        f"at most {OPERATIONS_KEPT:,} operations are kept, {each / 1e3:.0f} KB each, and"
        f" {PROGRAMS_KEPT} programs, up to {_A_PROGRAM / 1e3:.0f} KB each;\n"
        f"a router that keeps no more holds at most {bound / _MEGABYTE:.0f} MB:"
        f" {'holds' if end <= bound else 'does not hold'}"
    )


def _print(amount: str, memory: int, begin: int) -> None:
    progress.clear()
    added = (memory - begin) / _MEGABYTE
    print(_ROW.format(amount, f"{memory / _MEGABYTE:.0f}", f"{added:.0f}"), flush=True)


async def _ask(process: Process, kept: Workload, amount: int, *, times: int = 1) -> None:
    """Ask for so many operations, each so many times in a row."""
    comparison = Comparison(is_exact=True)
    requests = chain.from_iterable(repeat(one, times) for one in kept.requests(Kind.COLD))
    for done in range(0, amount, _A_STEP):
        progress(f"{amount:,} different operations: {done:,} sent")
        count = min(_A_STEP, amount - done) * times
        await send_load(process.port, requests, comparison, count=count, connections=_CONNECTIONS)

"""Responses of some megabytes: what they cost in CPU time and memory."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median

import msgspec
from progress import progress

from gateway.contest import GRAPHWING, Contest
from gateway.load import Comparison, send_load
from gateway.processes import Process
from gateway.workloads import Kind, Workload, workload

FIRST = "graphwing, first request"
"""A plan is interpreted once before it is compiled."""
DECODE_AND_ENCODE = "msgspec, decode and encode"
_NARROW = 10
_WARMING = 10
_MOST_ROUNDS = 7


@dataclass(slots=True)
class WideFigures:
    """What wide responses cost a process."""

    cpu: list[float] = field(default_factory=list[float])
    """Seconds for one response, by round."""
    before: int = 0
    """Bytes that the process held before the first wide response."""
    peak: int = 0

    @property
    def milliseconds(self) -> float:
        """Return the CPU time for one response."""
        return median(self.cpu) * 1e3

    @property
    def growth(self) -> int:
        """Return how many bytes more it held at most."""
        return self.peak - self.before


async def measure_wide(running: Contest, wide: Workload, rounds: int) -> dict[str, WideFigures]:
    """Return what the responses to a wide workload cost a new router, one by one, and the peers.

    Before that, each has answered the same operation with a short list. `FIRST` is a router that
    has not. `DECODE_AND_ENCODE` is what is done at least to bytes that are read and written.
    """
    variables = {**wide.variables, "size": _NARROW}
    small = await workload(wide.name, wide.operation, wide.root, running.supergraph, variables)
    found = {DECODE_AND_ENCODE: WideFigures()}
    with ExitStack() as stack:
        new = stack.enter_context(running.server(FIRST))
        asked = {GRAPHWING: stack.enter_context(running.server(f"{GRAPHWING}, {wide.name}"))}
        asked |= {server.name: server.process for server in running.servers if server.is_peer}
        progress(f"{wide.name}: {FIRST}")
        new.wait_until_ready()
        asked[GRAPHWING].wait_until_ready()
        found[FIRST] = _before(new)
        await _turn(found[FIRST], new, wide)
        for name, process in asked.items():
            progress(f"{wide.name}: warming {name}")
            await _ask(process, small, _WARMING)
            found[name] = _before(process)
        for number in range(1, min(rounds, _MOST_ROUNDS) + 1):
            found[DECODE_AND_ENCODE].cpu.append(_decode_and_encode(wide.expected))
            for name, process in asked.items():
                progress(f"{wide.name}: round {number}, {name}")
                await _turn(found[name], process, wide)
    progress.clear()
    return found


def _before(process: Process) -> WideFigures:
    process.forget_peak()
    return WideFigures(before=process.memory())


async def _turn(figures: WideFigures, process: Process, asked: Workload) -> None:
    before = process.cpu_seconds()
    await _ask(process, asked, 1)
    figures.cpu.append(process.cpu_seconds() - before)
    figures.peak = process.peak_memory()


async def _ask(process: Process, asked: Workload, amount: int) -> None:
    # What the order of keys is in a peer's responses is known from the other workloads.
    comparison = Comparison(is_exact=process.name.startswith(GRAPHWING))
    requests = asked.requests(Kind.UNIQUE)
    await send_load(process.port, requests, comparison, count=amount, connections=1)


def _decode_and_encode(body: bytes) -> float:
    begun = time.process_time()
    msgspec.json.encode(msgspec.json.decode(body))
    return time.process_time() - begun

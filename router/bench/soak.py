"""Hours of traffic: a router that is busy most of the time while its supergraph keeps changing."""

from __future__ import annotations

import asyncio
import http.client
import json
import sys
import time
from collections.abc import Iterator
from itertools import chain, islice, repeat
from pathlib import Path
from statistics import median

from gateway.contest import Contest, subgraphs
from gateway.load import Comparison, send_load
from gateway.processes import BenchmarkError, Process, free_ports, running
from gateway.workloads import Kind, Request, workload, workloads
from progress import progress

_BUSY = 0.7
"""Of the time; the rest it has nothing to do."""
_CONNECTIONS = 8
_A_BATCH = 60
_ROW = "{:>8}{:>12}{:>10}{:>8}{:>10}{:>10}"
_HEAD = ("seconds", "requests", "reloads", "MB", "p50 ms", "p99 ms")
_MEGABYTE = 1e6
_RELOAD_SECONDS = 30.0
_ASK_DESCRIPTION = json.dumps({"query": "{ __schema { description } }"})


def run(*, minutes: float, reload_every: float) -> None:
    """Print how a router does while it is asked for so long and reloads every so many seconds.

    Raises `BenchmarkError` when a reload does not come, and `WrongResponseError` at the first
    response that is not what it has to be.
    """
    with subgraphs() as begun:
        asyncio.run(_soaked(begun, minutes * 60, reload_every))


async def _soaked(begun: Contest, seconds: float, reload_every: float) -> None:
    graph = _Graph(begun.folder / "supergraph.graphql", begun.supergraph.sdl)
    (port,) = free_ports(1)
    command = (
        *(sys.executable, "-m", "graphwing", "serve", "--hot-reload"),
        *("--supergraph", graph.path, "--port", str(port)),
    )
    requests = await _requests(begun)
    with running("graphwing", command, port, begun.log("graphwing")) as process:
        progress("starting graphwing")
        process.wait_until_ready()
        progress.clear()
        print(f"busy for {_BUSY:.0%} of the time, a new supergraph every {reload_every:g} s")
        print(_ROW.format(*_HEAD), flush=True)
        memory = await _traffic(process, graph, requests, seconds, reload_every)
    print(f"no request failed, {graph.changes} reloads; {_growth(memory)}")


async def _requests(begun: Contest) -> Iterator[Request]:
    """Return requests without end: large and small ones, and now and then a new operation."""
    known = await workloads(begun.supergraph, wide_size=100)
    fresh = await workload("small", known["small"].operation, "users", begun.supergraph)
    kinds = (
        *repeat(known["large"].requests(Kind.UNIQUE), 6),
        *repeat(known["small"].requests(Kind.UNIQUE), 12),
        *repeat(known["wide, joined"].requests(Kind.UNIQUE), 1),
        fresh.requests(Kind.COLD),
    )
    return chain.from_iterable(map(next, kinds) for _ in repeat(None))


async def _traffic(
    process: Process,
    graph: _Graph,
    requests: Iterator[Request],
    seconds: float,
    reload_every: float,
) -> list[float]:
    """Ask for so long, and return how many megabytes the process had in each minute."""
    begun = time.monotonic()
    comparison = Comparison(is_exact=True)
    reloading: asyncio.Task[None] | None = None
    asked, latencies, memory = 0, list[float](), list[float]()
    while (now := time.monotonic() - begun) < seconds:
        if now >= graph.changes * reload_every and (reloading is None or reloading.done()):
            if reloading is not None:
                reloading.result()
            reloading = asyncio.create_task(asyncio.to_thread(graph.change, process.port))
        batch = islice(requests, _A_BATCH)
        latencies += await send_load(
            process.port, batch, comparison, count=_A_BATCH, connections=_CONNECTIONS
        )
        asked += _A_BATCH
        took = time.monotonic() - begun - now
        await asyncio.sleep(took * (1 - _BUSY) / _BUSY)
        if now // 60 >= len(memory):
            memory.append(process.memory() / _MEGABYTE)
            latencies.sort()
            p50, p99 = (latencies[int(len(latencies) * part)] * 1e3 for part in (0.5, 0.99))
            row = (f"{now:.0f}", f"{asked:,}", graph.changes, f"{memory[-1]:.0f}")
            print(_ROW.format(*row, f"{p50:.1f}", f"{p99:.1f}"), flush=True)
            latencies.clear()
    if reloading is not None:
        await reloading
    return memory


class _Graph:
    """A supergraph in a file, each version with a description that clients can ask for."""

    def __init__(self, path: Path, sdl: str) -> None:
        self.path = path
        self.changes = 0
        self._sdl = sdl
        path.write_text(sdl, encoding="utf-8")

    def change(self, port: int) -> None:
        """Write another version and return when it is served."""
        self.changes += 1
        new = self.path.with_suffix(".new")
        new.write_text(f'"version {self.changes}"\n{self._sdl}', encoding="utf-8")
        new.rename(self.path)
        end = time.monotonic() + _RELOAD_SECONDS
        while _description(port) != f"version {self.changes}":
            if time.monotonic() > end:
                raise BenchmarkError(f"version {self.changes} of the supergraph is not served")
            time.sleep(0.2)


def _description(port: int) -> str | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_RELOAD_SECONDS)
    try:
        headers = {"content-type": "application/json"}
        connection.request("POST", "/graphql", _ASK_DESCRIPTION, headers)
        return json.load(connection.getresponse())["data"]["__schema"]["description"]
    finally:
        connection.close()


def _growth(memory: list[float]) -> str:
    """Return how the memory of the last quarter of the time compares with the second one's."""
    quarter = len(memory) // 4
    if not quarter:
        return "too short to say whether memory grows"
    second, last = median(memory[quarter : 2 * quarter]), median(memory[-quarter:])
    return f"memory {second:.0f} MB in the second quarter, {last:.0f} MB in the last"

"""Rounds in which all servers take turns at the same requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from progress import progress

from gateway.contest import Server
from gateway.load import send_load
from gateway.workloads import Kind, Workload

# Fewer would leave it to chance whether a turn has a collection of garbage in it.
_FEWEST = 20
_MOST = 2000
_FEWEST_BATCHES = 3


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured."""

    rounds: int
    turn_seconds: float
    """CPU time that a server's turn is to take at least, if so many requests do not do."""
    warming_seconds: float
    """CPU time for which a server is asked before it is measured."""


FULL = Effort(rounds=15, turn_seconds=0.1, warming_seconds=1.0)
QUICK = Effort(rounds=3, turn_seconds=0.03, warming_seconds=0.2)


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is asked, and how."""

    workload: str
    kind: Kind
    connections: int

    def __str__(self) -> str:
        """Return it in words."""
        connections = "1 connection" if self.connections == 1 else f"{self.connections} connections"
        kind = self.kind if self.kind is Kind.COLD else f"{self.kind} requests"
        return f"{self.workload}, {kind}, {connections}"


SCENARIOS = tuple(
    Scenario(workload, kind, connections)
    for kind in Kind
    for workload in ("large", "small")
    for connections in (1, 50)
)


@dataclass(slots=True)
class Figures:
    """What a server cost."""

    cpu: list[float] = field(default_factory=list[float])
    """Seconds for one request, by round."""
    latencies: list[float] = field(default_factory=list[float])
    peak_memory: int = 0

    @property
    def milliseconds(self) -> float:
        """Return the CPU time for one request."""
        return median(self.cpu) * 1e3

    @property
    def spread(self) -> float:
        """Return half of the milliseconds that lie between the quarters of the rounds."""
        ordered = sorted(self.cpu)
        quarter = len(ordered) // 4
        return (ordered[-1 - quarter] - ordered[quarter]) / 2 * 1e3

    def percentile(self, percent: float) -> float:
        """Return the milliseconds that so many percent of the responses do not exceed."""
        ordered = sorted(self.latencies)
        return ordered[min(int(len(ordered) * percent / 100), len(ordered) - 1)] * 1e3


Found = dict[str, Figures]
"""By the name of the server."""


async def measure(
    servers: Sequence[Server], scenario: Scenario, workload: Workload, effort: Effort
) -> Found:
    """Return what each server cost that can be asked this.

    Raises `WrongResponseError` when one does not answer what it has to answer.
    """
    asked = [
        server
        for server in servers
        if scenario.workload in server.workloads and (server.plans or scenario.kind != Kind.COLD)
    ]
    amounts: dict[str, int] = {}
    for server in asked:
        progress(f"{scenario}: warming {server.name}")
        amounts[server.name] = await _warm(server, scenario, workload, effort)
        server.process.forget_peak()
    found: Found = {server.name: Figures() for server in asked}
    for number in range(1, effort.rounds + 1):
        for server in asked:
            progress(f"{scenario}: round {number} of {effort.rounds}, {server.name}")
            amount = amounts[server.name]
            before = server.process.cpu_seconds()
            latencies = await _ask(server, scenario, workload, amount)
            figures = found[server.name]
            figures.cpu.append((server.process.cpu_seconds() - before) / amount)
            figures.latencies += latencies
    for server in asked:
        found[server.name].peak_memory = server.process.peak_memory()
    progress.clear()
    return found


async def _warm(server: Server, scenario: Scenario, workload: Workload, effort: Effort) -> int:
    """Ask until the server has worked for a while, and return how many requests make a turn."""
    batch = max(_FEWEST, scenario.connections)
    begun = server.process.cpu_seconds()
    cost, asked = 0.0, 0
    while asked < _FEWEST_BATCHES * batch or asked < _MOST:
        before = server.process.cpu_seconds()
        await _ask(server, scenario, workload, batch)
        after = server.process.cpu_seconds()
        cost = (after - before) / batch
        asked += batch
        if asked >= _FEWEST_BATCHES * batch and after - begun >= effort.warming_seconds:
            break
    return max(batch, min(_MOST, round(effort.turn_seconds / cost)))


async def _ask(server: Server, scenario: Scenario, workload: Workload, amount: int) -> list[float]:
    return await send_load(
        server.process.port,
        workload.requests(scenario.kind),
        server.comparison,
        count=amount,
        connections=scenario.connections,
    )

"""What is counted of requests and of what subgraphs are asked, by labels that are few."""

from __future__ import annotations

from collections import defaultdict

from graphwing.server.telemetry.histogram import Histogram
from graphwing.server.telemetry.record import RequestRecord


class SubgraphMetrics:
    """What one subgraph was sent."""

    __slots__ = ("bytes", "outcomes", "seconds")

    def __init__(self) -> None:
        self.outcomes: defaultdict[str, int] = defaultdict(int)
        self.seconds = Histogram()
        self.bytes = 0

    def add(self, outcome: str, size: int, seconds: float) -> None:
        """Count a request that has ended, with an answer of so many bytes."""
        self.outcomes[outcome] += 1
        self.bytes += size
        self.seconds.observe(seconds)


class Metrics:
    """The figures of one process."""

    def __init__(self) -> None:
        self.requests: defaultdict[tuple[str, str], int] = defaultdict(int)
        """By the kind of the operation and the outcome."""
        self.seconds: defaultdict[str, Histogram] = defaultdict(Histogram)
        """By the kind of the operation."""
        self.known_operations = 0
        self.new_operations = 0
        self.in_flight = 0
        self.subgraphs: defaultdict[str, SubgraphMetrics] = defaultdict(SubgraphMetrics)
        self.loop_lag = Histogram()

    def add(self, record: RequestRecord, seconds: float) -> None:
        """Count a request that has ended."""
        operation = record.operation
        if operation is None:
            # Nobody knows what it wanted: it is no operation, or not one of this graph.
            kind = "unknown"
        else:
            kind = operation.plan.kind
            if record.was_known:
                self.known_operations += 1
            else:
                self.new_operations += 1
        self.requests[kind, record.outcome] += 1
        self.seconds[kind].observe(seconds)

"""How often which durations were observed: two additions each, and no lock in one event loop."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Bounds for requests and fetches, from what a cache answers to what is given up."""


class Histogram:
    """Counts of observed values by their size."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float] = SECONDS) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        """For each bound those that are not above it nor within the one before; last the others."""
        self.total = 0.0

    def observe(self, value: float) -> None:
        """Count one value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def cumulative(self) -> list[tuple[str, int]]:
        """Return for each bound how many values are not above it, as Prometheus has it.

        >>> histogram = Histogram([1.0, 5.0])
        >>> for value in (0.5, 1.0, 3.0, 9.0):
        ...     histogram.observe(value)
        >>> histogram.cumulative()
        [('1.0', 2), ('5.0', 3), ('+Inf', 4)]
        """
        buckets: list[tuple[str, int]] = []
        count = 0
        for bound, more in zip([*map(str, self.bounds), "+Inf"], self.counts, strict=True):
            count += more
            buckets.append((bound, count))
        return buckets

"""Count what happened lately."""

from __future__ import annotations

from collections import deque

_PARTS = 10


class RecentCounts:
    """How many things there were within the last `seconds`, and how many of them were marked.

    They are forgotten by tenths of that time, so that no list of them is kept.
    """

    __slots__ = ("_marked", "_past", "_total", "_turns_at", "_width")

    def __init__(self, seconds: float) -> None:
        self._width = seconds / _PARTS
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._total = self._marked = 0
        self._turns_at = float("-inf")
        """When the tenth ends that is the last of `_past`."""
        self._past: deque[list[int]] = deque()
        """The tenths in which something was: its number, its things, and how many are marked."""

    def add(self, now: float) -> None:
        """Count one thing."""
        if now >= self._turns_at:
            self._turn(now)
        self._past[-1][1] += 1
        self._total += 1

    def mark(self, now: float) -> None:
        """Count one mark, of a thing that is counted already."""
        if now >= self._turns_at:
            self._turn(now)
        self._past[-1][2] += 1
        self._marked += 1

    def total(self, now: float) -> int:
        """Return how many things there were."""
        if now >= self._turns_at:
            self._turn(now)
        return self._total

    def marked(self, now: float) -> int:
        """Return how many marks there were."""
        if now >= self._turns_at:
            self._turn(now)
        return self._marked

    def _turn(self, now: float) -> None:
        part = int(now / self._width)
        self._turns_at = (part + 1) * self._width
        self._past.append([part, 0, 0])
        while self._past[0][0] <= part - _PARTS:
            _, total, marked = self._past.popleft()
            self._total -= total
            self._marked -= marked

"""Count what happened lately."""

from __future__ import annotations

from collections import deque

_PARTS = 10


class RecentCounts:
    """How many things there were within the last `seconds`, and how many of them were marked.

    They are forgotten by tenths of that time, so that no list of them is kept.
    """

    __slots__ = ("_current", "_marked", "_past", "_total", "_width")

    def __init__(self, seconds: float) -> None:
        self._width = seconds / _PARTS
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._total = self._marked = 0
        self._current = [-1, 0, 0]
        """The number of the tenth that is now, its things, and those of them that are marked."""
        self._past: deque[list[int]] = deque()

    def add(self, now: float) -> None:
        """Count one thing."""
        self._turn(now)
        self._current[1] += 1
        self._total += 1

    def mark(self, now: float) -> None:
        """Count one mark, of a thing that is counted already."""
        self._turn(now)
        self._current[2] += 1
        self._marked += 1

    def total(self, now: float) -> int:
        """Return how many things there were."""
        self._turn(now)
        return self._total

    def marked(self, now: float) -> int:
        """Return how many marks there were."""
        self._turn(now)
        return self._marked

    def _turn(self, now: float) -> None:
        part = int(now / self._width)
        if part == self._current[0]:
            return
        self._past.append(self._current)
        self._current = [part, 0, 0]
        while self._past and self._past[0][0] <= part - _PARTS:
            _, total, marked = self._past.popleft()
            self._total -= total
            self._marked -= marked

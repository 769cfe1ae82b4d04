"""A budget for asking again: what fails for everybody must not be asked twice by everybody."""

from __future__ import annotations

from graphwing.execution.traffic.recent import RecentCounts

_WINDOW_SECONDS = 10.0


class RetryBudget:
    """Grants a `share` of the requests of the last ten seconds, and at least `floor` a second."""

    def __init__(self, *, share: float, floor: float) -> None:
        self.granted = 0
        """How many repetitions were granted since the beginning."""
        self._share = share
        self._least = floor * _WINDOW_SECONDS
        self._recent = RecentCounts(_WINDOW_SECONDS)

    def add_request(self, now: float) -> None:
        """Count a request, without its repetitions."""
        self._recent.add(now)

    def take(self, now: float) -> bool:
        """Return whether one more repetition is granted, and count it if so."""
        granted = max(self._least, self._share * self._recent.total(now))
        if self._recent.marked(now) + 1 > granted:
            return False
        self._recent.mark(now)
        self.granted += 1
        return True

"""A circuit breaker: a subgraph of which too much fails is left alone for a while."""

from __future__ import annotations

from typing import Literal

from graphwing.execution.traffic.recent import RecentCounts

BreakerState = Literal["closed", "open", "half-open"]


class Breaker:
    """Closed, it admits every request; open, none; half-open, a single one that decides.

    It opens when at least `requests` ended within `window` seconds and the `share` of them that
    failed is reached. After `pause` seconds the next request is the probe: its success closes the
    breaker, its failure opens it for another pause.
    """

    def __init__(self, *, share: float, requests: int, window: float, pause: float) -> None:
        self._share = share
        self._requests = requests
        self._pause = pause
        self._ended = RecentCounts(window)
        self._opened_at: float | None = None
        self._is_probing = False
        self._era = 0
        """Changes with the state: what was admitted before says nothing of how it is now."""

    def state(self, now: float) -> BreakerState:
        """Return the state; it is half-open as soon as a probe would be admitted."""
        if self._opened_at is None:
            return "closed"
        return "open" if now < self._opened_at + self._pause else "half-open"

    def refuses(self, now: float) -> bool:
        """Return whether a request would not be admitted now."""
        return self._opened_at is not None and (
            self._is_probing or now < self._opened_at + self._pause
        )

    def admit(self, now: float) -> int | None:
        """Return a permit for one request, to be given back by `settle` or `abandon`, or none."""
        if self._opened_at is None:
            return self._era
        if self.refuses(now):
            return None
        self._is_probing = True
        return self._era

    def settle(self, permit: int, now: float, *, is_failure: bool) -> None:
        """Note how a request ended that was admitted with `permit`."""
        if permit != self._era:
            return
        if self._opened_at is not None:
            self._change(now if is_failure else None)
            return
        ended = self._ended
        ended.add(now)
        if is_failure:
            ended.mark(now)
            total = ended.total(now)
            if total >= self._requests and ended.marked(now) >= self._share * total:
                self._change(now)

    def abandon(self, permit: int) -> None:
        """Note that a request ended in a way that says nothing; another may be the probe."""
        if permit == self._era:
            self._is_probing = False

    def _change(self, opened_at: float | None) -> None:
        self._opened_at = opened_at
        self._is_probing = False
        self._era += 1
        self._ended.clear()

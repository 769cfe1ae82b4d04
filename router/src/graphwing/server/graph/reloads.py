"""What became of the supergraphs that a router was given: served, refused, or the same again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from graphwing.errors import FederationError


@dataclass(frozen=True, slots=True)
class FailedReload:
    """A supergraph that could not be served."""

    at: datetime
    reason: str


class Reloads:
    """Since when the supergraph is served, and how the attempts to get another one ended."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.changed = 0
        self.unchanged = 0
        self.failed = 0
        self.last_failure: FailedReload | None = None
        """Why the graph is not the newest; nothing once it is."""
        self._clock = clock
        self._since = clock()

    @property
    def age(self) -> float:
        """Return for how many seconds the supergraph is served."""
        return self._clock() - self._since

    def begin(self) -> None:
        """Note that a supergraph is served from now on."""
        self._since = self._clock()

    def succeed(self, *, is_new: bool) -> None:
        """Note that the supergraph which is served is the newest; `is_new` if it was not before."""
        self.last_failure = None
        if is_new:
            self.changed += 1
            self.begin()
        else:
            self.unchanged += 1

    def fail(self, error: FederationError) -> None:
        """Note that another supergraph cannot be served."""
        self.failed += 1
        self.last_failure = FailedReload(datetime.fromtimestamp(self._clock(), UTC), str(error))

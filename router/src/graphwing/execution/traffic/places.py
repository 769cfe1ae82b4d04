"""A number of places and a queue before them, both bounded."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

Waiter = TypeVar("Waiter", bound=Hashable)


class Places(Generic[Waiter]):
    """Gives places to those who came first."""

    def __init__(self, *, limit: int, queue: int) -> None:
        self.limit = limit
        self.queue = queue
        self._taken = 0
        self._waiting: dict[Waiter, None] = {}

    @property
    def taken(self) -> int:
        """Return how many places are taken."""
        return self._taken

    @property
    def waiting(self) -> int:
        """Return how many wait for a place."""
        return len(self._waiting)

    def take(self) -> bool:
        """Take a place if one is free."""
        if self._taken >= self.limit:
            return False
        self._taken += 1
        return True

    def wait(self, waiter: Waiter) -> bool:
        """Let `waiter` wait for a place, if there is room in the queue."""
        if len(self._waiting) >= self.queue:
            return False
        self._waiting[waiter] = None
        return True

    def give_up(self, waiter: Waiter) -> bool:
        """Take `waiter` out of the queue; return whether it was there still."""
        if waiter not in self._waiting:
            return False
        del self._waiting[waiter]
        return True

    def leave(self) -> Waiter | None:
        """Give a place back; return who has it now, if somebody waited."""
        waiter = next(iter(self._waiting), None)
        if waiter is None:
            self._taken -= 1
        else:
            del self._waiting[waiter]
        return waiter

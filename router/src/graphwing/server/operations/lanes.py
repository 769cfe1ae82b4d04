"""Threads in which operations are checked and planned, so that the small ones never wait long.

What takes little goes first in each lane, what nobody waits for any more is never begun.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Any, Generic, NamedTuple, TypeVar

from graphwing.errors import NotReadyError, PlanningBusyError

T = TypeVar("T")

Place = tuple[int, int, asyncio.Future[None]]
"""A place in a queue: the size of the work, its number, and whether its turn has come."""


class LaneLoad(NamedTuple):
    """How much there is to do in a lane."""

    waiting: int
    running: int


class PlanningState(NamedTuple):
    """How much of planning is done, and how much there is to do."""

    kept: int
    """Operations that are ready for the next request."""
    lanes: Mapping[str, LaneLoad]


class Shared(Generic[T]):
    """Work that several may wait for; it is dropped when the last one leaves while it queues."""

    def __init__(self, work: Callable[[Shared[T]], Coroutine[Any, Any, T]]) -> None:
        """Begin `work`, which passes what it is given here to the lanes that it goes through."""
        self._waiting = 0
        self._is_left = False
        self._turn: asyncio.Future[None] | None = None
        self._is_dropped = False
        self.task = asyncio.get_running_loop().create_task(work(self))

    @property
    def is_wanted(self) -> bool:
        """Return whether somebody waits for it, or has not begun to."""
        return not self._is_left

    @property
    def is_over(self) -> bool:
        """Return whether it is too late to wait for it."""
        return self._is_dropped or self.task.done()

    async def result(self) -> T:
        """Wait for the result; whoever leaves does not spoil it for the others."""
        self._waiting += 1
        self._is_left = False
        try:
            return await asyncio.shield(self.task)
        finally:
            self._waiting -= 1
            self._is_left = not self._waiting
            if self._is_left and self._turn is not None:
                # What has begun goes on: its result is kept for whoever asks again.
                self._is_dropped = self._turn.cancel()

    async def await_turn(self, turn: asyncio.Future[None]) -> None:
        """Wait for `turn`, as long as somebody wants the result."""
        self._turn = turn
        try:
            await turn
        finally:
            self._turn = None


class Lane:
    """A few threads, and what waits for them the smallest first."""

    def __init__(self, name: str, threads: int, *, most_waiting: int | None = None) -> None:
        self._pool = ThreadPoolExecutor(threads, name)
        self._threads = threads
        self._free = threads
        self._most_waiting = most_waiting
        self._queue: list[Place] = []
        self._arrivals = count()
        self._is_stopped = False

    @property
    def waiting(self) -> int:
        """Return how many wait for a thread."""
        return len(self._queue)

    @property
    def running(self) -> int:
        """Return how many have a thread."""
        return self._threads - self._free

    async def run(self, shared: Shared[Any], size: int, work: Callable[[], T]) -> T:
        """Return what `work` does in a thread.

        It is cancelled when nobody waits for it before it has begun. Raises `PlanningBusyError`
        when too many wait, and `NotReadyError` when the lane is stopped meanwhile.
        """
        self._require_open()
        await self._turn(shared, size)
        self._require_open()
        loop = asyncio.get_running_loop()
        working = self._pool.submit(work)
        # The thread is free when the work ends, which nobody may wait for any more.
        working.add_done_callback(lambda _: self._ended(loop))
        return await asyncio.wrap_future(working)

    def stop(self) -> None:
        """Begin nothing more, and do not wait for what has begun."""
        self._is_stopped = True
        for *_, turn in self._queue:
            if not turn.done():
                turn.set_exception(NotReadyError())
        self._queue.clear()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _require_open(self) -> None:
        if self._is_stopped:
            raise NotReadyError

    async def _turn(self, shared: Shared[Any], size: int) -> None:
        """Wait for a free thread and take it."""
        if not shared.is_wanted:
            raise asyncio.CancelledError
        if self._free:
            self._free -= 1
            return
        if self._most_waiting is not None and len(self._queue) >= self._most_waiting:
            raise PlanningBusyError(self._most_waiting)
        turn = asyncio.get_running_loop().create_future()
        place = (size, next(self._arrivals), turn)
        heappush(self._queue, place)
        try:
            await shared.await_turn(turn)
        except asyncio.CancelledError:
            self._give_up(place)
            raise

    def _give_up(self, place: Place) -> None:
        if not place[2].cancelled():
            # Its turn has come at the same moment: the next one takes it.
            self._next()
            return
        with suppress(ValueError):
            self._queue.remove(place)
            heapify(self._queue)

    def _ended(self, loop: asyncio.AbstractEventLoop) -> None:
        # The loop may be closed before a thread ends.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(self._next)

    def _next(self) -> None:
        while self._queue:
            *_, turn = heappop(self._queue)
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1


class Lanes:
    """The lanes of operations."""

    def __init__(self, *, small: int, most_large: int) -> None:
        """Have `small` threads for small texts, and one for others of some size.

        What takes longer goes on in a thread to validate and one to plan; `most_large` may wait
        for each.
        """
        self.small = Lane("graphwing-plan", small)
        self.middle = Lane("graphwing-plan-middle", 1)
        self.validation = Lane("graphwing-validate", 1, most_waiting=most_large)
        self.large = Lane("graphwing-plan-large", 1, most_waiting=most_large)

    def loads(self) -> dict[str, LaneLoad]:
        """Return how much there is to do in each lane."""
        return {
            name: LaneLoad(lane.waiting, lane.running)
            for name, lane in (
                ("small", self.small),
                ("middle", self.middle),
                ("validation", self.validation),
                ("large", self.large),
            )
        }

    def stop(self) -> None:
        """Begin nothing more, and do not wait for what has begun."""
        for lane in (self.small, self.middle, self.validation, self.large):
            lane.stop()

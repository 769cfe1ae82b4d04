"""End requests that take too long, with one timer for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from time import monotonic
from typing import Any, TypeVar, cast

from graphwing.errors import RequestTimeoutError
from graphwing.execution.transports.deadline import DEADLINE

Answer = TypeVar("Answer")

# What is kept of the time for writing down what subgraphs have said until then.
_KEPT_SHARE = 0.1
_MOST_KEPT_SECONDS = 0.25


class Deadlines:
    """The requests under way, oldest first: all of them may take the same time.

    A little before that is over, subgraphs that have not answered are waited for no longer, so that
    the client gets what there is.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._subgraph_seconds = seconds - min(_KEPT_SHARE * seconds, _MOST_KEPT_SECONDS)
        self._under_way: dict[asyncio.Task[Any], float] = {}
        """The tasks, and when they began."""
        self._late: dict[asyncio.Task[Any], int] = {}
        """Those whose time is over, and how often somebody else had cancelled them before."""
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def within(self, work: Awaitable[Answer]) -> Answer:
        """Return what `work` returns; raise `RequestTimeoutError` if that takes too long.

        It goes on in this task, which must not be within a deadline already.
        """
        task = cast("asyncio.Task[Any]", asyncio.current_task())
        began = monotonic()
        self._under_way[task] = began
        # A timer that was left behind by a loop which is closed would never come.
        if self._timer is None or task.get_loop() is not self._loop:
            self._begin(task.get_loop())
        token = DEADLINE.set(began + self._subgraph_seconds)
        try:
            return await work
        except asyncio.CancelledError as error:
            # As with timeouts: whoever else has cancelled it, too, is obeyed.
            before = self._late.pop(task, None)
            if before is not None and task.uncancel() <= before:
                raise RequestTimeoutError(self._seconds) from error
            raise
        finally:
            DEADLINE.reset(token)
            self._under_way.pop(task, None)
            if self._late and self._late.pop(task, None) is not None:
                # It has ended by itself at that very moment.
                task.uncancel()

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._timer = loop.call_later(self._seconds, self._end_late_ones, loop)

    def _end_late_ones(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        now = monotonic()
        while self._under_way:
            oldest, began = next(iter(self._under_way.items()))
            left = began + self._seconds - now
            if left > 0:
                self._timer = loop.call_later(left, self._end_late_ones, loop)
                return
            del self._under_way[oldest]
            self._late[oldest] = oldest.cancelling()
            oldest.cancel()

"""End requests that take too long, with one timer for all of them."""

from __future__ import annotations

import asyncio
from contextvars import Token
from time import monotonic
from types import TracebackType

from graphwing.errors import RequestTimeoutError
from graphwing.execution.transports.deadline import DEADLINE

# What is kept of the time for writing down what subgraphs have said until then.
_KEPT_SHARE = 0.1
_MOST_KEPT_SECONDS = 0.25


class Deadlines:
    """The requests under way, oldest first: all of them may take the same time.

    A little before that is over, subgraphs that have not answered are waited for no longer, so that
    the client gets what there is.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.subgraph_seconds = seconds - min(_KEPT_SHARE * seconds, _MOST_KEPT_SECONDS)
        self._under_way: dict[Deadline, None] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def add(self, deadline: Deadline) -> None:
        """End a request when its time is over."""
        self._under_way[deadline] = None
        loop = asyncio.get_running_loop()
        # A timer that was left behind by a loop which is closed would never come.
        if self._timer is None or loop is not self._loop:
            self._loop = loop
            self._timer = loop.call_later(self.seconds, self._end_late_ones, loop)

    def remove(self, deadline: Deadline) -> None:
        """Forget a request that has ended."""
        self._under_way.pop(deadline, None)

    def _end_late_ones(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        now = monotonic()
        while self._under_way:
            oldest = next(iter(self._under_way))
            left = oldest.began + self.seconds - now
            if left > 0:
                self._timer = loop.call_later(left, self._end_late_ones, loop)
                return
            del self._under_way[oldest]
            oldest.end()


class Deadline:
    """`with` it, a request is cancelled when its time is over, and raises `RequestTimeoutError`."""

    __slots__ = ("_cancelling", "_deadlines", "_is_over", "_task", "_token", "began")

    def __init__(self, deadlines: Deadlines) -> None:
        self.began = monotonic()
        self._deadlines = deadlines
        self._is_over = False
        self._token: Token[float | None] | None = None
        self._task = asyncio.current_task()
        self._cancelling = self._task.cancelling() if self._task is not None else 0

    def __enter__(self) -> None:
        """Begin to count."""
        self._token = DEADLINE.set(self.began + self._deadlines.subgraph_seconds)
        self._deadlines.add(self)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End counting."""
        self._deadlines.remove(self)
        if self._token is not None:
            DEADLINE.reset(self._token)
        if (
            self._is_over
            and self._task is not None
            # As with timeouts: whoever else has cancelled it, too, is obeyed.
            and self._task.uncancel() <= self._cancelling
            and isinstance(error, asyncio.CancelledError)
        ):
            raise RequestTimeoutError(self._deadlines.seconds) from error

    def end(self) -> None:
        """End the request: its time is over."""
        self._is_over = True
        if self._task is not None:
            self._task.cancel()

"""How long a subgraph in this process holds the event loop, which serves nobody else meanwhile."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context, ContextVar, copy_context
from typing import Any, TypeVar, cast

TOO_LONG = 0.1
"""Seconds at a stretch, from which on it is worth a warning."""
QUIET_SECONDS = 60.0
"""How long after a warning there is no other about the same subgraph."""

Result = TypeVar("Result")
Clock = Callable[[], float]

_log = logging.getLogger(__name__)


class LoopHold:
    """How long one subgraph holds the event loop: in its calls, and in the tasks these start."""

    def __init__(self, subgraph: str, *, clock: Clock = time.perf_counter) -> None:
        self.longest = 0.0
        """The most seconds at a stretch so far."""
        self.total = 0.0
        """All seconds so far."""
        self._subgraph = subgraph
        self.clock = clock
        self._warned = -math.inf

    def watch_tasks(self) -> None:
        """Have the running loop measure the tasks that any subgraph's code starts."""
        loop = asyncio.get_running_loop()
        factory = loop.get_task_factory()
        if not isinstance(factory, _MeasuringFactory):
            loop.set_task_factory(_MeasuringFactory(factory))

    def context(self) -> Context:
        """Return a copy of this context in which started tasks count to the subgraph."""
        context = copy_context()
        context.run(_holder.set, self)
        return context

    def measured(self, coroutine: Coroutine[Any, Any, Result]) -> Coroutine[Any, Any, Result]:
        """Return `coroutine`, each of its steps measured."""
        return _Measured(self, coroutine)

    def note(self, seconds: float) -> None:
        """Note that the subgraph has held the loop for some time until now."""
        self.total += seconds
        self.longest = max(self.longest, seconds)
        if seconds > TOO_LONG and (now := self.clock()) - self._warned >= QUIET_SECONDS:
            self._warned = now
            _log.warning(
                "subgraph `%s` held the event loop for %.0f ms, in which nothing else was served",
                self._subgraph,
                1000 * seconds,
            )


_holder: ContextVar[LoopHold | None] = ContextVar("_holder", default=None)


class _Measured(Coroutine[Any, Any, Result]):
    """A coroutine whose steps are measured."""

    __slots__ = ("_clock", "_coroutine", "_note")

    def __init__(self, hold: LoopHold, coroutine: Coroutine[Any, Any, Result]) -> None:
        self._coroutine = coroutine
        self._clock = hold.clock
        self._note = hold.note

    def send(self, value: Any, /) -> Any:  # noqa: ANN401 (as the protocol has it)
        """Run one step."""
        begin = self._clock()
        try:
            return self._coroutine.send(value)
        finally:
            self._note(self._clock() - begin)

    def throw(self, *error: Any) -> Any:  # noqa: ANN401 (as the protocol has it)
        """Run one step that begins with an exception."""
        begin = self._clock()
        try:
            return self._coroutine.throw(*error)
        finally:
            self._note(self._clock() - begin)

    def close(self) -> None:
        """End early."""
        self._coroutine.close()

    def __await__(self) -> Generator[Any, Any, Result]:
        """Be awaited without being measured: whoever awaits it is."""
        return self._coroutine.__await__()


class _MeasuringFactory:
    """Makes tasks as before, measured where a subgraph's code starts them."""

    def __init__(self, make: Any) -> None:  # noqa: ANN401 (its type differs between versions)
        self._make = make or _make_task

    def __call__(
        self,
        loop: asyncio.AbstractEventLoop,
        coroutine: Any,  # noqa: ANN401
        **options: Any,  # noqa: ANN401
    ) -> asyncio.Task[Any]:
        """Make a task."""
        holder = _holder.get()
        if holder is not None and isinstance(coroutine, Coroutine):
            coroutine = holder.measured(cast("Coroutine[Any, Any, Any]", coroutine))
        return self._make(loop, coroutine, **options)


def _make_task(
    loop: asyncio.AbstractEventLoop,
    coroutine: Coroutine[Any, Any, Any],
    **options: Any,  # noqa: ANN401
) -> asyncio.Task[Any]:
    return asyncio.Task(coroutine, loop=loop, **options)

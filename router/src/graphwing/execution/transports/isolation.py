"""Run a subgraph's code inside this process as if it were elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any, TypeVar

from graphwing.errors import (
    StreamLostError,
    SubgraphError,
    SubgraphFailedError,
    SubgraphTimeoutError,
)
from graphwing.execution.loop_hold import LoopHold

Answer = TypeVar("Answer")

# How long a subgraph's own code may take to clean up after its events.
_LEAVING_SECONDS = 5.0


async def isolated(
    subgraph: str,
    call: Callable[[], Coroutine[Any, Any, Answer]],
    timeout: float,  # noqa: ASYNC109
    hold: LoopHold | None = None,
) -> Answer:
    """Return what `call` returns; what it raises, or its lateness, becomes a `SubgraphError`.

    It runs in a task and a context of its own: context variables it sets end with it, and it sees
    those of the request. Cancelling the caller cancels it. `hold` notes what it takes of the loop.
    """

    async def contained() -> Answer:
        try:
            return await call()
        except SubgraphError:
            raise
        except Exception as error:
            raise SubgraphFailedError(subgraph, "failed while it answered") from error

    task = _started(contained(), hold)
    try:
        async with asyncio.timeout(timeout):
            return await task
    except TimeoutError as error:
        raise SubgraphTimeoutError(subgraph, timeout) from error
    except asyncio.CancelledError as error:
        current = asyncio.current_task()
        if current is not None and current.cancelling():
            raise
        # The subgraph cancelled itself, which is no reason to cancel the whole request.
        raise SubgraphError(subgraph, "cancelled its own answer") from error


async def isolated_events(
    subgraph: str,
    source: Callable[[], AsyncGenerator[Answer]],
    hold: LoopHold | None = None,
) -> AsyncGenerator[Answer]:
    """Yield what `source` yields; what it raises becomes a `SubgraphError`.

    All of it runs in one task and context of its own, so that what it opens before an event it can
    close after it. Closing this generator closes it, and waits until its `finally` has run.
    """
    # One event at a time: who yields them is held up by who reads them.
    events: asyncio.Queue[Answer | _End] = asyncio.Queue(1)

    async def contained() -> None:
        error: SubgraphError | None = None
        try:
            async with aclosing(source()) as stream:
                async for event in stream:
                    await events.put(event)
        except asyncio.CancelledError:
            if is_left:
                raise
            error = StreamLostError(subgraph, "cancelled its own events")
        except SubgraphError as failure:
            error = failure
        except (Exception, BaseExceptionGroup) as failure:  # noqa: BLE001 - it may raise anything
            error = StreamLostError(subgraph, "failed while it sent events")
            error.__cause__ = failure
        await events.put(_End(error))

    is_left = False
    task = _started(contained(), hold)
    try:
        while not isinstance(event := await events.get(), _End):
            yield event
        if event.error is not None:
            raise event.error
    finally:
        is_left = True
        await ended(task, _LEAVING_SECONDS)


def _started(coroutine: Coroutine[Any, Any, Answer], hold: LoopHold | None) -> asyncio.Task[Answer]:
    loop = asyncio.get_running_loop()
    if hold is None:
        return loop.create_task(coroutine, context=copy_context())
    return loop.create_task(hold.measured(coroutine), context=hold.context())


async def ended(task: asyncio.Task[None], seconds: float) -> None:
    """Cancel `task` and wait for its end; what it raises then concerns nobody any more."""
    task.cancel()
    await asyncio.wait((task,), timeout=seconds)
    if task.done() and not task.cancelled():
        task.exception()


@dataclass(frozen=True, slots=True)
class _End:
    """Comes after the last event."""

    error: SubgraphError | None

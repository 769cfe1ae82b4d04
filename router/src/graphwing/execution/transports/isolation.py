"""Run a subgraph's code inside this process as if it were elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import copy_context
from typing import Any, TypeVar

from graphwing.errors import SubgraphError, SubgraphTimeoutError

Answer = TypeVar("Answer")


async def isolated(
    subgraph: str,
    call: Callable[[], Coroutine[Any, Any, Answer]],
    timeout: float,  # noqa: ASYNC109
) -> Answer:
    """Return what `call` returns; what it raises, or its lateness, becomes a `SubgraphError`.

    It runs in a task and a context of its own: context variables it sets end with it, and it sees
    those of the request. Cancelling the caller cancels it.
    """

    async def contained() -> Answer:
        try:
            return await call()
        except SubgraphError:
            raise
        except Exception as error:
            raise SubgraphError(subgraph, "failed while it answered") from error

    task = asyncio.get_running_loop().create_task(contained(), context=copy_context())
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

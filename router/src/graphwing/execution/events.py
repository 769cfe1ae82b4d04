"""The events of a subscription, as its subgraph sends them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

from graphwing.errors import StreamLostError, StreamRefusedError, SubgraphError
from graphwing.execution.transport import Endpoint, Reconnect, SubgraphAnswer, SubgraphRequest

_LONGEST_DELAY = 30.0


async def events_of(
    endpoint: Endpoint, request: Callable[[], Awaitable[SubgraphRequest]]
) -> AsyncGenerator[SubgraphAnswer]:
    """Yield the events; a stream that breaks off is opened again as often as `endpoint` allows.

    What the subgraph said in between is lost. Raises `SubgraphError` when there is no stream.
    """
    was_open = False
    attempt = 0
    while True:
        stream = endpoint.transport.subscribe(await request(), timeout=endpoint.timeout)
        try:
            async with aclosing(stream) as events:
                async for event in events:
                    was_open, attempt = True, 0
                    yield event
        except StreamRefusedError:
            raise
        except SubgraphError as error:
            was_open = was_open or isinstance(error, StreamLostError)
            if not was_open or attempt >= endpoint.reconnect.attempts:
                raise
        else:
            return
        attempt += 1
        await asyncio.sleep(_delay(endpoint.reconnect, attempt))


def _delay(reconnect: Reconnect, attempt: int) -> float:
    """Return the seconds to wait; not the same for all, so that they do not come back at once."""
    longest = min(reconnect.delay * 2 ** (attempt - 1), _LONGEST_DELAY)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - no secret

"""Keep requests to subgraphs within the time that the whole request has."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from time import monotonic

from msgspec.structs import replace

from graphwing.errors import RequestTimeIsOverError
from graphwing.execution.transport import RawAnswer, SubgraphRequest, Transport
from graphwing.execution.transports.around import AroundTransport

DEADLINE: ContextVar[float | None] = ContextVar("DEADLINE", default=None)
"""When subgraphs must have answered the request that is under way, if it has to end."""

HEADER = "x-request-deadline"
"""How many milliseconds the router waits; not a time of day, for clocks differ."""


def seconds_left(subgraph: str, seconds: float, clock: Callable[[], float] = monotonic) -> float:
    """Return how long a subgraph may take that has `seconds` if the whole request has them.

    Raises `RequestTimeIsOverError` when it is too late to ask.
    """
    deadline = DEADLINE.get()
    if deadline is None:
        return seconds
    left = deadline - clock()
    if left <= 0:
        raise RequestTimeIsOverError(subgraph)
    return min(seconds, left)


class DeadlineTransport(AroundTransport):
    """A transport that waits no longer than until the `DEADLINE`."""

    def __init__(self, transport: Transport, subgraph: str) -> None:
        super().__init__(transport)
        self._subgraph = subgraph

    async def send(self, request: SubgraphRequest, *, timeout: float) -> RawAnswer:  # noqa: ASYNC109
        """Return what the subgraph sends, or raise `SubgraphError`.

        That is `RequestTimeIsOverError` when it is too late to ask.
        """
        seconds = seconds_left(self._subgraph, timeout)
        return await self._transport.send(request, timeout=seconds)


class TellingTransport(AroundTransport):
    """A transport that tells the subgraph how long the router waits."""

    async def send(self, request: SubgraphRequest, *, timeout: float) -> RawAnswer:  # noqa: ASYNC109
        """Return what the subgraph sends, or raise `SubgraphError`."""
        headers = {**request.headers, HEADER: str(max(1, int(timeout * 1000)))}
        return await self._transport.send(replace(request, headers=headers), timeout=timeout)

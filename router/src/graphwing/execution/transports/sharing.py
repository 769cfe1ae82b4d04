"""Send a query once for all who ask for the same at the same time."""

from __future__ import annotations

import asyncio

from graphwing.errors import SubgraphTimeoutError
from graphwing.execution.in_flight import InFlight
from graphwing.execution.transport import RawAnswer, SubgraphRequest, Transport
from graphwing.execution.transports.around import AroundTransport
from graphwing.execution.transports.deadline import seconds_left

_Key = tuple[bytes, tuple[tuple[str, str], ...]]


class SharingTransport(AroundTransport):
    """A transport on which identical queries in flight are one request, until the `DEADLINE`.

    They are identical when everything is that is sent: operation, variables and every header, so
    that nobody gets what was meant for somebody else.
    """

    def __init__(self, transport: Transport, subgraph: str, *, usual_seconds: float) -> None:
        """Take how long a request may take whose client has time enough."""
        super().__init__(transport)
        self._subgraph = subgraph
        self._usual_seconds = usual_seconds
        self._in_flight = InFlight[_Key, RawAnswer]()

    async def send(self, request: SubgraphRequest, *, timeout: float) -> RawAnswer:  # noqa: ASYNC109
        """Return what the subgraph sends, or raise `SubgraphError`."""
        timeout = seconds_left(self._subgraph, timeout)
        if request.kind != "query":
            return await self._transport.send(request, timeout=timeout)
        key = (request.body(), tuple(request.headers.items()))
        while True:
            try:
                if timeout < self._usual_seconds:
                    return await self._hurried(key, request, timeout)
                # Whoever asked first has no more time than that, and began earlier.
                seconds = timeout
                return await self._in_flight.result(
                    key, lambda seconds=seconds: self._transport.send(request, timeout=seconds)
                )
            except _HurriedError as hurried:
                # The time of somebody else was over.
                timeout -= hurried.seconds
                if timeout <= 0:
                    raise hurried.error from None

    async def _hurried(self, key: _Key, request: SubgraphRequest, seconds: float) -> RawAnswer:
        """Return the answer, or raise `SubgraphError`, for a client that has little time left."""
        is_own = False

        async def work() -> RawAnswer:
            nonlocal is_own
            is_own = True
            try:
                return await self._transport.send(request, timeout=seconds)
            except SubgraphTimeoutError as error:
                raise _HurriedError(error, seconds) from error

        try:
            async with asyncio.timeout(seconds):
                return await self._in_flight.result(key, work)
        except _HurriedError as hurried:
            if is_own:
                raise hurried.error from hurried.error.__cause__
            raise
        except TimeoutError as error:
            raise SubgraphTimeoutError(self._subgraph, seconds) from error


class _HurriedError(Exception):
    """Somebody who had only so many seconds got no answer; who has more may get one."""

    def __init__(self, error: SubgraphTimeoutError, seconds: float) -> None:
        super().__init__(error)
        self.error = error
        self.seconds = seconds

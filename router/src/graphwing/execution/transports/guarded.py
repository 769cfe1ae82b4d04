"""Leave a subgraph alone that fails too much or has enough to do."""

from __future__ import annotations

from collections.abc import Callable

from graphwing.errors import (
    CircuitOpenError,
    SubgraphBusyError,
    SubgraphConnectionError,
    SubgraphError,
    SubgraphFailedError,
    SubgraphTimeoutError,
)
from graphwing.execution.traffic.admission import Admission, QueueFullError
from graphwing.execution.traffic.breaker import Breaker
from graphwing.execution.transport import RawAnswer, SubgraphRequest, Transport
from graphwing.execution.transports.around import AroundTransport

_SERVER_ERROR = 500


class GuardedTransport(AroundTransport):
    """A transport behind a circuit breaker.

    A request that gets less than half of `usual_seconds` and is late says nothing of the subgraph:
    the client's time was nearly over.
    """

    def __init__(
        self,
        transport: Transport,
        subgraph: str,
        breaker: Breaker,
        *,
        usual_seconds: float,
        clock: Callable[[], float],
    ) -> None:
        super().__init__(transport)
        self._subgraph = subgraph
        self._breaker = breaker
        self._fair_seconds = usual_seconds / 2
        self._clock = clock

    async def send(self, request: SubgraphRequest, *, timeout: float) -> RawAnswer:  # noqa: ASYNC109
        """Return what the subgraph sends; raise `CircuitOpenError` at once while it is not asked.

        Raises `SubgraphError`.
        """
        breaker = self._breaker
        permit = breaker.admit(self._clock())
        if permit is None:
            raise CircuitOpenError(self._subgraph)
        is_failure: bool | None = None
        try:
            answer = await self._transport.send(request, timeout=timeout)
            is_failure = answer.status >= _SERVER_ERROR
        except SubgraphError as error:
            is_failure = self._is_failure(error)
            raise
        finally:
            if is_failure is None:
                breaker.abandon(permit)
            else:
                breaker.settle(permit, self._clock(), is_failure=is_failure)
        return answer

    def _is_failure(self, error: SubgraphError) -> bool | None:
        """Return whether an error is the subgraph's failure, or nothing if it says nothing."""
        match error:
            case SubgraphTimeoutError():
                return True if error.seconds >= self._fair_seconds else None
            case SubgraphConnectionError() | SubgraphFailedError():
                return True
            case _:
                # It has answered, if not well: one query that it cannot answer is not all.
                return False


class LimitedTransport(AroundTransport):
    """A transport that has so many requests under way at once; a bounded number waits."""

    def __init__(  # noqa: PLR0913 - one for each thing to know
        self,
        transport: Transport,
        subgraph: str,
        admission: Admission,
        *,
        patience: float,
        clock: Callable[[], float],
        refuses: Callable[[float], bool] | None,
    ) -> None:
        """Take what `refuses` requests at a time: they do not wait for a place to hear that."""
        super().__init__(transport)
        self._subgraph = subgraph
        self._admission = admission
        self._patience = patience
        self._clock = clock
        self._refuses = refuses

    async def send(self, request: SubgraphRequest, *, timeout: float) -> RawAnswer:  # noqa: ASYNC109
        """Return what the subgraph sends, or raise `SubgraphError`.

        That is `SubgraphBusyError` when the queue is full, or nobody leaves in time.
        """
        began = self._clock()
        if self._refuses is not None and self._refuses(began):
            raise CircuitOpenError(self._subgraph)
        admission, left = self._admission, timeout
        if not admission.places.take():
            try:
                await admission.wait(min(timeout, self._patience))
            except (QueueFullError, TimeoutError) as error:
                raise SubgraphBusyError(self._subgraph, admission.places.limit) from error
            left = timeout - (self._clock() - began)
        try:
            return await self._transport.send(request, timeout=left)
        finally:
            admission.leave()

"""Ways to subgraphs that tell what is asked on them; they stand only where somebody listens."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from graphwing.errors import FederationError, SubgraphTimeoutError
from graphwing.execution import RawAnswer, SubgraphRequest, Transport
from graphwing.execution.transports.around import AroundTransport
from graphwing.server.telemetry.metrics import SubgraphMetrics
from graphwing.server.telemetry.record import current_request

Clock = Callable[[], float]

_REFUSED = 400


class CountedTransport(AroundTransport):
    """Counts what a subgraph is really sent: what several requests share, once."""

    def __init__(
        self, transport: Transport, metrics: SubgraphMetrics, clock: Clock = time.perf_counter
    ) -> None:
        super().__init__(transport)
        self._metrics = metrics
        self._clock = clock

    async def send(self, request: SubgraphRequest, *, timeout: float) -> RawAnswer:  # noqa: ASYNC109
        """Return what the subgraph sends, or raise `SubgraphError`."""
        clock, metrics = self._clock, self._metrics
        began = clock()
        try:
            answer = await self._transport.send(request, timeout=timeout)
        except BaseException as error:
            metrics.add(_outcome(error), 0, clock() - began)
            raise
        outcome = "ok" if answer.status < _REFUSED else "refused"
        metrics.add(outcome, len(answer.body), clock() - began)
        return answer


def _outcome(error: BaseException) -> str:
    match error:
        case SubgraphTimeoutError():
            return "timeout"
        case asyncio.CancelledError():
            return "cancelled"
        case _:
            return "failed"


class RecordedTransport(AroundTransport):
    """Notes what each request waited for, also when it shares the answer with others."""

    def __init__(
        self, transport: Transport, subgraph: str, clock: Clock = time.perf_counter
    ) -> None:
        super().__init__(transport)
        self._subgraph = subgraph
        self._clock = clock

    async def send(self, request: SubgraphRequest, *, timeout: float) -> RawAnswer:  # noqa: ASYNC109
        """Return what the subgraph sends, or raise `SubgraphError`."""
        record = current_request.get()
        if record is None:
            return await self._transport.send(request, timeout=timeout)
        began = self._clock()
        noted: dict[str, Any] = {"name": self._subgraph}
        try:
            answer = await self._transport.send(request, timeout=timeout)
            noted["status"], noted["bytes"] = answer.status, len(answer.body)
        except FederationError as error:
            noted["code"] = error.code
            raise
        except asyncio.CancelledError:
            noted["code"] = "CANCELLED"
            raise
        finally:
            noted["ms"] = round(1000 * (self._clock() - began), 3)
            record.note_fetch(noted)
        return answer

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
        began = self._clock()
        outcome = "failed"
        try:
            answer = await self._transport.send(request, timeout=timeout)
            outcome = "ok" if answer.status < _REFUSED else "refused"
            self._metrics.bytes += len(answer.body)
        except SubgraphTimeoutError:
            outcome = "timeout"
            raise
        except asyncio.CancelledError:
            outcome = "cancelled"
            raise
        finally:
            self._metrics.outcomes[outcome] += 1
            self._metrics.seconds.observe(self._clock() - began)
        return answer


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
            record.fetches.append(noted)
        return answer

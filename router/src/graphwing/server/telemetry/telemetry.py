"""Those who want to know what a router does, as the router sees them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from graphwing.execution import Operation, Transport
from graphwing.server.http.request import GraphQLRequest
from graphwing.server.telemetry.access_log import AccessLog
from graphwing.server.telemetry.metrics import Metrics
from graphwing.server.telemetry.record import RequestRecord, current_request
from graphwing.server.telemetry.transports import CountedTransport, RecordedTransport


class Telemetry:
    """Counts requests and writes them to a log, one of both or both."""

    def __init__(
        self,
        *,
        metrics: Metrics | None = None,
        access_log: AccessLog | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.metrics = metrics
        self.access_log = access_log
        self._clock = clock

    def request(self, method: str, path: str, headers: Mapping[str, str]) -> RequestRecord:
        """Return a record for a request, which is answered `with` it and told of at its end."""
        if self.metrics is not None:
            self.metrics.in_flight += 1
        return RequestRecord(method, path, headers, self._clock(), self._tell)

    def note_operation(
        self, request: GraphQLRequest, operation: Operation, *, was_known: bool
    ) -> None:
        """Note which operation the current request asks for."""
        record = current_request.get()
        if record is not None:
            record.note_operation(request, operation, was_known=was_known)

    def sent_on(self, subgraph: str, transport: Transport) -> Transport:
        """Return the transport on which requests leave, watched if somebody counts them."""
        if self.metrics is None:
            return transport
        return CountedTransport(transport, self.metrics.subgraphs[subgraph], self._clock)

    def asked_on(self, subgraph: str, transport: Transport) -> Transport:
        """Return the transport that requests wait for, watched if somebody logs that."""
        if self.access_log is None or not self.access_log.tells_subgraphs:
            return transport
        return RecordedTransport(transport, subgraph, self._clock)

    def _tell(self, record: RequestRecord) -> None:
        seconds = self._clock() - record.began
        metrics = self.metrics
        if metrics is not None:
            metrics.in_flight -= 1
        if record.is_batch:
            return
        if metrics is not None:
            metrics.add(record, seconds)
        if self.access_log is not None:
            self.access_log.add(record, seconds)

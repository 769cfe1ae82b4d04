"""What one subgraph may be asked: the same rules for as long as the router lives."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import NamedTuple

from graphwing.execution import Transport
from graphwing.execution.traffic.admission import Admission
from graphwing.execution.traffic.breaker import Breaker, BreakerState
from graphwing.execution.traffic.retry_budget import RetryBudget
from graphwing.execution.transports.deadline import TellingTransport
from graphwing.execution.transports.guarded import GuardedTransport, LimitedTransport
from graphwing.execution.transports.retrying import Repetition, RetryingTransport
from graphwing.server.settings.traffic import RetrySettings, SubgraphTraffic


class TrafficView(NamedTuple):
    """How it stands with requests to one subgraph at this moment."""

    breaker: BreakerState | None
    """Nothing where there is no breaker."""
    under_way: int | None
    """Requests that are being answered; nothing where their number is not limited."""
    waiting: int | None
    repeated: int
    """How many queries were sent again since the router was made."""


class ToSubgraph:
    """The breaker, the places and the retry budget of one subgraph.

    They belong to the subgraph and not to its address: a new supergraph changes nothing of them.
    """

    def __init__(
        self,
        subgraph: str,
        settings: SubgraphTraffic,
        *,
        timeout: float,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._subgraph = subgraph
        self._timeout = timeout
        self._clock = clock
        self._tells_deadline = bool(settings.tell_deadline)
        self._retry = settings.retry or RetrySettings()
        self._budget = RetryBudget(share=self._retry.budget / 100, floor=self._retry.floor)
        self._breaker: Breaker | None = None
        self._admission: Admission | None = None
        self._patience = timeout
        breaker, concurrency = settings.breaker, settings.concurrency
        if breaker is not None and breaker.enabled:
            self._breaker = Breaker(
                share=breaker.failures / 100,
                requests=breaker.requests,
                window=breaker.window,
                pause=breaker.pause,
            )
        if concurrency is not None and concurrency.enabled:
            self._admission = Admission(limit=concurrency.limit, queue=concurrency.queue)
            self._patience = concurrency.patience

    def view(self) -> TrafficView:
        """Return how it stands now."""
        breaker = self._breaker and self._breaker.state(self._clock())
        places = self._admission and self._admission.places
        return TrafficView(
            breaker, places and places.taken, places and places.waiting, self._budget.granted
        )

    def around(self, transport: Transport) -> Transport:
        """Return `transport` with what the settings want before it, and nothing else."""
        if self._tells_deadline:
            transport = TellingTransport(transport)
        if self._breaker is not None:
            transport = GuardedTransport(
                transport,
                self._subgraph,
                self._breaker,
                usual_seconds=self._attempt_seconds,
                clock=self._clock,
            )
        if self._admission is not None:
            transport = LimitedTransport(
                transport,
                self._subgraph,
                self._admission,
                patience=self._patience,
                clock=self._clock,
                refuses=self._breaker and self._breaker.refuses,
            )
        if self._retry.attempts:
            transport = RetryingTransport(transport, self._repetition, self._budget)
        return transport

    @property
    def _attempt_seconds(self) -> float:
        one = self._retry.attempt_timeout
        return self._timeout if one is None else min(one, self._timeout)

    @property
    def _repetition(self) -> Repetition:
        retry = self._retry
        return Repetition(retry.attempts, retry.delay, retry.longest_delay, retry.attempt_timeout)

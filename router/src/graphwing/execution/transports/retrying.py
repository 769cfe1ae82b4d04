"""Ask a subgraph again when that may help: queries only, and never by everybody at once."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from graphwing.errors import (
    SubgraphConnectionError,
    SubgraphError,
    SubgraphNotAskedError,
    SubgraphTimeoutError,
)
from graphwing.execution.traffic.backoff import next_delay, retry_after
from graphwing.execution.traffic.retry_budget import RetryBudget
from graphwing.execution.transport import RawAnswer, SubgraphRequest, Transport
from graphwing.execution.transports.around import AroundTransport

# Bad Gateway, Service Unavailable, Gateway Timeout: who answers so has done nothing.
_PASSING = frozenset({502, 503, 504})


@dataclass(frozen=True, slots=True)
class Repetition:
    """How often a query is asked again, and when."""

    attempts: int
    delay: float
    longest_delay: float
    attempt_timeout: float | None = None
    """Seconds that one attempt may take; without it the first one may take all there are."""


@dataclass(frozen=True, slots=True)
class Chance:
    """Time and chance, as they are."""

    clock: Callable[[], float] = time.monotonic
    unix_time: Callable[[], float] = time.time
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    uniform: Callable[[float, float], float] = random.uniform


class RetryingTransport(AroundTransport):
    """A transport that sends a query again when the connection failed or the server was busy.

    All attempts and the pauses between them take no longer than one request may. A mutation is
    sent once, whatever happens.
    """

    def __init__(
        self,
        transport: Transport,
        repetition: Repetition,
        budget: RetryBudget,
        chance: Chance | None = None,
    ) -> None:
        super().__init__(transport)
        self._repetition = repetition
        self._most = repetition.attempt_timeout
        self._budget = budget
        self._chance = chance or Chance()
        self._clock = self._chance.clock

    async def send(self, request: SubgraphRequest, *, timeout: float) -> RawAnswer:  # noqa: ASYNC109
        """Return what the subgraph sends at last, or raise `SubgraphError`."""
        if request.kind != "query":
            return await self._transport.send(request, timeout=timeout)
        began = self._clock()
        self._budget.add_request(began)
        try:
            first = timeout if self._most is None else min(self._most, timeout)
            answer = await self._transport.send(request, timeout=first)
        except SubgraphError as error:
            if not _may_pass(error):
                raise
            return await self._again(request, error, began + timeout)
        if answer.status not in _PASSING:
            return answer
        return await self._again(request, answer, began + timeout)

    async def _again(
        self, request: SubgraphRequest, said: RawAnswer | SubgraphError, deadline: float
    ) -> RawAnswer:
        """Ask until `said` is something else, and no longer than that makes sense."""
        delay = 0.0
        for _ in range(self._repetition.attempts):
            delay = self._next_delay(delay)
            pause = max(delay, self._wanted_pause(said))
            now = self._clock()
            if now + pause >= deadline or not self._budget.take(now):
                break
            await self._chance.sleep(pause)
            left = deadline - self._clock()
            if left <= 0:
                break
            try:
                most = left if self._most is None else min(self._most, left)
                answer = await self._transport.send(request, timeout=most)
            except SubgraphNotAskedError:
                # That is the router's doing; the client is told what the subgraph did.
                break
            except SubgraphError as error:
                said = error
                if not _may_pass(error):
                    break
            else:
                said = answer
                if answer.status not in _PASSING:
                    break
        if isinstance(said, SubgraphError):
            raise said
        return said

    def _next_delay(self, before: float) -> float:
        repetition = self._repetition
        return next_delay(
            before or repetition.delay,
            least=repetition.delay,
            most=repetition.longest_delay,
            uniform=self._chance.uniform,
        )

    def _wanted_pause(self, said: RawAnswer | SubgraphError) -> float:
        if isinstance(said, SubgraphError):
            return 0.0
        return retry_after(said.retry_after, now=self._chance.unix_time())


def _may_pass(error: SubgraphError) -> bool:
    match error:
        case SubgraphTimeoutError():
            return True
        case SubgraphConnectionError():
            return error.passes
        case _:
            return False

"""The subscriptions that are served at this moment: their number, their limits, their end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from typing import Annotated

import msgspec

from graphwing.errors import FederationError, NotReadyError, TooManySubscriptionsError
from graphwing.execution import ExecutionResult
from graphwing.planner.plan import OperationKind
from graphwing.server.settings.reader import Duration
from graphwing.server.streams.delivery import Delivery, SlowClientPolicy

_log = logging.getLogger("graphwing")

# How long clients may take to read what still waits for them when the router stops.
_FAREWELL_SECONDS = 1.0

FindKind = Callable[[], Awaitable[OperationKind]]
"""Returns what kind of operation it is that has the results."""


class SubscriptionSettings(msgspec.Struct, frozen=True):
    """How clients are served that stay."""

    max: Annotated[int, msgspec.Meta(ge=0)] = 10_000
    """How many subscriptions, and operations over WebSockets, there may be at a time."""
    queue: Annotated[int, msgspec.Meta(ge=1)] = 1_000
    """How many events may wait for one client."""
    patience: Duration = Duration(5)
    """How long an event may wait in a queue that is full."""
    slow_client: SlowClientPolicy = "disconnect"
    """What happens to a client for which events wait longer."""
    ping: Duration = Duration(15)
    """How often a client is told, or asked, that the connection is alive."""
    silence: Duration = Duration(30)
    """How long a client may say nothing at all, or take nothing of what is sent to it."""
    connection_init: Duration = Duration(3)
    """How soon after a WebSocket is open its client has to introduce itself."""


class Subscriptions:
    """Serves results to clients that stay; ends them all when the router stops."""

    def __init__(self, settings: SubscriptionSettings) -> None:
        self.settings = settings
        self._taken = 0
        self._deliveries: dict[Delivery, FindKind] = {}
        self._connections: set[Callable[[], Awaitable[None]]] = set()
        self._is_stopping = False
        self._none_left = asyncio.Event()

    @property
    def open(self) -> int:
        """Return how many places are taken."""
        return self._taken

    @property
    def connections(self) -> int:
        """Return how many WebSockets are open."""
        return len(self._connections)

    @contextmanager
    def place(self) -> Generator[None]:
        """Take one of the places that there are, or raise `TooManySubscriptionsError`."""
        if self._is_stopping:
            raise NotReadyError
        if self._taken >= self.settings.max:
            raise TooManySubscriptionsError(self.settings.max)
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1
            if not self._taken:
                self._none_left.set()

    @contextmanager
    def connection(self, close: Callable[[], Awaitable[None]]) -> Generator[None]:
        """Have `close` called when the router stops during the block."""
        self._connections.add(close)
        try:
            yield
        finally:
            self._connections.discard(close)

    @asynccontextmanager
    async def delivery(
        self, results: AsyncGenerator[ExecutionResult], kind: FindKind
    ) -> AsyncGenerator[Delivery]:
        """Give what waits for a client, while `results` are drawn as fast as they come.

        At the end of the block they are closed. `kind` is asked for when the router stops.
        """
        settings = self.settings
        delivery = Delivery(
            size=settings.queue, policy=settings.slow_client, patience=settings.patience
        )
        self._deliveries[delivery] = kind
        drawing = asyncio.get_running_loop().create_task(_draw(results, delivery))
        try:
            yield delivery
        finally:
            self._deliveries.pop(delivery, None)
            drawing.cancel()
            await asyncio.wait((drawing,))
            if delivery.dropped:
                _log.warning("a slow client missed %d events", delivery.dropped)

    async def stop(self, drain: float = 0.0) -> None:
        """Complete every subscription, then close every WebSocket; new ones are refused.

        What has one response only may take up to `drain` seconds to have it.
        """
        self._is_stopping = True
        ending = [
            delivery
            for delivery, kind in [*self._deliveries.items()]
            if not drain or await _is_subscription(kind)
        ]
        for delivery in ending:
            delivery.end()
        if drain:
            await self._left_within(drain)
            for delivery in self._deliveries:
                delivery.end()
        await self._left_within(_FAREWELL_SECONDS)
        await asyncio.gather(*[close() for close in self._connections])

    async def _left_within(self, seconds: float) -> None:
        if self._taken:
            self._none_left.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._none_left.wait(), seconds)

    def start(self) -> None:
        """Serve again after a stop."""
        self._is_stopping = False


async def _is_subscription(kind: FindKind) -> bool:
    """Return whether an operation is one, or none that can be answered."""
    try:
        async with asyncio.timeout(_FAREWELL_SECONDS):
            return await kind() == "subscription"
    except (FederationError, TimeoutError):
        return True


async def _draw(results: AsyncGenerator[ExecutionResult], delivery: Delivery) -> None:
    try:
        async with aclosing(results):
            async for result in results:
                await delivery.put(result)
    except Exception as error:  # noqa: BLE001 - whatever it is, the client waits for an end
        delivery.end(error)
    else:
        delivery.end()

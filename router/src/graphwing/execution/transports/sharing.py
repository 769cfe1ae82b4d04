"""Send a query once for all who ask for the same at the same time."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from graphwing.execution.in_flight import InFlight
from graphwing.execution.transport import RawAnswer, SubgraphAnswer, SubgraphRequest, Transport

_Key = tuple[bytes, tuple[tuple[str, str], ...]]


class SharingTransport:
    """A transport on which identical queries in flight are one request.

    They are identical when everything is that is sent: operation, variables and every header, so
    that nobody gets what was meant for somebody else.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._in_flight = InFlight[_Key, RawAnswer]()

    async def open(self) -> None:
        """Open the transport."""
        await self._transport.open()

    async def close(self) -> None:
        """Close the transport."""
        await self._transport.close()

    async def send(self, request: SubgraphRequest, *, timeout: float) -> RawAnswer:  # noqa: ASYNC109
        """Return what the subgraph sends, or raise `SubgraphError`."""
        if request.kind != "query":
            return await self._transport.send(request, timeout=timeout)
        return await self._in_flight.result(
            (request.body(), tuple(request.headers.items())),
            lambda: self._transport.send(request, timeout=timeout),
        )

    def subscribe(
        self, request: SubgraphRequest, *, timeout: float
    ) -> AsyncGenerator[SubgraphAnswer]:
        """Yield the events of `request`: each subscription has a stream of its own."""
        return self._transport.subscribe(request, timeout=timeout)

"""What transports have in common that stand before another."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from graphwing.execution.transport import SubgraphAnswer, SubgraphRequest, Transport


class AroundTransport:
    """Opens and closes another transport; streams of events pass it as they are."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def open(self) -> None:
        """Open the transport."""
        await self._transport.open()

    async def close(self) -> None:
        """Close the transport."""
        await self._transport.close()

    def subscribe(
        self, request: SubgraphRequest, *, timeout: float
    ) -> AsyncGenerator[SubgraphAnswer]:
        """Yield the events of `request`, or raise `SubgraphError`."""
        return self._transport.subscribe(request, timeout=timeout)

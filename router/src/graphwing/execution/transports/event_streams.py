"""How a subgraph is asked for the events of subscriptions."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Literal

from graphwing.errors import SubgraphError
from graphwing.execution.transport import SubgraphAnswer

StreamProtocol = Literal["auto", "websocket", "sse"]


@dataclass(frozen=True, slots=True)
class EventStreams:
    """The protocol and place of a subgraph's events, and how long it may be silent."""

    protocol: StreamProtocol = "auto"
    """`graphql-transport-ws` over a WebSocket, or server-sent events (distinct connections); if
    nothing is said, a WebSocket, and server-sent events where there is none."""
    url: str | None = None
    """Where, if it is not where the other requests go."""
    path: str | None = None
    """The same for an application in this process, and for an address that differs in its path."""
    ping: float = 15.0
    """Seconds of silence after which the subgraph is asked whether it is still there."""
    silence: float = 30.0
    """Seconds of silence after which it is not. Over server-sent events, where nobody can be asked,
    both are how the system looks after the connection: a silent subgraph that is there may stay."""


class NoWebSocketError(Exception):
    """There is no WebSocket at the subgraph's address; `error` says so."""

    def __init__(self, error: SubgraphError) -> None:
        super().__init__(str(error))
        self.error = error


async def over_either(
    protocol: StreamProtocol,
    over_websocket: Callable[[], AsyncGenerator[SubgraphAnswer]],
    over_sse: Callable[[], AsyncGenerator[SubgraphAnswer]],
) -> AsyncGenerator[SubgraphAnswer]:
    """Yield the events that come by `protocol`."""
    if protocol != "sse":
        try:
            async with aclosing(over_websocket()) as events:
                async for event in events:
                    yield event
        except NoWebSocketError as refusal:
            if protocol == "websocket":
                raise refusal.error from refusal
        else:
            return
    async with aclosing(over_sse()) as events:
        async for event in events:
            yield event

"""How a subgraph is asked for the events of subscriptions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

StreamProtocol = Literal["websocket", "sse"]


@dataclass(frozen=True, slots=True)
class EventStreams:
    """The protocol and place of a subgraph's events, and how long it may be silent."""

    protocol: StreamProtocol = "websocket"
    """`graphql-transport-ws`, or server-sent events in the mode of distinct connections."""
    url: str | None = None
    """Where, if it is not where the other requests go."""
    path: str | None = None
    """The same for an application in this process, and for an address that differs in its path."""
    ping: float = 15.0
    """Seconds of silence after which the subgraph is asked whether it is still there."""
    silence: float = 30.0
    """Seconds of silence after which it is not. Over server-sent events, where nobody can be asked,
    both are how the system looks after the connection: a silent subgraph that is there may stay."""

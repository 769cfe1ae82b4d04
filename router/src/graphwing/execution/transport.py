"""The one seam between the router and its subgraphs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class SubgraphRequest:
    """One GraphQL request to one subgraph."""

    operation: str
    variables: Mapping[str, Any] = field(default_factory=dict[str, Any])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class SubgraphAnswer:
    """What one subgraph said: data, errors, or both; already known to be a GraphQL answer."""

    data: Mapping[str, Any] | None = None
    errors: Sequence[Mapping[str, Any]] = ()


class Transport(Protocol):
    """Sends requests to one subgraph. Opened before the first request, closed after the last."""

    async def open(self) -> None:
        """Make ready to send: connection pools, an application's start-up."""
        ...

    async def send(self, request: SubgraphRequest, *, timeout: float) -> SubgraphAnswer:
        """Answer `request`, or raise `SubgraphError`; it takes at most `timeout` seconds."""
        ...

    async def close(self) -> None:
        """Release what `open` took."""
        ...

"""What a router finds when it looks at itself: the graph that it serves and the ways from there."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Protocol, runtime_checkable

from graphwing.execution import Transport
from graphwing.server.graph.reloads import Reloads
from graphwing.supergraph import Supergraph

_DIGITS = 16
"""Enough of a hash to tell two graphs apart."""


@runtime_checkable
class TellsState(Protocol):
    """A way to a subgraph that has something to say of itself, as a circuit breaker has."""

    @property
    def state(self) -> Mapping[str, Any]:
        """Return it, as JSON."""
        ...


def supergraph_check(supergraph: Supergraph, reloads: Reloads) -> dict[str, Any]:
    """Return which graph is served, and for how many seconds."""
    return {"ok": True, "hash": supergraph_hash(supergraph), "age": round(reloads.age, 3)}


def reload_check(reloads: Reloads) -> dict[str, Any]:
    """Return whether the newest graph is served; if not, why."""
    failure = reloads.last_failure
    if failure is None:
        return {"ok": True}
    return {"ok": False, "failed_at": failure.at.isoformat(), "reason": failure.reason}


def way_check(address: str, transport: Transport) -> dict[str, Any]:
    """Return where a way leads, and what it says of itself."""
    state: Mapping[str, Any] = transport.state if isinstance(transport, TellsState) else {}
    return {"ok": True, "way": address, **state}


def supergraph_hash(supergraph: Supergraph) -> str:
    """Return what stands for one supergraph wherever it is served."""
    return sha256(supergraph.sdl.encode(errors="surrogatepass")).hexdigest()[:_DIGITS]

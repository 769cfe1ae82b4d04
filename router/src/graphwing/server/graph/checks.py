"""What a router finds when it looks at itself: the graph that it serves and the ways from there."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from graphwing.server.graph.reloads import Reloads
from graphwing.server.traffic.to_subgraph import TrafficView
from graphwing.supergraph import Supergraph

NOWHERE = "nowhere"
"""The address of a subgraph that has none."""
_DIGITS = 16
"""Enough of a hash to tell two graphs apart."""


def supergraph_check(supergraph: Supergraph, reloads: Reloads) -> dict[str, Any]:
    """Return which graph is served, and for how many seconds."""
    return {"ok": True, "hash": supergraph_hash(supergraph), "age": round(reloads.age, 3)}


def reload_check(reloads: Reloads) -> dict[str, Any]:
    """Return whether the newest graph is served; if not, why."""
    failure = reloads.last_failure
    if failure is None:
        return {"ok": True}
    return {"ok": False, "failed_at": failure.at.isoformat(), "reason": failure.reason}


def way_check(address: str, traffic: TrafficView) -> dict[str, Any]:
    """Return where a way leads, and how it stands with requests as far as they are limited.

    It is not `ok` when requests are refused without being sent.
    """
    limited = {
        "breaker": traffic.breaker,
        "under_way": traffic.under_way,
        "waiting": traffic.waiting,
    }
    state = {name: value for name, value in limited.items() if value is not None}
    return {"ok": address != NOWHERE and traffic.breaker != "open", "way": address, **state}


def supergraph_hash(supergraph: Supergraph) -> str:
    """Return what stands for one supergraph wherever it is served."""
    return sha256(supergraph.sdl.encode(errors="surrogatepass")).hexdigest()[:_DIGITS]

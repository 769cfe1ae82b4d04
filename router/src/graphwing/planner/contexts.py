"""Arguments that a field takes from objects further up in the response: `@fromContext`.

The nearest object above counts that sets the context. What an object turns out to be decides that:
there may be several candidates, and each object of a list has its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

from graphwing.planner.graph import ContextRead, Demand, Node, QueryGraph
from graphwing.planner.operation import Field
from graphwing.planner.places import Spot
from graphwing.planner.stops import Holder, Reading, Stop, Tail


class ContextNames:
    """Variables for the contexts of one plan; none has the name of a client's variable."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = tuple(taken)
        self._names: dict[ContextRead, str] = {}

    def of(self, read: ContextRead) -> str:
        """Return the variable that holds what `read` reads."""
        stem = "context"
        while any(name.startswith(stem) for name in self._taken):
            stem = f"_{stem}"
        return self._names.setdefault(read, f"{stem}{len(self._names)}")


def readings_above(
    graph: QueryGraph, spot: Spot, tail: Tail, demand: Demand
) -> tuple[Reading, ...]:
    """Return where the contexts are that `demand` reads for objects known as `tail`."""
    return tuple(
        Reading(read, tuple(_holders(graph, spot, tail, read, is_own=demand.is_for_below)))
        for read in demand.reads
    )


def demand_above(graph: QueryGraph, spot: Spot, tail: Tail, demand: Demand) -> Demand | None:
    """Return what the stop of a tail must be told for a field of objects below its own.

    Without representations for these, that is: nothing but contexts may be missing, and what sets
    them must be known before the stop.
    """
    stop = tail.stop
    if demand.requires is not None or not stop.is_lookup or stop.spot.place is spot.place:
        return None
    setting = frozenset[str]().union(*map(graph.types_setting, demand.reads))
    for above, known in _ways_up(graph, spot, tail):
        if above.place is stop.spot.place:
            return replace(demand, is_for_below=True)
        if known.possible & setting:
            return None
    return None


def _holders(
    graph: QueryGraph, spot: Spot, tail: Tail, read: ContextRead, *, is_own: bool
) -> Iterator[Holder]:
    """Yield the objects from which `read` may take its value, the nearest first.

    `tail` is how the objects of the spot are known; those above are known on the same way. Those
    of the spot count if they are `is_own`.
    """
    setting = graph.types_setting(read)
    ways = _ways_up(graph, spot, tail)
    for where, known in chain(((spot, tail),), ways) if is_own else ways:
        types = known.possible if where.types is None else known.possible & where.types
        if types & setting:
            requirement = graph.context_selection(where.type_name, read)
            is_last = types <= setting
            tails = tuple(_known_before(graph, where, known))
            yield Holder(where, tails, None if is_last else types & setting, requirement)
            if is_last:
                return


def _ways_up(graph: QueryGraph, spot: Spot, tail: Tail) -> Iterator[tuple[Spot, Tail]]:
    """Yield the spots above one, and how their objects are known on the way to a tail."""
    while spot.place.parent is not None:
        tail = _coming_from_above(spot, tail)
        spot = spot.place.parent
        node = _node_at(graph, tail.stop, spot)
        types = None if spot.types is None else node.possible & spot.types
        tail = Tail(node, tail.stop, types, tail.part)
        yield spot, tail


def _known_before(graph: QueryGraph, spot: Spot, tail: Tail) -> Iterator[Tail]:
    """Yield a tail, and those at the same place that its stops came from."""
    yield tail
    while tail.stop.spot.place is spot.place and tail.stop.source is not None:
        tail = tail.stop.source
        node = _narrowed(graph, tail.node, spot)
        types = None if spot.types is None else node.possible & spot.types
        yield Tail(node, tail.stop, types, tail.part)


def _coming_from_above(spot: Spot, tail: Tail) -> Tail:
    """Return what knew the objects of a spot when they were found, before any were looked up."""
    while tail.stop.spot.place is spot.place and tail.stop.source is not None:
        tail = tail.stop.source
    return tail


def _node_at(graph: QueryGraph, stop: Stop, spot: Spot) -> Node:
    """Return what the subgraph of a stop knows the objects of a spot as."""
    fields: list[tuple[Spot, Field | None]] = []
    step: Spot | None = spot
    while step is not None and step.place is not stop.spot.place:
        fields.append((step, step.place.via))
        step = step.place.parent
    assert step is not None  # noqa: S101 - a stop is never below what it answers
    node = _narrowed(graph, stop.target, step)
    for step, via in reversed(fields):
        edge = graph.field(node, via.name) if via is not None else None
        assert edge is not None  # noqa: S101 - the search came this way
        assert edge.target is not None  # noqa: S101
        node = _narrowed(graph, graph.node(edge.target), step)
    return node


def _narrowed(graph: QueryGraph, node: Node, spot: Spot) -> Node:
    if spot.types is None or not node.is_abstract:
        return node
    return graph.narrowed(node, spot.type_name) or node

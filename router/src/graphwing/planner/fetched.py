"""What the earlier parts of a response fetch anyway: keys and requirements of later ones use it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from graphwing.planner.graph import QueryGraph
from graphwing.planner.places import Place, Spot
from graphwing.planner.plan import PRIMARY
from graphwing.planner.stops import Stop, Tail


class Fetched:
    """The stops of a plan that has been found, for those who look for a better one."""

    def __init__(
        self, graph: QueryGraph, stops: Iterable[Stop], parents: Mapping[int, int]
    ) -> None:
        self._graph = graph
        self._parents = parents
        self._by_place: dict[Place, list[Stop]] = {}
        self._closures: dict[int, int] = {}
        for stop in stops:
            self._by_place.setdefault(stop.spot.place, []).append(stop)
            known = self._closures.get(stop.part, 0)
            self._closures[stop.part] = known | stop.closure

    def closure(self, part: int) -> int:
        """Return the bits of all stops that are done when a part is asked for."""
        closure = 0
        for earlier in self._before(part):
            closure |= self._closures.get(earlier, 0)
        return closure

    def tails(self, spot: Spot, part: int) -> Iterator[Tail]:
        """Yield how objects are known to subgraphs that earlier parts ask about them."""
        earlier = set(self._before(part))
        for stop in self._by_place.get(spot.place, ()) if earlier else ():
            is_there = stop.spot.types is None or (
                spot.types is not None and spot.types <= stop.spot.types
            )
            if not is_there or stop.part not in earlier:
                continue
            if spot.types is None or not stop.target.is_abstract:
                yield Tail(stop.target, stop, part=stop.part)
                continue
            node = self._graph.narrowed(stop.target, spot.type_name)
            types = spot.types & stop.target.possible
            if node is not None and types:
                yield Tail(node, stop, types, stop.part)

    def _before(self, part: int) -> Iterator[int]:
        while part != PRIMARY:
            part = self._parents[part]
            yield part

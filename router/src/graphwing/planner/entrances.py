"""Finding the ways by which objects known to one subgraph can be asked of another.

A key says what the objects are; a `@requires` or a context may ask for more. What must be sent is
itself found by a search, and may take further stops.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from graphwing.planner.budget import Budget
from graphwing.planner.combine import combine
from graphwing.planner.contexts import demand_above, readings_above
from graphwing.planner.fetched import Fetched
from graphwing.planner.graph import Demand, Entry, Node, QueryGraph, Requirement
from graphwing.planner.operation import Selection
from graphwing.planner.places import Place, Spot
from graphwing.planner.reach import Reach
from graphwing.planner.stops import Leaf, Need, NoPathError, Stop, Tail, undominated

# Ways into one subgraph that are worth following: with more, planning takes longer and hardly ever
# gets better. The cheapest stay.
_MOST_ENTRANCES = 4


@dataclass(frozen=True, slots=True)
class _Origin:
    """Objects that are to be asked of another subgraph, for a part of the response."""

    spot: Spot
    tail: Tail
    part: int


class FindLeaves(Protocol):
    """Finds the leaves of a selection for a part of the response."""

    def __call__(
        self, spot: Spot, tails: Iterable[Tail], selection: Selection, part: int
    ) -> list[Leaf]:
        """Return the leaves, or raise `NoPathError`."""
        ...


class Entrances:
    """The ways into subgraphs that one search has found; each is looked for once."""

    def __init__(
        self, graph: QueryGraph, budget: Budget, reach: Reach, find_leaves: FindLeaves
    ) -> None:
        self.stops: list[Stop] = []
        self._graph = graph
        self._budget = budget
        self._reach = reach
        self._find_leaves = find_leaves
        self._known: dict[tuple[object, ...], Stop] = {}
        self._entered: dict[tuple[object, ...], tuple[Stop, ...]] = {}
        self._obtained: dict[tuple[object, ...], tuple[Need, ...] | None] = {}
        self._reached: dict[_Origin, dict[Node, tuple[Stop, ...]]] = {}
        self._settled: list[Place] = []
        self._active: list[tuple[object, ...]] = []
        self._cut_at: int | None = None
        self._fetched: Fetched | None = None

    def reconsider(self, fetched: Fetched) -> None:
        """Forget what was found: a second search knows what is fetched anyway."""
        self._fetched = fetched
        self._entered.clear()
        self._obtained.clear()
        self._reached.clear()

    def known_at(self, spot: Spot, part: int) -> tuple[Tail, ...]:
        """Return how objects are known to whom earlier parts ask about them."""
        return tuple(self._fetched.tails(spot, part)) if self._fetched is not None else ()

    def targets(self, node: Node) -> list[Node]:
        """Return where an object can be asked about, each once."""
        entries = self._graph.entries(node.type_name)
        return [self._graph.node(id_) for id_ in dict.fromkeys(e.target for e in entries)]

    def is_settled(self, place: Place) -> bool:
        """Tell whether no further subgraph may be asked about the objects of a place."""
        return place in self._settled

    def enter(
        self, spot: Spot, tail: Tail, target: Node, demand: Demand | None, part: int
    ) -> tuple[Stop, ...]:
        """Return the stops by which the objects of a tail can be asked of another subgraph."""
        origin = _Origin(spot, tail, part)
        known = (spot, tail, target, demand, part)
        stops = self._entered.get(known)
        if stops is not None:
            return stops
        self._budget.count_step()
        if demand is None:
            direct = self._entrances(origin, target, [tail])
            stops = direct or self._within_reach(origin).get(target, ())
            self._entered[known] = stops
            return stops
        aim = (spot, target, demand, part)
        if aim in self._active:
            # What depends on a search still under way must not be remembered.
            place = self._active.index(aim)
            self._cut_at = place if self._cut_at is None else min(self._cut_at, place)
            return ()
        self._active.append(aim)
        stops = tuple(self._entering_with(origin, target, demand))
        self._active.pop()
        if self._is_whole():
            self._entered[known] = stops
        return stops

    def enter_told(self, spot: Spot, tail: Tail, demand: Demand) -> Iterator[Stop]:
        """Yield stops like that of a tail which are told the contexts of fields at the tail."""
        stop = tail.stop
        wanted = demand_above(self._graph, spot, tail, demand)
        if wanted is None or stop.source is None:
            return
        if stop.demand == wanted:
            yield stop
        elif stop.demand is None:
            yield from self.enter(stop.spot, stop.source, stop.target, wanted, stop.part)

    def _is_whole(self) -> bool:
        """Tell whether no result since has been cut short by a search that still runs."""
        if self._cut_at is not None and self._cut_at >= len(self._active):
            self._cut_at = None
        return self._cut_at is None

    def _entering_with(self, origin: _Origin, target: Node, demand: Demand) -> Iterator[Stop]:
        told = self._told(origin, demand)
        if told is not None:
            for plain in self.enter(origin.spot, origin.tail, target, None, origin.part):
                if plain.entry is not None:
                    needs = (*plain.needs, *told)
                    yield self._entry_stop(origin, plain.entry, needs, demand)

    def _told(self, origin: _Origin, demand: Demand) -> tuple[Need, ...] | None:
        """Return the cheapest way to know what must be sent along for a field."""
        spot, tail = origin.spot, origin.tail
        wanted = [(spot, (tail,), demand.requires)] if demand.requires else []
        for reading in readings_above(self._graph, spot, tail, demand):
            if not reading.holders:
                return None
            wanted += [(one.spot, one.tails, one.requirement) for one in reading.holders]
        needs: list[Need] = []
        for where, known, requirement in wanted:
            obtained = self._obtain(where, known, requirement, origin.part)
            if obtained is None:
                return None
            needs.extend(replace(need, is_required=True) for need in obtained)
        return tuple(needs)

    def _obtain(
        self, spot: Spot, tails: tuple[Tail, ...], requirement: Requirement, part: int
    ) -> tuple[Need, ...] | None:
        """Return the cheapest way to know what a field requires; the first tail is the latest."""
        known = (spot, tails, requirement, part)
        if known in self._obtained:
            return self._obtained[known]
        needs = self._solved(spot, [*tails], requirement, tails[0].stop, part)
        if self._is_whole():
            self._obtained[known] = needs
        return needs

    def _solved(
        self,
        spot: Spot,
        tails: list[Tail],
        requirement: Requirement,
        start: Stop,
        part: int,
    ) -> tuple[Need, ...] | None:
        selection = spot.place.position.adapt(requirement.selection)
        try:
            leaves = self._find_leaves(spot, tails, selection, part)
        except NoPathError:
            return None
        done = start.closure
        if self._fetched is not None:
            done |= self._fetched.closure(part)
        stops, _ = combine(leaves, self.stops, self._budget, start=done)
        pairs = zip(leaves, stops, strict=True)
        return tuple(Need(stop, leaf.spot, leaf.field) for leaf, stop in pairs)

    # Keys: which subgraphs the objects of a tail lead to, over how many others soever.

    def _within_reach(self, origin: _Origin) -> dict[Node, tuple[Stop, ...]]:
        """Return the stops for all that keys lead to, nearest first: each round one stage."""
        found = self._reached.get(origin)
        if found is not None:
            return found
        found = self._reached[origin] = {}
        known = [origin.tail]
        targets = self.targets(origin.tail.node)
        while True:
            fresh = {
                target: stops
                for target in targets
                if target not in found and (stops := self._entrances(origin, target, known))
            }
            if not fresh:
                return found
            found.update(fresh)
            known.extend(
                Tail(target, stop, part=origin.part)
                for target, stops in fresh.items()
                for stop in stops
            )

    def _entrances(self, origin: _Origin, target: Node, known: list[Tail]) -> tuple[Stop, ...]:
        """Return the stops at a target whose key can be read from what is known already."""
        tail = origin.tail
        entries = [e for e in self._graph.entries(tail.node.type_name) if e.target == target.id]
        stops: list[Stop] = []
        for entry in entries:
            if entry.key is None:
                return (self._entry_stop(origin, entry, ()),)
            for one in known:
                if self._reach.is_local(one.node, entry.key.selection):
                    # What the objects come with need not be asked again.
                    sources = [tail] if one is tail else [tail, one]
                    needs = self._keyed(origin, sources, entry.key)
                    if needs is not None:
                        stops.append(self._entry_stop(origin, entry, needs))
            if stops and len(known) == 1:
                break
        if not stops:
            for entry in entries:
                needs = self._keyed(origin, known, entry.key) if entry.key else ()
                if needs is not None:
                    stops.append(self._entry_stop(origin, entry, needs))
        return undominated(stops)[: self._budget.most(_MOST_ENTRANCES)]

    def _keyed(
        self, origin: _Origin, known: list[Tail], key: Requirement
    ) -> tuple[Need, ...] | None:
        """Return where to read a key from what is known; no further subgraph is asked for it."""
        self._settled.append(origin.spot.place)
        try:
            return self._solved(origin.spot, known, key, origin.tail.stop, origin.part)
        finally:
            self._settled.pop()

    def _entry_stop(
        self,
        origin: _Origin,
        entry: Entry,
        needs: tuple[Need, ...],
        demand: Demand | None = None,
    ) -> Stop:
        spot, tail = origin.spot, origin.tail
        unique = dict.fromkeys((tail.stop, *(need.stop for need in needs)))
        after = tuple(sorted(unique, key=lambda stop: stop.index))
        index = len(self.stops)
        closure = 1 << index
        for earlier in after:
            closure |= earlier.closure
        return self.stop(
            Stop(
                index=index,
                subgraph=entry.target.subgraph,
                spot=spot,
                target=self._graph.node(entry.target),
                level=1 + max(earlier.level for earlier in after),
                after=after,
                closure=closure,
                entry=entry,
                source=tail,
                demand=demand,
                readings=readings_above(self._graph, spot, tail, demand) if demand else (),
                needs=needs,
                is_lookup=entry.key is not None,
                part=origin.part,
            )
        )

    def stop(self, draft: Stop) -> Stop:
        """Return the stop that is already known, or remember this one."""
        identity = (draft.spot, draft.target, draft.after, draft.entry, draft.demand, draft.part)
        known = self._known.setdefault(identity, draft)
        if known is draft:
            self.stops.append(draft)
        return known

"""Finding, for every field of an operation, the stops that can answer it.

The search walks the operation with all paths at once. Where a subgraph can answer the whole rest
of a selection and no other path would make that cheaper, the walk ends there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from graphwing.planner.budget import Budget
from graphwing.planner.combine import combine
from graphwing.planner.contexts import readings_above
from graphwing.planner.defer import fields_by_part
from graphwing.planner.graph import Demand, Entry, FieldEdge, Node, QueryGraph, Requirement
from graphwing.planner.operation import TYPENAME, Field, Scope, Selection
from graphwing.planner.places import Place, Spot
from graphwing.planner.plan import PRIMARY
from graphwing.planner.reach import Reach
from graphwing.planner.stops import (
    Leaf,
    Need,
    NoPathError,
    Stop,
    Tail,
    best_tails,
    nearest,
    undominated,
)

# Paths to one place, and ways into one subgraph, that are worth following: with more, planning
# takes longer and hardly ever gets better. The cheapest stay.
_MOST_TAILS = 12
_MOST_ENTRANCES = 4


class Search:
    """One search: the stops it makes are known to it alone."""

    def __init__(self, graph: QueryGraph, budget: Budget, *, is_thorough: bool = False) -> None:
        self.stops: list[Stop] = []
        self._graph = graph
        self._budget = budget
        self._is_thorough = is_thorough
        self._reach = Reach(graph)
        self._known: dict[tuple[object, ...], Stop] = {}
        self._entered: dict[tuple[object, ...], tuple[Stop, ...]] = {}
        self._obtained: dict[tuple[object, ...], tuple[Need, ...] | None] = {}
        self._reached: dict[tuple[Spot, Tail, int], dict[Node, tuple[Stop, ...]]] = {}
        self._settled: list[Place] = []
        self._active: list[tuple[object, ...]] = []
        self._cut_at: int | None = None
        # The part of the response that is being searched for: stops are made for it.
        self._part: int = PRIMARY

    def root(self, spot: Spot, target: Node, part: int = PRIMARY) -> Stop:
        """Return the stop at which a subgraph's root type is asked."""
        index = len(self.stops)
        closure = 1 << index
        return self._stop(
            Stop(
                index,
                target.subgraph,
                spot,
                target,
                level=1,
                after=(),
                closure=closure,
                part=part,
            )
        )

    def leaves(self, spot: Spot, tails: Iterable[Tail], selection: Selection) -> list[Leaf]:
        """Return the leaves of a selection, or raise `NoPathError`."""
        found: list[Leaf] = []
        self._select(spot, tuple(tails), selection, found)
        return found

    # Walking a selection.

    def _select(
        self, spot: Spot, tails: tuple[Tail, ...], selection: Selection, found: list[Leaf]
    ) -> None:
        before, part = len(found), self._part
        try:
            for scope in selection.scopes:
                for own, fields in fields_by_part(scope, part):
                    self._part = own
                    near = nearest(tails, own)
                    for narrower, remaining in self._narrow(spot, near, scope):
                        for field in fields:
                            self._field(narrower, remaining, field, found)
        finally:
            self._part = part
        given = spot.place.conditions
        if spot.place.parent is None and any(leaf.part != part for leaf in found[before:]):
            return
        if not any(leaf.conditions == given and leaf.part == part for leaf in found[before:]):
            # The objects are in the response even if nothing of them is.
            stops = undominated([tail.stop for tail in tails])
            found.append(Leaf(spot, None, given, stops, part))

    def _field(self, spot: Spot, tails: tuple[Tail, ...], field: Field, found: list[Leaf]) -> None:
        self._budget.count_step()
        if field.name == TYPENAME:
            typed = [tail.stop for tail in self._typed(spot, tails)]
            if not typed:
                raise NoPathError(spot, field, tails)
            found.append(self._leaf(spot, field, typed))
            return
        moves = self._moves(spot, tails, field)
        if not moves:
            self._explode(spot, tails, field, found)
        elif field.selection is None:
            found.append(self._leaf(spot, field, [stop for stop, _ in moves]))
        else:
            self._descend(spot, field, field.selection, moves, found)

    def _leaf(self, spot: Spot, field: Field, stops: list[Stop]) -> Leaf:
        conditions = spot.place.conditions | field.conditions
        return Leaf(spot, field, conditions, undominated(stops), self._part)

    def _descend(
        self,
        spot: Spot,
        field: Field,
        selection: Selection,
        moves: list[tuple[Stop, FieldEdge]],
        found: list[Leaf],
    ) -> None:
        tails = best_tails(
            (
                Tail(self._graph.node(edge.target), stop, part=self._part)
                for stop, edge in moves
                if edge.target is not None
            ),
            self._budget.most(_MOST_TAILS),
        )
        place = spot.below(field)
        closing = [
            tail.stop
            for tail in tails
            if self._reach.is_local(tail.node, selection, spot.type_name, field.name)
        ]
        if (
            closing
            and not field.is_divided
            and all(_is_covered(tail.stop, closing) for tail in tails)
        ):
            found.append(self._leaf(spot, field, closing))
        else:
            self._select(place.whole, tails, selection, found)

    def _explode(
        self, spot: Spot, tails: tuple[Tail, ...], field: Field, found: list[Leaf]
    ) -> None:
        """Ask for a field of an abstract type once for each type that objects can have."""
        if self._graph.types.is_object(spot.type_name):
            raise NoPathError(spot, field, tails)
        usable: dict[str, list[Tail]] = {}
        for tail in self._typed(spot, tails):
            parts = {
                name: Tail(node, tail.stop, part=tail.part)
                for name in sorted(_types_at(spot, tail))
                if (node := self._graph.narrowed(tail.node, name)) is not None
            }
            # A path is of use only if it leads on for whatever type an object turns out to have.
            if all(
                self._moves(spot.place.spot(name, frozenset((name,))), (part,), field)
                for name, part in parts.items()
            ):
                for name, part in parts.items():
                    usable.setdefault(name, []).append(part)
        if not usable:
            raise NoPathError(spot, field, tails)
        common = self._reach.common_types(spot.place)
        for name in sorted(usable):
            if common is None or name in common:
                part = spot.place.spot(name, frozenset((name,)))
                self._field(part, tuple(usable[name]), field, found)

    def _narrow(
        self, spot: Spot, tails: tuple[Tail, ...], scope: Scope
    ) -> Iterator[tuple[Spot, tuple[Tail, ...]]]:
        """Yield what a fragment applies to: spots and the tails that know objects there."""
        if scope.types is None:
            yield spot, tails
            return
        types = scope.types if spot.types is None else scope.types & spot.types
        common = self._reach.common_types(spot.place)
        if common is not None:
            types &= common
        typed = self._typed(spot, tails)
        if not typed:
            raise NoPathError(spot, scope.fields[0], tails)
        if self._graph.types.is_object(scope.type_name):
            yield from self._narrow_to_objects(spot, typed, types)
        elif all(self._holds(tail, scope.type_name, types) for tail in typed):
            known = tuple(self._narrowed(typed, scope.type_name, types))
            if known:
                yield spot.place.spot(scope.type_name, types), known
        else:
            yield from self._narrow_to_objects(spot, typed, types)

    def _holds(self, tail: Tail, type_name: str, types: frozenset[str]) -> bool:
        return self._graph.holds(tail.node, type_name, types & tail.possible, tail.possible)

    def _narrowed(
        self, tails: tuple[Tail, ...], type_name: str, types: frozenset[str]
    ) -> Iterator[Tail]:
        for tail in tails:
            left = types & tail.possible
            node = self._graph.narrowed(tail.node, type_name) if left else None
            if left and not tail.node.is_abstract:
                yield tail
            elif node is not None:
                yield Tail(node, tail.stop, left, tail.part)

    def _narrow_to_objects(
        self, spot: Spot, tails: tuple[Tail, ...], types: frozenset[str]
    ) -> Iterator[tuple[Spot, tuple[Tail, ...]]]:
        for name in sorted(types):
            known = tuple(
                Tail(node, tail.stop, part=tail.part)
                for tail in tails
                if name in tail.possible
                and (node := self._graph.narrowed(tail.node, name)) is not None
            )
            if known:
                yield spot.place.spot(name, frozenset((name,))), known

    def _typed(self, spot: Spot, tails: tuple[Tail, ...]) -> tuple[Tail, ...]:
        """Return tails whose subgraphs know the types of the objects."""
        if all(tail.node.kind != "interface object" for tail in tails):
            return tails
        typed: list[Tail] = []
        for tail in tails:
            if tail.node.kind != "interface object":
                typed.append(tail)
                continue
            for target in self._targets(tail.node):
                if target.kind == "interface":
                    stops = self._enter(spot, tail, target, None)
                    typed.extend(Tail(target, stop, part=self._part) for stop in stops)
        return best_tails(typed, self._budget.most(_MOST_TAILS))

    # Moving along fields and into other subgraphs.

    def _moves(
        self, spot: Spot, tails: tuple[Tail, ...], field: Field
    ) -> list[tuple[Stop, FieldEdge]]:
        moves: list[tuple[Stop, FieldEdge]] = []
        too_early: list[tuple[Stop, FieldEdge]] = []
        for tail in tails:
            edge = self._graph.field(tail.node, field.name)
            if edge is not None and edge.demand is None:
                if self._is_due(field, tail):
                    moves.append((tail.stop, edge))
                    if not self._is_worth_leaving(edge, field):
                        continue
                else:
                    too_early.append((tail.stop, edge))
            moves.extend(self._jumps(spot, tail, field))
        # What cannot be asked for later comes with an earlier part, and is sent with its own.
        return moves or too_early

    def _is_due(self, field: Field, tail: Tail) -> bool:
        """Tell whether a field may be asked for right where a tail is; keys come early anyway."""
        if field.part is None or field.part == tail.part:
            return True
        return field.selection is None and self._graph.is_key(tail.node.type_name, field.name)

    def _is_worth_leaving(self, edge: FieldEdge, field: Field) -> bool:
        """Tell whether another subgraph should be asked for a field that is at hand."""
        if field.selection is None or edge.target is None:
            return False
        node = self._graph.node(edge.target)
        return self._is_thorough or not self._reach.is_reachable(node, field.selection)

    def _jumps(self, spot: Spot, tail: Tail, field: Field) -> Iterator[tuple[Stop, FieldEdge]]:
        if spot.place in self._settled:
            return
        for target in self._targets(tail.node):
            edge = self._graph.field(target, field.name)
            if edge is None:
                continue
            is_here = target.id.subgraph == tail.node.subgraph and self._is_due(field, tail)
            if is_here and target.type_name == tail.node.type_name and edge.demand is None:
                continue
            for stop in self._enter(spot, tail, target, edge.demand):
                yield stop, edge

    def _targets(self, node: Node) -> list[Node]:
        """Return where an object can be asked about, each once."""
        entries = self._graph.entries(node.type_name)
        return [self._graph.node(id_) for id_ in dict.fromkeys(e.target for e in entries)]

    def _enter(
        self, spot: Spot, tail: Tail, target: Node, demand: Demand | None
    ) -> tuple[Stop, ...]:
        """Return the stops by which the objects of a tail can be asked of another subgraph."""
        known = (spot, tail, target, demand, self._part)
        stops = self._entered.get(known)
        if stops is not None:
            return stops
        self._budget.count_step()
        if demand is None:
            direct = self._entrances(spot, tail, target, [tail])
            stops = direct or self._within_reach(spot, tail).get(target, ())
            self._entered[known] = stops
            return stops
        aim = (spot, target, demand, self._part)
        if aim in self._active:
            # What depends on a search still under way must not be remembered.
            place = self._active.index(aim)
            self._cut_at = place if self._cut_at is None else min(self._cut_at, place)
            return ()
        self._active.append(aim)
        stops = tuple(self._entering_with(spot, tail, target, demand))
        self._active.pop()
        if self._is_whole():
            self._entered[known] = stops
        return stops

    def _is_whole(self) -> bool:
        """Tell whether no result since has been cut short by a search that still runs."""
        if self._cut_at is not None and self._cut_at >= len(self._active):
            self._cut_at = None
        return self._cut_at is None

    def _entering_with(
        self, spot: Spot, tail: Tail, target: Node, demand: Demand
    ) -> Iterator[Stop]:
        told = self._told(spot, tail, demand)
        if told is not None:
            for plain in self._enter(spot, tail, target, None):
                if plain.entry is not None:
                    needs = (*plain.needs, *told)
                    yield self._entry_stop(spot, tail, plain.entry, needs, demand)

    def _told(self, spot: Spot, tail: Tail, demand: Demand) -> tuple[Need, ...] | None:
        """Return the cheapest way to know what must be sent along for a field."""
        wanted = [(spot, (tail,), demand.requires)] if demand.requires else []
        for reading in readings_above(self._graph, spot, tail, demand):
            if not reading.holders:
                return None
            wanted += [(one.spot, one.tails, one.requirement) for one in reading.holders]
        needs: list[Need] = []
        for where, known, requirement in wanted:
            obtained = self._obtain(where, known, requirement)
            if obtained is None:
                return None
            needs.extend(obtained)
        return tuple(needs)

    def _obtain(
        self, spot: Spot, tails: tuple[Tail, ...], requirement: Requirement
    ) -> tuple[Need, ...] | None:
        """Return the cheapest way to know what a field requires; the first tail is the latest."""
        known = (spot, tails, requirement, self._part)
        if known in self._obtained:
            return self._obtained[known]
        needs = self._solved(spot, [*tails], requirement, tails[0].stop)
        if self._is_whole():
            self._obtained[known] = needs
        return needs

    def _solved(
        self, spot: Spot, tails: list[Tail], requirement: Requirement, start: Stop
    ) -> tuple[Need, ...] | None:
        selection = spot.place.position.adapt(requirement.selection)
        try:
            leaves = self.leaves(spot, tails, selection)
        except NoPathError:
            return None
        stops, _ = combine(leaves, self.stops, self._budget, start=start.closure)
        pairs = zip(leaves, stops, strict=True)
        return tuple(Need(stop, leaf.spot, leaf.field) for leaf, stop in pairs)

    # Keys: which subgraphs the objects of a tail lead to, over how many others soever.

    def _within_reach(self, spot: Spot, tail: Tail) -> dict[Node, tuple[Stop, ...]]:
        """Return the stops for all that keys lead to, nearest first: each round one stage."""
        found = self._reached.get((spot, tail, self._part))
        if found is not None:
            return found
        found = self._reached[spot, tail, self._part] = {}
        known = [tail]
        targets = self._targets(tail.node)
        while True:
            fresh = {
                target: stops
                for target in targets
                if target not in found and (stops := self._entrances(spot, tail, target, known))
            }
            if not fresh:
                return found
            found.update(fresh)
            known.extend(
                Tail(target, stop, part=self._part)
                for target, stops in fresh.items()
                for stop in stops
            )

    def _entrances(
        self, spot: Spot, tail: Tail, target: Node, known: list[Tail]
    ) -> tuple[Stop, ...]:
        """Return the stops at a target whose key can be read from what is known already."""
        entries = [e for e in self._graph.entries(tail.node.type_name) if e.target == target.id]
        stops: list[Stop] = []
        for entry in entries:
            if entry.key is None:
                return (self._entry_stop(spot, tail, entry, ()),)
            for one in known:
                if self._reach.is_local(one.node, entry.key.selection):
                    # What the objects come with need not be asked again.
                    sources = [tail] if one is tail else [tail, one]
                    needs = self._keyed(spot, tail, sources, entry.key)
                    if needs is not None:
                        stops.append(self._entry_stop(spot, tail, entry, needs))
            if stops and len(known) == 1:
                break
        if not stops:
            for entry in entries:
                needs = self._keyed(spot, tail, known, entry.key) if entry.key else ()
                if needs is not None:
                    stops.append(self._entry_stop(spot, tail, entry, needs))
        return undominated(stops)[: self._budget.most(_MOST_ENTRANCES)]

    def _keyed(
        self, spot: Spot, tail: Tail, known: list[Tail], key: Requirement
    ) -> tuple[Need, ...] | None:
        """Return where to read a key from what is known; no further subgraph is asked for it."""
        self._settled.append(spot.place)
        try:
            return self._solved(spot, known, key, tail.stop)
        finally:
            self._settled.pop()

    def _entry_stop(
        self,
        spot: Spot,
        tail: Tail,
        entry: Entry,
        needs: tuple[Need, ...],
        demand: Demand | None = None,
    ) -> Stop:
        unique = dict.fromkeys((tail.stop, *(need.stop for need in needs)))
        after = tuple(sorted(unique, key=lambda stop: stop.index))
        index = len(self.stops)
        closure = 1 << index
        for earlier in after:
            closure |= earlier.closure
        return self._stop(
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
                part=self._part,
            )
        )

    def _stop(self, draft: Stop) -> Stop:
        """Return the stop that is already known, or remember this one."""
        identity = (draft.spot, draft.target, draft.after, draft.entry, draft.demand, draft.part)
        known = self._known.setdefault(identity, draft)
        if known is draft:
            self.stops.append(draft)
        return known


def _types_at(spot: Spot, tail: Tail) -> frozenset[str]:
    return tail.possible if spot.types is None else tail.possible & spot.types


def _is_covered(stop: Stop, closing: list[Stop]) -> bool:
    return any(other.closure & stop.closure == other.closure for other in closing)

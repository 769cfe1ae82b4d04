"""Finding, for every field of an operation, the stops that can answer it.

The search walks the operation with all paths at once. Where a subgraph can answer the whole rest
of a selection and no other path would make that cheaper, the walk ends there.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping

from graphwing.planner.budget import Budget
from graphwing.planner.defer import fields_by_part
from graphwing.planner.entrances import Entrances
from graphwing.planner.fetched import Fetched
from graphwing.planner.graph import FieldEdge, Node, QueryGraph
from graphwing.planner.operation import TYPENAME, Field, Scope, Selection
from graphwing.planner.places import Place, Spot
from graphwing.planner.plan import PRIMARY
from graphwing.planner.reach import Reach
from graphwing.planner.stops import (
    Leaf,
    NoPathError,
    Stop,
    Tail,
    best_tails,
    nearest,
    undominated,
)

# Paths to one place that are worth following: with more, planning takes longer and hardly ever gets
# better. The cheapest stay.
_MOST_TAILS = 12


class Search:
    """One search: the stops it makes are known to it alone."""

    def __init__(
        self,
        graph: QueryGraph,
        budget: Budget,
        begins: Mapping[int, Collection[str]],
        *,
        is_thorough: bool = False,
    ) -> None:
        self._graph = graph
        self._budget = budget
        self._begins = begins
        self._is_thorough = is_thorough
        self._reach = Reach(graph)
        self._entrances = Entrances(graph, budget, self._reach, self.leaves)
        # The part of the response that is being searched for: stops are made for it.
        self._part: int = PRIMARY

    @property
    def stops(self) -> list[Stop]:
        """All stops found so far, by index."""
        return self._entrances.stops

    def reconsider(self, fetched: Fetched) -> None:
        """Search again from here, knowing what is fetched anyway."""
        self._entrances.reconsider(fetched)

    def root(self, spot: Spot, target: Node, part: int = PRIMARY) -> Stop:
        """Return the stop at which a subgraph's root type is asked."""
        index = len(self.stops)
        closure = 1 << index
        return self._entrances.stop(
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

    def leaves(
        self, spot: Spot, tails: Iterable[Tail], selection: Selection, part: int = PRIMARY
    ) -> list[Leaf]:
        """Return the leaves of a selection, or raise `NoPathError`."""
        found: list[Leaf] = []
        before, self._part = self._part, part
        try:
            self._select(spot, tuple(tails), selection, found)
        finally:
            self._part = before
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
        if spot.place.parent is None and len(found) > before:
            # The root is there without asking anybody.
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
        typed = tuple(
            Tail(tail.node, tail.stop, _types_at(spot, tail), tail.part)
            for tail in self._typed(spot, tails)
        )
        common = self._reach.common_types(spot.place)
        names = frozenset[str]().union(*(tail.possible for tail in typed))
        parts = self._by_type(spot.place, typed, names, (field,), common or ())
        usable: dict[Spot, list[Tail]] = {}
        for tail in typed:
            known = {part: own for part in parts if (own := self._of_objects(part, tail))}
            # A path is of use only if it leads on for whatever type an object turns out to have.
            if all(self._moves(part, (own,), field) for part, own in known.items()):
                for part, own in known.items():
                    usable.setdefault(part, []).append(own)
        if not usable:
            raise NoPathError(spot, field, tails)
        for part in sorted(usable, key=lambda part: part.type_name):
            if common is None or part.type_name in common:
                self._field(part, tuple(usable[part]), field, found)

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
            yield from self._narrow_to_objects(spot, typed, types, scope.fields)
        elif all(self._holds(tail, scope.type_name, types) for tail in typed):
            known = tuple(self._narrowed(typed, scope.type_name, types))
            if known:
                yield spot.place.spot(scope.type_name, types), known
        else:
            yield from self._narrow_to_objects(spot, typed, types, scope.fields)

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
        self,
        spot: Spot,
        tails: tuple[Tail, ...],
        types: frozenset[str],
        fields: tuple[Field, ...],
    ) -> Iterator[tuple[Spot, tuple[Tail, ...]]]:
        for part in self._by_type(spot.place, tails, types, fields):
            known = tuple(own for tail in tails if (own := self._of_objects(part, tail)))
            if known:
                yield part, known

    def _by_type(
        self,
        place: Place,
        tails: tuple[Tail, ...],
        types: frozenset[str],
        fields: tuple[Field, ...],
        common: Collection[str] = (),
    ) -> list[Spot]:
        """Return the objects of each type, those together whose types all treat alike."""
        asked = place.via.selection.scopes if place.via and place.via.selection else ()
        bounds = [scope.types for scope in asked if scope.types is not None]
        bounds += [*(tail.possible for tail in tails), frozenset(common)]
        provided = [tail.node for tail in tails if tail.node.id.provided.on]

        def difference(name: str) -> Hashable:
            nodes = [self._graph.narrowed(node, name) for node in provided]
            below = [node.id.provided if node else None for node in nodes]
            return (*(name in types for types in bounds), *below)

        names = place.position.asked.union(field.name for field in fields)
        groups = self._graph.alike.groups(types, names, difference)
        return [place.spot(group[0], frozenset(group)) for group in groups]

    def _of_objects(self, spot: Spot, tail: Tail) -> Tail | None:
        """Return a tail narrowed to objects of one type, or to types that all treat alike."""
        node = self._graph.narrowed(tail.node, spot.type_name)
        if node is None or spot.type_name not in tail.possible:
            return None
        types = spot.types if spot.types and len(spot.types) > 1 else None
        return Tail(node, tail.stop, types, tail.part)

    def _typed(self, spot: Spot, tails: tuple[Tail, ...]) -> tuple[Tail, ...]:
        """Return tails whose subgraphs know the types of the objects."""
        if all(tail.node.kind != "interface object" for tail in tails):
            return tails
        typed: list[Tail] = []
        for tail in tails:
            if tail.node.kind != "interface object":
                typed.append(tail)
                continue
            for target in self._entrances.targets(tail.node):
                if target.kind == "interface":
                    stops = self._entrances.enter(spot, tail, target, None, self._part)
                    typed.extend(Tail(target, stop, part=self._part) for stop in stops)
        return best_tails(typed, self._budget.most(_MOST_TAILS))

    # Moving along fields and into other subgraphs.

    def _moves(
        self, spot: Spot, tails: tuple[Tail, ...], field: Field
    ) -> list[tuple[Stop, FieldEdge]]:
        moves = list(self._moves_at_known(spot, field))
        too_early: list[tuple[Stop, FieldEdge]] = []
        for tail in tails:
            edge = self._graph.field(tail.node, field.name)
            if edge is not None and self._reach.is_askable(tail.node, edge):
                if self._is_due(field, tail):
                    moves.append((tail.stop, edge))
                    if not self._is_worth_leaving(edge, field):
                        continue
                else:
                    too_early.append((tail.stop, edge))
            elif edge is not None and edge.demand is not None and self._is_due(field, tail):
                told = self._entrances.enter_told(spot, tail, edge.demand)
                moves.extend((stop, edge) for stop in told)
            moves.extend(self._jumps(spot, tail, field))
        # What cannot be asked for later comes with an earlier part, and is sent with its own.
        return moves or too_early

    def _moves_at_known(self, spot: Spot, field: Field) -> Iterator[tuple[Stop, FieldEdge]]:
        """Yield where what planning needs can be read because an earlier part asks there anyway."""
        for tail in self._entrances.known_at(spot, self._part) if field.part is None else ():
            edge = self._graph.field(tail.node, field.name)
            if edge is not None and edge.demand in (None, tail.stop.demand):
                yield tail.stop, edge

    def _is_due(self, field: Field, tail: Tail) -> bool:
        """Tell whether a field may be asked for right where a tail is; keys come early anyway.

        So does what cannot be asked for again by a key of the type that the client defers it for.
        """
        if field.part is None or field.part == tail.part:
            return True
        if field.selection is None and self._graph.is_key(tail.node.type_name, field.name):
            return True
        return not any(
            entry.target.subgraph == tail.node.subgraph
            for type_name in self._begins.get(field.part, ())
            for entry in self._graph.entries(type_name)
        )

    def _is_worth_leaving(self, edge: FieldEdge, field: Field) -> bool:
        """Tell whether another subgraph should be asked for a field that is at hand."""
        if field.selection is None or edge.target is None:
            return False
        node = self._graph.node(edge.target)
        return self._is_thorough or not self._reach.is_reachable(node, field.selection)

    def _jumps(self, spot: Spot, tail: Tail, field: Field) -> Iterator[tuple[Stop, FieldEdge]]:
        if self._entrances.is_settled(spot.place):
            return
        for target in self._entrances.targets(tail.node):
            edge = self._graph.field(target, field.name)
            if edge is None:
                continue
            is_here = target.id.subgraph == tail.node.subgraph and self._is_due(field, tail)
            if is_here and target.type_name == tail.node.type_name and edge.demand is None:
                continue
            for stop in self._entrances.enter(spot, tail, target, edge.demand, self._part):
                yield stop, edge


def _types_at(spot: Spot, tail: Tail) -> frozenset[str]:
    return tail.possible if spot.types is None else tail.possible & spot.types


def _is_covered(stop: Stop, closing: list[Stop]) -> bool:
    return any(other.closure & stop.closure == other.closure for other in closing)

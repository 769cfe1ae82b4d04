"""The chosen stops as a graph of fetches: what each asks for, at which objects, and when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from graphwing.planner.graph import Demand, FieldEdge, Node, QueryGraph
from graphwing.planner.operation import TYPENAME, Conditions, Field, Selection
from graphwing.planner.places import Position, Spot
from graphwing.planner.plan import Condition
from graphwing.planner.stops import Leaf, Need, Stop

TwigKey = tuple[str, Conditions]


@dataclass(slots=True, eq=False)
class Branch:
    """What is asked of objects that a subgraph knows as `node`. Grows while the graph is built."""

    node: Node
    names: tuple[str, ...]
    """The types to ask it of: that of the node, or several object types that are alike."""
    position: Position
    told: Demand | None = None
    """What representations tell of the objects, beside their keys."""
    twigs: dict[TwigKey, Twig] = field(default_factory=dict[TwigKey, "Twig"])
    parts: dict[tuple[str, ...], Branch] = field(default_factory=dict[tuple[str, ...], "Branch"])
    """Fragments, by type conditions."""
    wants_typename: bool = False


@dataclass(slots=True, eq=False)
class Twig:
    """A field on a branch, and what is asked below it; `__typename` has no edge."""

    field: Field
    edge: FieldEdge | None
    below: Branch | None


@dataclass(slots=True, eq=False)
class Visit:
    """A stop with what is asked there."""

    stop: Stop
    root: Branch
    reasons: list[Conditions] = field(default_factory=list[Conditions])
    """For each thing that is asked for its own sake: what must hold for it to be wanted."""


class FetchGraph:
    """The visits of a plan, by index of their stops."""

    def __init__(self, graph: QueryGraph) -> None:
        self.visits: dict[int, Visit] = {}
        self._graph = graph

    def conditions(self) -> dict[int, Conditions]:
        """Return for each visit the conditions that all that need it have in common."""
        reasons = {index: list(visit.reasons) for index, visit in self.visits.items()}
        found: dict[int, Conditions] = {}
        for index in sorted(self.visits, key=lambda i: -self.visits[i].stop.level):
            common = _common(reasons[index])
            found[index] = common
            for earlier in self.visits[index].stop.after:
                reasons[earlier.index].append(common)
        return found

    def answer(self, leaf: Leaf, stop: Stop) -> None:
        """Have a leaf answered by a stop."""
        self._visit(stop).reasons.append(leaf.conditions)
        self._ask(Need(stop, leaf.spot, leaf.field))

    def _visit(self, stop: Stop) -> Visit:
        """Return the visit of a stop; those that it waits for are planned as well."""
        known = self.visits.get(stop.index)
        if known is not None:
            return known
        for earlier in stop.after:
            self._visit(earlier)
        root = Branch(
            stop.target,
            _names(stop.target, stop.spot.types),
            stop.spot.place.position,
            stop.demand,
            wants_typename=stop.target.is_abstract,
        )
        visit = Visit(stop, root)
        self.visits[stop.index] = visit
        if stop.source is not None:
            source = self._branch(Need(stop.source.stop, stop.spot, None))
            source.wants_typename |= stop.is_lookup
        for need in stop.needs:
            if need.is_required:
                self._visit(need.stop)
            else:
                self._ask(need)
        return visit

    def ask_for_requirements(self) -> None:
        """Ask for what fields require, under the conditions that these are asked under.

        To be called when all leaves are answered: only then it is known when a stop is visited. A
        key is asked without conditions, so that the requests for one object are alike.
        """
        conditions = self.conditions()
        for index, visit in [*self.visits.items()]:
            for need in visit.stop.needs:
                if need.is_required:
                    self._ask(_under(conditions[index], need))

    def _ask(self, need: Need) -> None:
        branch = self._branch(need)
        if need.field is not None:
            self._add(branch, need.field)

    def _branch(self, need: Need) -> Branch:
        """Return the branch for a spot in the fetch of a stop, with all that leads there."""
        visit = self._visit(need.stop)
        spots = [need.spot]
        while spots[-1].place is not need.stop.spot.place:
            parent = spots[-1].place.parent
            assert parent is not None  # noqa: S101 - a stop is never below what it answers
            spots.append(parent)
        spots.reverse()
        branch = self._narrow(visit.root, spots[0])
        for spot in spots[1:]:
            via = spot.place.via
            assert via is not None  # noqa: S101 - only the root has none
            branch = self._narrow(self._below(branch, via), spot)
        return branch

    def _narrow(self, branch: Branch, spot: Spot) -> Branch:
        if spot.types is None:
            return branch
        return self._part(branch, spot.type_name, spot.types)

    def _part(self, branch: Branch, type_name: str, types: frozenset[str]) -> Branch:
        """Return the fragment for a type, the branch itself if it needs none."""
        if not branch.node.is_abstract or type_name == branch.node.type_name:
            return branch
        node = self._graph.narrowed(branch.node, type_name)
        assert node is not None  # noqa: S101 - the search has been there
        names = _names(node, types)
        part = branch.parts.get(names)
        if part is None:
            part = branch.parts[names] = Branch(node, names, branch.position)
        return part

    def _below(self, branch: Branch, item: Field) -> Branch:
        below = self._twig(branch, item).below
        assert below is not None  # noqa: S101 - only fields with selections lead to places
        return below

    def _twig(self, branch: Branch, item: Field) -> Twig:
        key = (item.response_key, item.conditions)
        twig = branch.twigs.get(key)
        if twig is None:
            edge = None if item.name == TYPENAME else self._graph.field(branch.node, item.name)
            below = None
            if edge is not None and edge.target is not None:
                node = self._graph.node(edge.target)
                # An object in place of an interface still has to say what it is.
                is_special = node.kind == "object" and not self._graph.types.is_object(
                    item.type_name
                )
                position = branch.position.child(item.response_key)
                below = Branch(
                    node, (node.type_name,), position, wants_typename=node.is_abstract or is_special
                )
            twig = branch.twigs[key] = Twig(item, edge, below)
            if edge is not None and edge.demand not in (None, branch.told):
                self._add_required(branch, edge.demand, item.conditions)
        return twig

    def _add(self, branch: Branch, item: Field) -> None:
        """Ask for a field with all that is below it."""
        below = self._twig(branch, item).below
        if item.selection is not None and below is not None:
            self._add_selection(below, item.selection)

    def _add_required(self, branch: Branch, demand: Demand, conditions: Conditions) -> None:
        """Ask for what a field requires along with it: its subgraph provides that here."""
        if demand.requires is None:
            return  # Contexts come with a lookup.
        for scope in branch.position.adapt(demand.requires.selection).scopes:
            fields = tuple(replace(f, conditions=f.conditions | conditions) for f in scope.fields)
            self._add_selection(branch, Selection((replace(scope, fields=fields),)))

    def _add_selection(self, branch: Branch, selection: Selection) -> None:
        for scope in selection.scopes:
            part = branch
            if scope.types is not None:
                if not scope.types & branch.node.possible:
                    continue
                part = self._part(branch, scope.type_name, scope.types)
            for item in scope.fields:
                self._add(part, item)


def build_fetch_graph(
    graph: QueryGraph, leaves: Iterable[Leaf], chosen: Sequence[Stop]
) -> FetchGraph:
    """Return the fetch graph in which each leaf is answered by its chosen stop."""
    fetches = FetchGraph(graph)
    for leaf, stop in zip(leaves, chosen, strict=True):
        fetches.answer(leaf, stop)
    fetches.ask_for_requirements()
    return fetches


def _under(conditions: Conditions, need: Need) -> Need:
    if need.field is None:
        return need
    # What holds on the way to it need not be said again.
    own = (need.field.conditions | conditions) - need.spot.place.conditions
    return replace(need, field=replace(need.field, conditions=own))


def _names(node: Node, types: frozenset[str] | None) -> tuple[str, ...]:
    if node.kind == "object" and types is not None and node.type_name in types:
        return tuple(sorted(types))
    return (node.type_name,)


def _common(reasons: list[Conditions]) -> Conditions:
    common = reasons[0] if reasons else frozenset[Condition]()
    for other in reasons[1:]:
        common &= other
    return common

"""Questions about the graph that need no search, answered once each."""

from __future__ import annotations

from graphwing.planner.graph import Demand, FieldEdge, Node, QueryGraph
from graphwing.planner.operation import TYPENAME, Field, Scope, Selection
from graphwing.planner.places import Place, Spot


class Reach:
    """What subgraphs can answer alone, at best, or all alike."""

    def __init__(self, graph: QueryGraph) -> None:
        self._graph = graph
        self._local: dict[tuple[Node, Selection], bool] = {}
        self._met: dict[tuple[Node, Demand], bool] = {}
        self._reachable: dict[tuple[Node, Selection], bool] = {}
        self._parts: dict[tuple[Node, frozenset[str], frozenset[str]], list[Node | None]] = {}
        self._common: dict[Place, frozenset[str] | None] = {}

    # What one subgraph can answer alone.

    def is_local(
        self, node: Node, selection: Selection, parent: str | None = None, field: str = ""
    ) -> bool:
        """Tell whether the subgraph of `node` can answer all of `selection` at once.

        `parent` and `field` say which field led here, if its answers may differ in type.
        """
        if (
            parent is not None
            and any(scope.types is not None for scope in selection.scopes)
            and not self._graph.is_uniform(parent, field)
        ):
            return False
        key = (node, selection)
        known = self._local.get(key)
        if known is None:
            known = self._local[key] = all(
                self._is_scope_local(node, scope) for scope in selection.scopes
            )
        return known

    def _is_scope_local(self, node: Node, scope: Scope) -> bool:
        inner: Node | None = node
        if scope.types is not None:
            if node.kind == "interface object":
                return False
            wanted = scope.types & node.possible
            if not wanted:
                return True
            if not self._graph.holds(node, scope.type_name, wanted, node.possible):
                return False
            inner = self._graph.narrowed(node, scope.type_name) if node.is_abstract else node
        return inner is not None and all(self._is_field_local(inner, f) for f in scope.fields)

    def _is_field_local(self, node: Node, field: Field) -> bool:
        if field.name == TYPENAME:
            return node.kind != "interface object"
        edge = self._graph.field(node, field.name)
        if edge is None or not self.is_askable(node, edge):
            return False
        if field.selection is None or edge.target is None:
            return True
        target = self._graph.node(edge.target)
        return self.is_local(target, field.selection, node.type_name, field.name)

    def is_askable(self, node: Node, edge: FieldEdge) -> bool:
        """Tell whether a field can be asked for without a representation.

        Where the subgraph itself provides what the field requires, its resolver has it.
        """
        return edge.demand is None or self._is_met(node, edge.demand)

    def _is_met(self, node: Node, demand: Demand) -> bool:
        if demand.requires is None or demand.reads:
            return False
        key = (node, demand)
        known = self._met.get(key)
        if known is None:
            self._met[key] = False  # Until it is known: fields may require each other.
            known = self._met[key] = self.is_local(node, demand.requires.selection)
        return known

    # What can be answered at best, if keys are no obstacle.

    def is_reachable(self, node: Node, selection: Selection) -> bool:
        """Tell whether everything may be found from `node` on; an over-estimate."""
        key = (node, selection)
        known = self._reachable.get(key)
        if known is None:
            known = self._reachable[key] = all(
                self._is_field_reachable(inner, field)
                for scope in selection.scopes
                for inner in self._nodes_of(node, scope)
                for field in scope.fields
            )
        return known

    def _nodes_of(self, node: Node, scope: Scope) -> list[Node]:
        if scope.types is None:
            return [node]
        types, names = scope.types & node.possible, frozenset(each.name for each in scope.fields)
        return [inner for inner in self._parts_of(node, types, names) if inner]

    def _parts_of(
        self, node: Node, types: frozenset[str], fields: frozenset[str]
    ) -> list[Node | None]:
        """Return a node narrowed to each object type, once for types that all treat alike."""
        key = (node, types, fields)
        parts = self._parts.get(key)
        if parts is None:
            # What is provided may differ even between those.
            is_same = not node.id.provided.on
            groups = self._graph.alike.groups(types, fields, lambda name: is_same or name)
            parts = self._parts[key] = [self._graph.narrowed(node, group[0]) for group in groups]
        return parts

    def _is_field_reachable(self, node: Node, field: Field) -> bool:
        if field.name == TYPENAME:
            return True
        targets = [self._graph.node(e.target) for e in self._graph.entries(node.type_name)]
        for candidate in (node, *targets):
            edge = self._graph.field(candidate, field.name)
            if edge is None:
                continue
            if field.selection is None or edge.target is None:
                return True
            if self.is_reachable(self._graph.node(edge.target), field.selection):
                return True
        if self._graph.types.is_object(node.type_name):
            return False
        parts = self._parts_of(node, node.possible, frozenset((field.name,)))
        return bool(parts) and all(
            part is not None and self._is_field_reachable(part, field) for part in parts
        )

    # What all subgraphs that may be asked agree on.

    def common_types(self, place: Place) -> frozenset[str] | None:
        """Return the types that objects have whoever is asked, or `None` if all agree.

        A field that several subgraphs resolve must have the same answer everywhere, so what one of
        them cannot return is never returned.
        """
        if place.parent is None or place.via is None:
            return None
        if self._graph.is_uniform(place.parent.type_name, place.via.name):
            return None
        if place not in self._common:
            nodes = self._nodes_at(place)
            known = [node.possible for node in nodes if node.kind != "interface object"]
            self._common[place] = _intersection(known)
        return self._common[place]

    def _nodes_at(self, place: Place) -> set[Node]:
        """Return what the objects of a place may be known as."""
        if place.parent is None or place.via is None:
            return set(self._graph.roots(place.type_name))
        found: set[Node] = set()
        for node in self._known_at(place.parent):
            edge = self._graph.field(node, place.via.name)
            if edge is not None and edge.target is not None:
                found.add(self._graph.node(edge.target))
        return found

    def _known_at(self, spot: Spot) -> set[Node]:
        """Return the nodes at a spot and all that their keys lead to."""
        found = {
            inner
            for node in self._nodes_at(spot.place)
            if (inner := self._graph.narrowed(node, spot.type_name)) is not None
        }
        if not self._graph.has_keys(spot.type_name):
            return found
        grown = True
        while grown:
            grown = False
            for entry in self._graph.entries(spot.type_name):
                target = self._graph.node(entry.target)
                if target in found or entry.key is None:
                    continue
                if all(
                    any(self._graph.field(node, field.name) for node in found)
                    for field in entry.key.selection.fields()
                ):
                    found.add(target)
                    grown = True
        return found


def _intersection(sets: list[frozenset[str]]) -> frozenset[str] | None:
    common = sets[0] if sets else None
    for other in sets[1:]:
        common = other if common is None else common & other
    return common

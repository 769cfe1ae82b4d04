"""Operation → `Plan`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from graphql import DocumentNode

from graphwing.errors import PlanningError
from graphwing.planner.budget import Budget, Limits
from graphwing.planner.combine import Cost, combine
from graphwing.planner.emit import emit
from graphwing.planner.fetch_graph import FetchGraph, build_fetch_graph
from graphwing.planner.graph import Node, QueryGraph
from graphwing.planner.normalize import normalize
from graphwing.planner.operation import TYPENAME, Field, Operation, Scope, Selection
from graphwing.planner.passes import run_passes
from graphwing.planner.places import Place, Position
from graphwing.planner.plan import EntityFetch, Fetch, Plan, RootFetch
from graphwing.planner.search import NoPathError, Search
from graphwing.planner.stops import Tail
from graphwing.planner.types import Types
from graphwing.planner.write import write_operations
from graphwing.supergraph import Supergraph


class Planner:
    """Plans operations on one supergraph; no plan depends on another."""

    def __init__(self, supergraph: Supergraph, *, limits: Limits | None = None) -> None:
        self._supergraph = supergraph
        self._limits = limits or Limits()
        self._types = Types(supergraph.schema)
        self._graphs: dict[frozenset[str], QueryGraph] = {}

    def plan(
        self,
        document: DocumentNode,
        operation_name: str | None = None,
        *,
        labels: frozenset[str] = frozenset(),
    ) -> Plan:
        """Return how to answer an operation that is valid against the API schema.

        `labels` are the active ones of `@override(label:)`. Raises `PlanningError`.
        """
        budget = Budget(self._limits)
        operation = normalize(document, operation_name, self._types, budget)
        graph = self._graph(labels)
        fetches = tuple(_fetches(graph, operation, budget))
        plan = run_passes(Plan(operation.kind, fetches))
        return write_operations(plan, operation.variables)

    def _graph(self, labels: frozenset[str]) -> QueryGraph:
        graph = self._graphs.get(labels)
        if graph is None:
            made = QueryGraph(self._supergraph, self._types, labels)
            graph = self._graphs.setdefault(labels, made)
        return graph


def _fetches(graph: QueryGraph, operation: Operation, budget: Budget) -> Iterator[Fetch]:
    """Yield the fetches of an operation; root fields of a mutation one after another."""
    nodes = tuple(graph.roots(operation.root_type))
    asked = tuple(f for f in operation.selection.fields() if f.name != TYPENAME)
    if not asked:
        return
    if operation.kind == "query":
        yield from emit(_searched(graph, operation, asked, nodes, budget), operation.kind)
        return
    # Root fields of a mutation run one after another, what is below them included, so that only
    # neighbours which one subgraph answers alone may share a fetch. A field is sent to one
    # subgraph only, even if several could answer it.
    # https://spec.graphql.org/October2021/#sec-Mutation
    done: list[Fetch] = []
    for fields in _runs(graph, operation, asked, nodes, budget):
        built = _searched_in_one(graph, operation, fields, nodes, budget)
        new = emit(built, operation.kind, first_id=len(done))
        done.extend(_waiting(new, done))
    yield from done


def _runs(
    graph: QueryGraph,
    operation: Operation,
    asked: tuple[Field, ...],
    nodes: tuple[Node, ...],
    budget: Budget,
) -> Iterator[tuple[Field, ...]]:
    """Yield fields that can share a root fetch: a subgraph answers all but the last alone."""
    run: list[Field] = []
    home: str | None = None
    for fields in _by_response_key(asked):
        built = _searched_in_one(graph, operation, fields, nodes, budget)
        subgraphs = [visit.stop.subgraph for visit in built.visits.values()]
        if run and subgraphs[0] != home:
            yield tuple(run)
            run = []
        run.extend(fields)
        home = subgraphs[0]
        if len(subgraphs) > 1:
            yield tuple(run)
            run = []
    if run:
        yield tuple(run)


def _by_response_key(asked: tuple[Field, ...]) -> Iterator[tuple[Field, ...]]:
    """Yield the fields of each response key: asked under two conditions, it still runs once."""
    groups: dict[str, list[Field]] = {}
    for field in asked:
        groups.setdefault(field.response_key, []).append(field)
    for fields in groups.values():
        yield tuple(fields)


def _searched_in_one(
    graph: QueryGraph,
    operation: Operation,
    fields: tuple[Field, ...],
    nodes: tuple[Node, ...],
    budget: Budget,
) -> FetchGraph:
    """Return the cheapest fetch graph that asks one subgraph only for all root fields."""
    able = [node for node in nodes if all(graph.field(node, field.name) for field in fields)]
    best: tuple[Cost, FetchGraph] | None = None
    failure: PlanningError | None = None
    for node in able:
        try:
            cost, built = _searched_with_cost(graph, operation, fields, (node,), budget)
        except PlanningError as error:
            failure = failure or error
            continue
        if best is None or cost < best[0]:
            best = cost, built
    if best is None:
        raise failure or PlanningError(f"{operation.root_type}.{fields[0].name}")
    return best[1]


def _searched(
    graph: QueryGraph,
    operation: Operation,
    fields: tuple[Field, ...],
    nodes: tuple[Node, ...],
    budget: Budget,
) -> FetchGraph:
    return _searched_with_cost(graph, operation, fields, nodes, budget)[1]


def _searched_with_cost(
    graph: QueryGraph,
    operation: Operation,
    fields: tuple[Field, ...],
    nodes: tuple[Node, ...],
    budget: Budget,
) -> tuple[Cost, FetchGraph]:
    """Return the cheapest fetch graph for some root fields."""
    selection = Selection((Scope(operation.root_type, None, fields),))
    for is_thorough in (False, True):
        search = Search(graph, budget, is_thorough=is_thorough)
        root = Place(None, None, operation.root_type, Position((selection,)))
        tails = [Tail(node, search.root(root.whole, node)) for node in nodes]
        try:
            leaves = search.leaves(root.whole, tails, selection)
        except NoPathError as error:
            if is_thorough:
                raise error.as_planning_error() from None
            continue
        chosen, cost = combine(leaves, search.stops, limit=budget.limits.combinations)
        return cost, build_fetch_graph(graph, leaves, chosen)
    raise AssertionError


def _waiting(new: Iterable[Fetch], done: list[Fetch]) -> Iterator[Fetch]:
    """Yield fetches that start after all that was done before."""
    waited_for = {near for fetch in done for near in fetch.after}
    last = tuple(fetch.id for fetch in done if fetch.id not in waited_for)
    for fetch in new:
        match fetch:
            case RootFetch() if not fetch.after:
                yield replace(fetch, after=last)
            case RootFetch() | EntityFetch():
                yield fetch

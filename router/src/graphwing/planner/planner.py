"""Operation → `Plan`, stage by stage."""

from __future__ import annotations

from graphql import DocumentNode

from graphwing.planner.budget import Budget, Limits
from graphwing.planner.graph import QueryGraph
from graphwing.planner.normalize import normalize
from graphwing.planner.passes import run_passes
from graphwing.planner.plan import Plan
from graphwing.planner.root_fields import RootFields
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
        fetches = RootFields(self._graph(labels), operation, budget).fetches()
        plan = run_passes(Plan(operation.kind, tuple(fetches)))
        return write_operations(plan, operation.variables)

    def _graph(self, labels: frozenset[str]) -> QueryGraph:
        graph = self._graphs.get(labels)
        if graph is None:
            made = QueryGraph(self._supergraph, self._types, labels)
            graph = self._graphs.setdefault(labels, made)
        return graph

"""Operation → `Plan`, stage by stage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from graphql import DocumentNode

from graphwing.errors import PlanningBudgetError
from graphwing.planner.budget import Budget, Clock, Limits, Patience
from graphwing.planner.defer import choices, with_parts
from graphwing.planner.graph import QueryGraph
from graphwing.planner.normalize import normalize
from graphwing.planner.passes import run_passes
from graphwing.planner.plan import Condition, Plan, Variant
from graphwing.planner.root_fields import RootFields
from graphwing.planner.size import expanded_fields
from graphwing.planner.types import Types
from graphwing.planner.write import write_operations
from graphwing.supergraph import Supergraph

_Choice = tuple[Condition, ...] | None
"""The values of the variables in `@defer(if:)`; without them nothing is deferred."""


class Planner:
    """Plans operations on one supergraph; no plan depends on another."""

    def __init__(
        self, supergraph: Supergraph, *, limits: Limits | None = None, clock: Clock | None = None
    ) -> None:
        """Take what planning may cost; `clock` makes the limits of time count.

        Raises `UnsupportedFeatureError` for a supergraph that this router cannot run.
        """
        supergraph.require_understood()
        self._supergraph = supergraph
        self._clock = clock
        self._limits = limits or Limits()
        self._types = Types(supergraph.schema)
        self._graphs: dict[frozenset[str], QueryGraph] = {}

    def plan(
        self,
        document: DocumentNode,
        operation_name: str | None = None,
        *,
        labels: frozenset[str] = frozenset(),
        may_defer: bool = False,
        patience: int | None = None,
    ) -> Plan:
        """Return how to answer an operation that is valid against the API schema.

        `labels` are the active ones of `@override(label:)`. Unless it `may_defer`, everything comes
        at once. Raises `PlanningError`, and `TakesLongerError` when it takes more work than there
        is `patience` for.
        """
        make = partial(self._made, document, operation_name, self._graph(labels))
        patient = Patience(patience) if patience is not None else None
        budget = Budget(self._limits, self._clock, patient)
        budget.check_size(expanded_fields(document))
        if may_defer:
            try:
                return self._in_parts(document, partial(make, budget.hurried()))
            except PlanningBudgetError:
                # To defer takes more work, and nobody must: it may still be answered at once.
                return make(budget, None)
        return make(budget, None)

    @staticmethod
    def _in_parts(document: DocumentNode, make: Callable[[_Choice], Plan]) -> Plan:
        """Return the plan with a variant for each other choice of what is deferred."""
        first, *others = choices(document)
        plan = make(first)
        variants = tuple(Variant(choice, make(choice)) for choice in others)
        defers = plan.parts or any(variant.plan.parts for variant in variants)
        return replace(plan, variants=variants) if defers else plan

    def _made(
        self,
        document: DocumentNode,
        operation_name: str | None,
        graph: QueryGraph,
        whole: Budget,
        deferring: _Choice,
    ) -> Plan:
        budget = whole.again()
        operation = normalize(document, operation_name, self._types, budget, deferring=deferring)
        fetches = RootFields(graph, operation, budget).fetches()
        plan = with_parts(Plan(operation.kind, tuple(fetches)), operation)
        return write_operations(run_passes(plan), operation.variables)

    def _graph(self, labels: frozenset[str]) -> QueryGraph:
        graph = self._graphs.get(labels)
        if graph is None:
            made = QueryGraph(self._supergraph, self._types, labels)
            graph = self._graphs.setdefault(labels, made)
        return graph

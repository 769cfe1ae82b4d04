"""Planning the root fields of an operation, together or one after another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace

from graphwing.errors import PlanningBudgetError, PlanningError
from graphwing.planner.budget import Budget
from graphwing.planner.combine import Cost, combine
from graphwing.planner.contexts import ContextNames
from graphwing.planner.emit import emit
from graphwing.planner.fetch_graph import FetchGraph, build_fetch_graph
from graphwing.planner.fetched import Fetched
from graphwing.planner.graph import Node, QueryGraph
from graphwing.planner.operation import (
    TYPENAME,
    Conditions,
    Field,
    Operation,
    Scope,
    Selection,
    excludes,
)
from graphwing.planner.places import Place, Position
from graphwing.planner.plan import PRIMARY, EntityFetch, Fetch, RootFetch
from graphwing.planner.search import Search
from graphwing.planner.stops import Leaf, NoPathError, Stop, Tail, stops_in

# Two stages of one request each: who has to go on to another subgraph cannot do with less.
_NOTHING_TO_GAIN = (2, 2)


class RootFields:
    """The root fields of one operation, and the subgraphs that have its root type."""

    def __init__(self, graph: QueryGraph, operation: Operation, budget: Budget) -> None:
        self._graph = graph
        self._operation = operation
        self._budget = budget
        self._names = ContextNames(operation.variables)
        self._nodes = tuple(graph.roots(operation.root_type))
        # `__typename` of the root needs no subgraph.
        fields = operation.selection.fields()
        self._fields = tuple(field for field in fields if field.name != TYPENAME)

    def fetches(self) -> Iterator[Fetch]:
        """Yield the fetches that answer all of them."""
        if not self._fields:
            return
        if self._operation.kind == "query":
            _, built = self._searched(self._fields, self._nodes)
            yield from emit(built, self._operation.kind, self._names)
            return
        # Root fields of a mutation run one after another, what is below them included, so only
        # neighbours that one subgraph answers alone may share a fetch. Each field is sent to one
        # subgraph only, even if several could answer it.
        # https://spec.graphql.org/October2021/#sec-Mutation
        done: list[Fetch] = []
        runs = list(self._runs())
        for fields in runs:
            built = self._searched_in_one(fields)
            new = emit(built, self._operation.kind, self._names, first_id=len(done))
            done.extend(_waiting(new, done))
        yield from done if len(runs) == 1 else _deferred_last(done)

    def _runs(self) -> Iterator[tuple[Field, ...]]:
        """Yield fields that can share a root fetch: a subgraph answers all but the last alone."""
        run: list[Field] = []
        home: str | None = None
        for fields in self._by_response_key():
            found = self._searched_in_one(fields).visits.values()
            visits = [visit for visit in found if visit.stop.part == PRIMARY]
            if run and visits[0].stop.subgraph != home:
                yield tuple(run)
                run = []
            run.extend(fields)
            home = visits[0].stop.subgraph
            if len(visits) > 1:
                yield tuple(run)
                run = []
        if run:
            yield tuple(run)

    def _by_response_key(self) -> Iterator[tuple[Field, ...]]:
        """Yield the fields that run together, in the order in which they run.

        A field that is asked several times runs once, where it stands first. If that depends on
        conditions, it is yielded at each such place, for the case that it is the first that counts.
        """
        groups: dict[str, list[Field]] = {}
        start: dict[str, int] = {}
        for index, field in enumerate(self._fields):
            groups.setdefault(field.response_key, []).append(field)
            start.setdefault(field.response_key, index)
        for index, field in enumerate(self._fields):
            group, first = groups[field.response_key], start[field.response_key]
            if self._fields[first : first + len(group)] != tuple(group):
                yield from self._from(field, group)
            elif index == first:
                # Next to each other they run at the same time, whichever counts.
                yield tuple(group)

    def _from(self, first: Field, group: list[Field]) -> Iterator[tuple[Field, ...]]:
        """Yield what is left of a group for each case in which `first` counts, and none before."""
        place = group.index(first)
        for case in self._cases(first.conditions, [field.conditions for field in group[:place]]):
            fields = [
                replace(field, conditions=field.conditions | case)
                for field in group[place:]
                if not excludes(case, field.conditions)
            ]
            yield tuple(fields)

    def _cases(self, given: Conditions, others: list[Conditions]) -> list[Conditions]:
        """Return cases of `given`, of which no two hold at once, in which no other holds."""
        cases = [given]
        for other in others:
            narrower: list[Conditions] = []
            for case in cases:
                self._budget.count_step()
                narrower.extend(_without(case, other))
            cases = narrower
        return cases

    def _searched_in_one(self, fields: tuple[Field, ...]) -> FetchGraph:
        """Return the cheapest fetch graph that asks one subgraph only for all root fields."""
        best: tuple[Cost, FetchGraph] | None = None
        failure = PlanningError(f"{self._operation.root_type}.{fields[0].name}")
        for node in self._nodes:
            if not all(self._graph.field(node, field.name) for field in fields):
                continue
            try:
                cost, built = self._searched(fields, (node,))
            except PlanningError as error:
                failure = error
                continue
            if best is None or cost < best[0]:
                best = cost, built
        if best is None:
            raise failure
        return best[1]

    def _searched(
        self, fields: tuple[Field, ...], nodes: tuple[Node, ...]
    ) -> tuple[Cost, FetchGraph]:
        """Return the cheapest fetch graph for some root fields, and its cost."""
        try:
            first = self._found(fields, nodes, self._budget, is_thorough=False)
        except NoPathError:
            try:
                return self._found(fields, nodes, self._budget, is_thorough=True)
            except NoPathError as error:
                raise error.as_planning_error() from None
        depth, requests, *_ = first[0]
        if (depth, requests) <= _NOTHING_TO_GAIN:
            return first
        try:
            second = self._found(fields, nodes, self._budget.spare(), is_thorough=True)
        except (NoPathError, PlanningBudgetError):
            return first
        return min(first, second, key=lambda found: found[0])

    def _found(
        self,
        fields: tuple[Field, ...],
        nodes: tuple[Node, ...],
        budget: Budget,
        *,
        is_thorough: bool,
    ) -> tuple[Cost, FetchGraph]:
        type_name = self._operation.root_type
        selection = Selection((Scope(type_name, None, fields),))
        begins = self._operation.begins
        search = Search(self._graph, budget, begins, is_thorough=is_thorough)
        root = Place(None, None, type_name, Position((selection,)))
        tails = [
            Tail(node, search.root(root.whole, node, part), part=part)
            for part in dict.fromkeys(field.part or PRIMARY for field in fields)
            for node in nodes
        ]

        def answered() -> tuple[Cost, list[Leaf], list[Stop]]:
            leaves = search.leaves(root.whole, tails, selection)
            chosen, cost = combine(leaves, search.stops, budget)
            return cost, leaves, chosen

        best = answered()
        fetched = self._fetched_again(search, best[2])
        if fetched is not None:
            search.reconsider(fetched)
            with suppress(PlanningBudgetError):
                best = min(best, answered(), key=lambda found: found[0])
        cost, leaves, chosen = best
        return cost, build_fetch_graph(self._graph, leaves, chosen)

    def _fetched_again(self, search: Search, chosen: Iterable[Stop]) -> Fetched | None:
        """Return what is fetched if a deferred part may have asked again for what is known."""
        used = 0
        for stop in chosen:
            used |= stop.closure
        stops = list(stops_in(used, search.stops))
        if not any(stop.part and any(each.part for each in stop.after) for stop in stops):
            return None
        parents = {part.id: part.parent for part in self._operation.parts}
        return Fetched(self._graph, stops, parents)


def _without(case: Conditions, other: Conditions) -> Iterator[Conditions]:
    """Yield cases of `case`, of which no two hold at once, in which `other` does not hold."""
    if excludes(case, other):
        yield case
        return
    held = case
    for condition in sorted(other - case, key=lambda one: one.variable):
        yield held | {replace(condition, expected=not condition.expected)}
        held |= {condition}


def _waiting(new: Iterable[Fetch], done: list[Fetch]) -> Iterator[Fetch]:
    """Yield fetches that start after all that was done before."""
    last = _last(done)
    for fetch in new:
        match fetch:
            case RootFetch() if not fetch.after:
                yield replace(fetch, after=last)
            case RootFetch() | EntityFetch():
                yield fetch


def _last(fetches: Iterable[Fetch]) -> tuple[int, ...]:
    """Return the fetches of the first answer that end last."""
    primary = [fetch for fetch in fetches if fetch.part == PRIMARY]
    waited_for = {near for fetch in primary for near in fetch.after}
    return tuple(fetch.id for fetch in primary if fetch.id not in waited_for)


def _deferred_last(fetches: list[Fetch]) -> Iterator[Fetch]:
    """Yield fetches in such an order that what is deferred sees all mutations done.

    Those that no values of the variables allow are left out: a field that runs in several cases
    can have conditions below it that are not for all of them.
    """
    last = _last(fetches)
    waiting = [
        fetch if fetch.part == PRIMARY else replace(fetch, after=tuple({*fetch.after, *last}))
        for fetch in fetches
    ]
    left_out = {fetch.id: fetch.after for fetch in waiting if _is_never(fetch)}
    waiting = [fetch for fetch in waiting if fetch.id not in left_out]
    waiting.sort(key=lambda fetch: (fetch.part, fetch.id))
    ids = {fetch.id: number for number, fetch in enumerate(waiting)}
    for fetch in waiting:
        after = {ids[earlier] for each in fetch.after for earlier in _those_left(each, left_out)}
        yield replace(fetch, id=ids[fetch.id], after=tuple(sorted(after)))


def _is_never(fetch: Fetch) -> bool:
    given = frozenset(fetch.conditions)
    if isinstance(fetch, EntityFetch):
        cases = [given.union(lookup.conditions) for lookup in fetch.lookups]
        return all(excludes(case, case) for case in cases)
    return excludes(given, given)


def _those_left(fetch: int, left_out: Mapping[int, tuple[int, ...]]) -> Iterator[int]:
    """Yield a fetch, or those that it waits for if it is left out."""
    if fetch not in left_out:
        yield fetch
    for earlier in left_out.get(fetch, ()):
        yield from _those_left(earlier, left_out)

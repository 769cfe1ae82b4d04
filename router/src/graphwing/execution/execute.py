"""Run an operation: every fetch as soon as those it waits for are done, then complete."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLSchema, is_abstract_type

from graphwing.errors import SubgraphError
from graphwing.execution.completion import Completion
from graphwing.execution.entity_fetch import run_entity_fetch
from graphwing.execution.operation import Operation
from graphwing.execution.root_fetch import run_root_fetch
from graphwing.execution.run import Run
from graphwing.execution.transport import Endpoint
from graphwing.planner.plan import Fetch, RootFetch


@dataclass(frozen=True, slots=True)
class ExecutionResult:
    """The response of one operation, and what went wrong on the way for those who log it."""

    data: dict[str, Any] | None
    errors: Sequence[Mapping[str, Any]] = ()
    failures: Sequence[SubgraphError] = ()
    """Subgraphs that did not answer as GraphQL; each is one of `errors` too."""


class Executor:
    """Runs operations against the subgraphs of one supergraph."""

    def __init__(
        self,
        schema: GraphQLSchema,
        endpoints: Mapping[str, Endpoint],
        *,
        interfaces: Iterable[str] = (),
    ) -> None:
        """Take the API schema, and the interfaces of the supergraph that it may not show."""
        self._schema = schema
        self._endpoints = endpoints
        self._abstract = frozenset(interfaces).union(
            name for name, of_type in schema.type_map.items() if is_abstract_type(of_type)
        )

    async def execute(
        self,
        operation: Operation,
        variables: Mapping[str, Any],
        headers: Mapping[str, str],
    ) -> ExecutionResult:
        """Return the response to `operation`; `variables` are coerced already.

        `headers` go to every subgraph.
        """
        run = Run(self._endpoints, self._abstract, variables, headers)
        await _run_fetches(run, operation.plan.fetches)
        completion = Completion(self._schema, variables)
        data = completion.data(operation.shape(variables), run.tree)
        return ExecutionResult(data, [*run.errors.formatted(), *completion.errors], run.failures)


async def _run_fetch(run: Run, fetch: Fetch) -> None:
    if not run.all_hold(fetch.conditions):
        return
    if isinstance(fetch, RootFetch):
        await run_root_fetch(run, fetch)
    else:
        await run_entity_fetch(run, fetch)


async def _run_fetches(run: Run, fetches: Sequence[Fetch]) -> None:
    """Run every fetch, each as soon as all it waits for are done."""
    if len(fetches) == 1:
        await _run_fetch(run, fetches[0])
        return
    waits_for = {fetch.id: len(fetch.after) for fetch in fetches}
    followers: dict[int, list[Fetch]] = {fetch.id: [] for fetch in fetches}
    for fetch in fetches:
        for earlier in fetch.after:
            followers[earlier].append(fetch)

    async def run_and_release(fetch: Fetch) -> None:
        await _run_fetch(run, fetch)
        for follower in followers[fetch.id]:
            waits_for[follower.id] -= 1
            if not waits_for[follower.id]:
                group.create_task(run_and_release(follower))

    async with asyncio.TaskGroup() as group:
        for fetch in fetches:
            if not fetch.after:
                group.create_task(run_and_release(fetch))

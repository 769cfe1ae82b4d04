"""Run an operation: every fetch as soon as those it waits for are done, then complete."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, cast

from graphql import GraphQLSchema, is_abstract_type

from graphwing.errors import SubgraphError
from graphwing.execution.completion import Completion
from graphwing.execution.events import events_of
from graphwing.execution.fetches import run_fetches
from graphwing.execution.incremental import PartSender, SendPart
from graphwing.execution.operation import Operation
from graphwing.execution.root_fetch import read_root_answer
from graphwing.execution.run import Run
from graphwing.execution.transport import Endpoint, SubgraphRequest
from graphwing.planner.plan import RootFetch


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
        await run_fetches(run, operation.plan.chosen(variables).fetches)
        return self._completed(operation, variables, run)

    async def execute_in_parts(
        self,
        operation: Operation,
        variables: Mapping[str, Any],
        headers: Mapping[str, str],
        send: SendPart,
        *,
        repeats: bool,
    ) -> Sequence[SubgraphError]:
        """Send the response to `operation`, then what it defers, each part when it is there.

        A part `repeats` what it shares with those sent before, or not. Returns the subgraphs that
        did not answer as GraphQL.
        """
        plan = operation.plan.chosen(variables)
        run = Run(self._endpoints, self._abstract, variables, headers)
        shape = operation.shape(variables, plan, repeats=repeats)
        await PartSender(self._schema, run, plan, shape, variables).send(send)
        return run.failures

    async def subscribe(
        self,
        operation: Operation,
        variables: Mapping[str, Any],
        headers: Callable[[], Mapping[str, str]],
    ) -> AsyncGenerator[ExecutionResult]:
        """Yield one response for each event of a subscription, one after another.

        `headers` is asked before each event: what it signs ages. Raises `SubgraphError` when there
        is no stream of events, or no longer. Close it, and the subgraph's stream is closed.
        """
        stream, *others = operation.plan.fetches
        # The planner makes the event stream the first fetch, and it is of the root.
        stream = cast("RootFetch", stream)
        endpoint = self._endpoints[stream.subgraph]
        values = {name: variables[name] for name in stream.variables if name in variables}

        def request() -> SubgraphRequest:
            return SubgraphRequest(stream.operation, values, headers(), "subscription")

        async with aclosing(events_of(endpoint, request)) as events:
            # Not several at a time: an older view of an entity must never follow a newer one.
            async for event in events:
                run = Run(self._endpoints, self._abstract, variables, headers())
                read_root_answer(run, stream, event, [run.tree])
                await run_fetches(run, others, done={stream.id})
                yield self._completed(operation, variables, run)

    def _completed(
        self, operation: Operation, variables: Mapping[str, Any], run: Run
    ) -> ExecutionResult:
        completion = Completion(self._schema, variables)
        data = completion.data(operation.shape(variables), run.tree)
        return ExecutionResult(data, [*run.errors.formatted(), *completion.errors], run.failures)

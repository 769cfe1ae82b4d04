"""Run an operation: every fetch as soon as those it waits for are done, then complete."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from typing import Any, cast

import msgspec
from graphql import GraphQLSchema, is_abstract_type

from graphwing.errors import SubgraphError
from graphwing.exact_json import encode_json
from graphwing.execution.compile import ProgramRun
from graphwing.execution.compiler import Compiler
from graphwing.execution.completion import Completion
from graphwing.execution.constants import Constants
from graphwing.execution.counts import Counts
from graphwing.execution.events import events_of
from graphwing.execution.fetches import run_fetches
from graphwing.execution.incremental import PartSender, SendPart
from graphwing.execution.operation import Operation
from graphwing.execution.root_fetch import read_root_answer
from graphwing.execution.run import Run
from graphwing.execution.transport import Endpoint, SubgraphRequest
from graphwing.planner.plan import RootFetch


class ExecutionResult(msgspec.Struct, frozen=True):
    """The response of one operation, and what went wrong on the way for those who log it."""

    data: dict[str, Any] | msgspec.Raw | None
    """Already as JSON, where it was made so."""
    errors: Sequence[Mapping[str, Any]] = ()
    failures: Sequence[SubgraphError] = ()
    """Subgraphs that did not answer as GraphQL; each is one of `errors` too."""
    extensions: Mapping[str, Any] | None = None
    """What clients are told beside that."""
    headers: Sequence[tuple[str, str]] = ()
    """What the response says beside, in HTTP."""


class Executor:
    """Runs operations against the subgraphs of one supergraph."""

    def __init__(
        self,
        schema: GraphQLSchema,
        endpoints: Mapping[str, Endpoint],
        *,
        interfaces: Iterable[str] = (),
        compiler: Compiler | None = None,
        counts: Counts | None = None,
    ) -> None:
        """Take the API schema, and the interfaces of the supergraph that it may not show.

        Without a compiler all plans are interpreted. How requests are answered is added to
        `counts`.
        """
        self.counts = counts or Counts()
        self._compiler = compiler
        self._constants = Constants()
        self._schema = schema
        self._endpoints = endpoints
        self._abstract = frozenset(interfaces).union(
            name for name, of_type in schema.type_map.items() if is_abstract_type(of_type)
        )

    async def respond(
        self,
        operation: Operation,
        variables: Mapping[str, Any],
        headers: Mapping[str, str],
    ) -> ExecutionResult:
        """Return the response to `operation`; `variables` are coerced already.

        `headers` go to every subgraph. It is what `execute` returns, only faster.
        """
        if not operation.plan.fetches:
            return await self._constant(operation, variables, headers)
        if self._compiler is None:
            self.counts.interpreted["nothing is compiled"] += 1
            return await self.execute(operation, variables, headers)
        compilation = self._compiler.use(operation, variables)
        if compilation.program is None:
            self.counts.interpreted[compilation.obstacle] += 1
            return await self.execute(operation, variables, headers)
        run = ProgramRun(compilation.program, self._endpoints, variables, headers)
        data = await run.data()
        if isinstance(data, bytes):
            compilation.fits()
            self.counts.compiled += 1
            return ExecutionResult(msgspec.Raw(data))
        compilation.does_not_fit(data)
        self.counts.interpreted[data.value] += 1
        return await self._interpreted(operation, variables, headers, run.endpoints())

    async def execute(
        self,
        operation: Operation,
        variables: Mapping[str, Any],
        headers: Mapping[str, str],
    ) -> ExecutionResult:
        """Return the response to `operation` by interpreting its plan."""
        return await self._interpreted(operation, variables, headers, self._endpoints)

    def stop(self) -> None:
        """Release what compiles."""
        if self._compiler is not None:
            self._compiler.stop()

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
        headers: Callable[[], Awaitable[Mapping[str, str]]],
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

        async def request() -> SubgraphRequest:
            return SubgraphRequest(stream.operation, values, await headers(), "subscription")

        async with aclosing(events_of(endpoint, request)) as events:
            # Not several at a time: an older view of an entity must never follow a newer one.
            async for event in events:
                run = Run(self._endpoints, self._abstract, variables, await headers())
                read_root_answer(run, stream, event, [run.tree])
                await run_fetches(run, others, done={stream.id})
                yield self._completed(operation, variables, run)
                # Events that come without end leave the other requests their turns.
                await asyncio.sleep(0)

    async def _constant(
        self, operation: Operation, variables: Mapping[str, Any], headers: Mapping[str, str]
    ) -> ExecutionResult:
        self.counts.known += 1
        data = self._constants.get(operation, variables)
        if data is not None:
            return ExecutionResult(msgspec.Raw(data))
        result = await self.execute(operation, variables, headers)
        if not result.errors:
            self._constants.keep(operation, variables, encode_json(result.data))
        return result

    async def _interpreted(
        self,
        operation: Operation,
        variables: Mapping[str, Any],
        headers: Mapping[str, str],
        endpoints: Mapping[str, Endpoint],
    ) -> ExecutionResult:
        run = Run(endpoints, self._abstract, variables, headers)
        await run_fetches(run, operation.plan.chosen(variables).fetches)
        if operation.is_introspective:
            # In a thread, so that other requests go on.
            return await asyncio.to_thread(self._completed, operation, variables, run)
        return self._completed(operation, variables, run)

    def _completed(
        self, operation: Operation, variables: Mapping[str, Any], run: Run
    ) -> ExecutionResult:
        completion = Completion(self._schema, variables)
        data = completion.data(operation.shape(variables), run.tree)
        return ExecutionResult(data, [*run.errors.formatted(), *completion.errors], run.failures)

"""One supergraph at work; when it changes, the next one takes over and this one is closed.

Each request keeps to the generation that it began with.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import AsyncExitStack, aclosing, suppress
from types import TracebackType
from typing import Self

from graphwing.errors import NotReadyError, SupergraphChangedError
from graphwing.execution import Compiler, Counts, ExecutionResult, Executor, Operation
from graphwing.planner import Limits
from graphwing.server.graph.ways import Ways
from graphwing.server.http.request import GraphQLRequest
from graphwing.server.operations.operations import Operations
from graphwing.server.operations.override_labels import OverrideLabels
from graphwing.server.operations.rules import OperationRules
from graphwing.server.telemetry.telemetry import Telemetry
from graphwing.supergraph import Supergraph
from graphwing.supergraph.access import Requirements

_NO_REQUIREMENTS: Requirements = frozenset()
# How many operations of the generation before are planned before this one takes over.
_MOST_PREPARED = 200
# How long subscriptions may take to tell their clients why they end.
_GOODBYE_SECONDS = 1.0


class Generation:
    """A supergraph, its operations and, once it is open, the ways to its subgraphs.

    As a context manager it is in use: until that is over it is not closed.
    """

    def __init__(
        self,
        supergraph: Supergraph,
        *,
        planning: Limits | None,
        override_labels: Iterable[str],
        rules: OperationRules | None = None,
        telemetry: Telemetry | None = None,
    ) -> None:
        self.supergraph = supergraph
        self.operations = Operations(supergraph, limits=planning, rules=rules)
        self.budget = self.operations.budget
        """What operations may cost, if that is estimated."""
        self._telemetry = telemetry
        self._labels = OverrideLabels(supergraph, override_labels)
        self._executor: Executor | None = None
        self._opened = AsyncExitStack()
        self._users = 0
        self._left: asyncio.Event | None = None
        """Set when nobody uses it any more, once that is waited for."""
        self._is_over = False
        self._waiting: set[asyncio.Task[object]] = set()
        """Those that wait for an event of a subscription."""

    @property
    def is_open(self) -> bool:
        """Return whether operations can be executed."""
        return self._executor is not None

    @property
    def executor(self) -> Executor:
        """Return what executes operations; raise `NotReadyError` before it is open."""
        if self._executor is None:
            raise NotReadyError
        return self._executor

    def __enter__(self) -> Self:
        """Begin to use it."""
        self._users += 1
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Use it no longer."""
        self._users -= 1
        if not self._users and self._left is not None:
            self._left.set()

    async def open(self, ways: Ways, counts: Counts) -> None:
        """Open the ways to all subgraphs; how requests are answered is added to `counts`."""
        graph = self.supergraph
        async with AsyncExitStack() as opening:
            endpoints = {
                name: await ways.use(name, subgraph.url, opening)
                for name, subgraph in graph.subgraphs.items()
            }
            self._executor = Executor(
                graph.api_schema,
                endpoints,
                interfaces=[name for name, of in graph.types.items() if of.kind == "interface"],
                compiler=Compiler(graph.schema, graph.api_schema),
                counts=counts,
            )
            self.operations.count_exceeded(counts.exceeded)
            self._opened = opening.pop_all()

    async def prepare(self, before: Generation) -> None:
        """Plan what was lately asked of the generation `before`, as far as it still can be."""
        await self.operations.prepare(before.operations.lately_used(_MOST_PREPARED))

    async def operation(
        self,
        request: GraphQLRequest,
        *,
        may_defer: bool = False,
        unmet: Requirements = _NO_REQUIREMENTS,
    ) -> Operation:
        """Return the operation that a request asks for, planned; without what is `unmet`.

        Raises `OperationError` and `PlanningError`.
        """
        text, name = request.query, request.operation_name or None
        labels = self._labels.choose()
        # Nearly always it is at hand, and nothing to wait for.
        known = self.operations.find(text, name, may_defer=may_defer, labels=labels, unmet=unmet)
        operation = known or await self.operations.get(
            text, name, may_defer=may_defer, labels=labels, unmet=unmet
        )
        if self._telemetry is not None:
            self._telemetry.note_operation(request, operation, was_known=known is not None)
        return operation

    async def until_retired(
        self, results: AsyncGenerator[ExecutionResult]
    ) -> AsyncGenerator[ExecutionResult]:
        """Yield `results`; raise `SupergraphChangedError` when this generation has to end."""
        async with aclosing(results):
            while True:
                try:
                    result = await self._next(results)
                except StopAsyncIteration:
                    return
                yield result

    async def _next(self, results: AsyncGenerator[ExecutionResult]) -> ExecutionResult:
        if self._is_over:
            raise SupergraphChangedError
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - there is always one where something is awaited
        self._waiting.add(task)
        try:
            return await anext(results)
        except asyncio.CancelledError:
            # As with timeouts: whoever else has cancelled it, too, is obeyed.
            if self._is_over and not task.uncancel():
                raise SupergraphChangedError from None
            raise
        finally:
            self._waiting.discard(task)

    async def retire(self, seconds: float) -> None:
        """Close as soon as nobody uses it any more; when the seconds are over, end what goes on."""
        try:
            await self._left_within(seconds)
            self._is_over = True
            for task in self._waiting:
                task.cancel()
            await self._left_within(_GOODBYE_SECONDS)
        finally:
            await self.close()

    async def _left_within(self, seconds: float) -> None:
        if self._users:
            self._left = asyncio.Event()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._left.wait(), seconds)

    async def close(self) -> None:
        """Close the ways that nobody else uses; it can be opened again."""
        if self._executor is not None:
            self._executor.stop()
            self._executor = None
        await self._opened.aclose()
        self.operations.stop_planning()

"""Which operations have programs: those that are asked again, unless they cannot be compiled."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from graphql import GraphQLSchema

from graphwing.execution.compile.compilation import Compilation
from graphwing.execution.compile.compile_plan import compile_plan
from graphwing.execution.compile.layout import Declined
from graphwing.execution.compile.program import Program
from graphwing.execution.operation import Operation

PROGRAMS_KEPT = 512
"""A program takes 50 to 100 KB."""
_OF_OPERATION_KEPT = 64
"""There is one for each combination of what `@skip` and `@include` depend on."""

_log = logging.getLogger("graphwing")


class Compiler:
    """Compiles operations that come again; in a thread, so that other requests go on."""

    def __init__(
        self,
        schema: GraphQLSchema,
        api_schema: GraphQLSchema,
        *,
        after: int = 1,
        most: int = PROGRAMS_KEPT,
    ) -> None:
        """Take the supergraph's schema and the API's.

        An operation is interpreted so many times before it is compiled; if that is 0, it is
        compiled at once, and waited for. Of more than `most` programs those go that were not used
        for longest.
        """
        self._schema = schema
        self._api_schema = api_schema
        self._after = after
        self._most = most
        self._worker: ThreadPoolExecutor | None = None
        # The one that was used last is the last.
        self._compiled: OrderedDict[Compilation, None] = OrderedDict()

    def stop(self) -> None:
        """Release the compiling thread."""
        if self._worker is not None:
            self._worker.shutdown(wait=False, cancel_futures=True)
            self._worker = None

    def use(self, operation: Operation, variables: Mapping[str, Any]) -> Compilation:
        """Return how far an operation is compiled that is about to be answered."""
        conditions = operation.conditions(variables)
        compilation = operation.compilations.get(conditions)
        if compilation is None:
            if len(operation.compilations) >= _OF_OPERATION_KEPT:
                operation.compilations.clear()
            compilation = operation.compilations[conditions] = Compilation()
        if compilation.program is not None:
            self._keep(compilation)
        elif compilation.used() == self._after + 1:
            self._compile(compilation, partial(self._program, operation, variables))
        return compilation

    def _program(self, operation: Operation, variables: Mapping[str, Any]) -> Program | Declined:
        try:
            return compile_plan(
                operation.plan,
                operation.shape(variables),
                dict(zip(operation.conditional, operation.conditions(variables), strict=True)),
                api_schema=self._api_schema,
                schema=self._schema,
            )
        except Declined as reason:
            return reason

    def _compile(self, compilation: Compilation, make: partial[Program | Declined]) -> None:
        if not self._after:
            self._take(compilation, make())
            return
        if self._worker is None:
            self._worker = ThreadPoolExecutor(1, "graphwing-compile")
        compilation.obstacle = "it is being compiled"
        making = asyncio.get_running_loop().run_in_executor(self._worker, make)
        making.add_done_callback(partial(self._landed, compilation))

    def _landed(self, compilation: Compilation, made: asyncio.Future[Program | Declined]) -> None:
        if made.cancelled():
            compilation.forget()
        elif (error := made.exception()) is not None:
            compilation.obstacle = "compiling it failed"
            _log.error("compiling an operation failed; it is interpreted", exc_info=error)
        else:
            self._take(compilation, made.result())

    def _take(self, compilation: Compilation, made: Program | Declined) -> None:
        if isinstance(made, Declined):
            compilation.obstacle = str(made)
            return
        compilation.program = made
        self._keep(compilation)

    def _keep(self, compilation: Compilation) -> None:
        """Note that a program is used, and let go of another one if there are too many."""
        self._compiled[compilation] = None
        self._compiled.move_to_end(compilation)
        if len(self._compiled) > self._most:
            oldest, _ = self._compiled.popitem(last=False)
            oldest.forget()

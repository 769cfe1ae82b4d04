"""Which operations have programs: those that are asked again, unless they cannot be compiled."""

from __future__ import annotations

import asyncio
import logging
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

_PROGRAMS_KEPT = 64
"""For one operation: there is one for each combination of what `@skip` and `@include` depend on."""

_log = logging.getLogger("graphwing")


class Compiler:
    """Compiles operations that come again; in a thread, so that other requests go on."""

    def __init__(self, schema: GraphQLSchema, api_schema: GraphQLSchema, *, after: int = 1) -> None:
        """Take the supergraph's schema and the API's.

        An operation is interpreted so many times before it is compiled; if that is 0, it is
        compiled at once, and waited for.
        """
        self._schema = schema
        self._api_schema = api_schema
        self._after = after
        self._worker: ThreadPoolExecutor | None = None

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
            if len(operation.compilations) >= _PROGRAMS_KEPT:
                operation.compilations.clear()
            compilation = operation.compilations[conditions] = Compilation()
        if compilation.program is None and compilation.used() == self._after + 1:
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
            _take(compilation, make())
            return
        if self._worker is None:
            self._worker = ThreadPoolExecutor(1, "graphwing-compile")
        compilation.obstacle = "it is being compiled"
        making = asyncio.get_running_loop().run_in_executor(self._worker, make)
        making.add_done_callback(partial(_landed, compilation))


def _landed(compilation: Compilation, made: asyncio.Future[Program | Declined]) -> None:
    if made.cancelled():
        return
    error = made.exception()
    if error is None:
        _take(compilation, made.result())
    else:
        compilation.obstacle = "compiling it failed"
        _log.error("compiling an operation failed; it is interpreted", exc_info=error)


def _take(compilation: Compilation, made: Program | Declined) -> None:
    if isinstance(made, Declined):
        compilation.obstacle = str(made)
    else:
        compilation.program = made

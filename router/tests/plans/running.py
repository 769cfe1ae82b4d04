"""Run hand-written plans: an API schema, and functions that play its subgraphs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from graphql import OperationDefinitionNode, build_schema, parse, validate

from graphwing.errors import SubgraphError
from graphwing.exact_json import encode_json
from graphwing.execution import (
    Compiler,
    Counts,
    Endpoint,
    ExecutionResult,
    Executor,
    Operation,
    SubgraphAnswer,
    SubgraphRequest,
)
from graphwing.execution.transports.scripted import ScriptedTransport
from graphwing.planner.plan import Fetch, Plan

Json = dict[str, Any]
Answering = Callable[[SubgraphRequest], Awaitable[SubgraphAnswer]]


class Graph:
    """An API schema whose operations run by plans that the test writes."""

    def __init__(self, api: str) -> None:
        self.requests: dict[str, list[SubgraphRequest]] = {}
        self.order: list[str] = []
        """The subgraphs in the order in which they were asked."""
        self.counts = Counts()
        """How the last operation was answered when it was compiled."""
        self._schema = build_schema(api)
        self._endpoints: dict[str, Endpoint] = {}

    def answers(self, subgraph: str, answer: Json | SubgraphError | Answering) -> None:
        """Let `subgraph` answer with data, with a whole answer, with an error or a function."""

        async def answering(request: SubgraphRequest) -> SubgraphAnswer:
            self.requests.setdefault(subgraph, []).append(request)
            self.order.append(subgraph)
            if isinstance(answer, SubgraphError):
                raise answer
            if callable(answer):
                return await answer(request)
            if "data" in answer or "errors" in answer:
                return SubgraphAnswer(answer.get("data"), answer.get("errors") or ())
            return SubgraphAnswer(answer)

        self._endpoints[subgraph] = Endpoint(ScriptedTransport(subgraph, answering), 5.0)

    def representations(self, subgraph: str, variable: str = "representations") -> list[Json]:
        """Return what the only entity fetch to `subgraph` has sent."""
        (request,) = self.requests[subgraph]
        return request.variables[variable]

    async def run(
        self,
        operation: str,
        *fetches: Fetch,
        variables: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Json:
        """Return the response to `operation` when it is answered by `fetches`.

        They are interpreted; compiled, they must ask the same and come to the same.
        """
        document = parse(operation)
        assert validate(self._schema, document) == []
        definition = document.definitions[0]
        assert isinstance(definition, OperationDefinitionNode)
        kind = definition.operation.value
        prepared = Operation(self._schema, document, definition, Plan(kind, fetches))
        compiler = Compiler(self._schema, self._schema, after=0)
        executor = Executor(self._schema, self._endpoints, compiler=compiler)
        self.counts = executor.counts
        values = prepared.variables(variables or {})
        self.requests, self.order = {}, []
        compiled = await executor.respond(prepared, values, headers or {})
        asked = self.requests
        self.requests, self.order = {}, []
        interpreted = await executor.execute(prepared, values, headers or {})
        assert _said(compiled) == _said(interpreted)
        assert asked == self.requests
        response: Json = {"data": interpreted.data}
        if interpreted.errors:
            response["errors"] = [dict(error) for error in interpreted.errors]
        return response


def _said(result: ExecutionResult) -> tuple[bytes, list[str]]:
    """Return what the client and the log are told."""
    failures = [repr(failure) for failure in result.failures]
    return encode_json((result.data, result.errors)), failures

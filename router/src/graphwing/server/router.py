"""A federated graph as one object: compose or load it, plan, execute, serve."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from graphwing.errors import (
    MethodRefusedError,
    NotReadyError,
    RequestError,
    SettingsError,
    SubgraphError,
    SubscriptionRefusedError,
    UnsupportedFeatureError,
)
from graphwing.exact_json import encode_json
from graphwing.execution import (
    Compiler,
    Counts,
    Endpoint,
    ExecutionResult,
    Executor,
    FirstPart,
    Operation,
    Reconnect,
    SendPart,
    Transport,
)
from graphwing.execution.in_flight import InFlight
from graphwing.execution.transports.sharing import SharingTransport
from graphwing.planner import Limits
from graphwing.planner.plan import OperationKind, Plan
from graphwing.server.app import BODY_LIMIT, RouterApp
from graphwing.server.files import read_text
from graphwing.server.headers import kept_fresh, propagated, propagated_names
from graphwing.server.identity import Identity
from graphwing.server.operations import Operations
from graphwing.server.override_labels import OverrideLabels
from graphwing.server.request import GraphQLRequest, Headers
from graphwing.server.response import plain_body
from graphwing.server.sharing import SharingSettings
from graphwing.server.sources import Source, Subgraph, as_subgraph, fetch_sdl
from graphwing.server.subscriptions import SubscriptionSettings
from graphwing.server.suggestion import suggestion
from graphwing.supergraph import Supergraph, parse_supergraph

# Access rules that composition carries into a supergraph and nothing here applies.
_NOT_ENFORCED = frozenset({"authenticated", "policy", "requiresScopes"})

_log = logging.getLogger("graphwing")

_SharedKey = tuple[Operation, bytes, tuple[tuple[str, str], ...]]


class Router:
    """Answers operations on one graph that several subgraphs make up.

    `subgraphs` are composed here, at once where their schemas are at hand and otherwise when the
    router opens; or `supergraph` is what was composed before, and `subgraphs` says how to reach
    some of them.
    """

    def __init__(  # noqa: PLR0913 - one for each thing to decide
        self,
        subgraphs: Mapping[str, Source] | None = None,
        *,
        supergraph: Supergraph | Path | str | None = None,
        timeout: float = 10.0,
        identity: Identity | None = None,
        propagate_headers: Iterable[str] = (),
        planning: Limits | None = None,
        override_labels: Iterable[str] = (),
        sharing: SharingSettings | None = None,
    ) -> None:
        """Raise `CompositionError`, `SupergraphError` or `SettingsError` when it cannot work."""
        if not subgraphs and supergraph is None:
            raise SettingsError(
                "there is neither a supergraph nor a subgraph to route to",
                remedy="give one of them",
            )
        self._subgraphs = {name: as_subgraph(name, one) for name, one in (subgraphs or {}).items()}
        self._timeout = timeout
        self._planning = planning
        self._sharing = sharing or SharingSettings()
        self._shared = InFlight[_SharedKey, ExecutionResult]()
        self._named_labels = frozenset(override_labels)
        self._identity = identity
        self._propagated = propagated_names(propagate_headers)
        self._known_sdl = {name: one.known_sdl() for name, one in self._subgraphs.items()}
        self._supergraph: Supergraph | None = None
        self._operations: Operations | None = None
        self._labels: OverrideLabels | None = None
        self._executor: Executor | None = None
        self._opened = AsyncExitStack()
        if supergraph is not None:
            self._load(_read_supergraph(supergraph))
        elif None not in self._known_sdl.values():
            self._load(self._compose({}))

    @property
    def supergraph(self) -> Supergraph:
        """Return the graph that the subgraphs make up; raise `NotReadyError` before it is known."""
        if self._supergraph is None:
            raise NotReadyError
        return self._supergraph

    @property
    def counts(self) -> Counts:
        """Return how the requests since the router opened were answered."""
        return Counts() if self._executor is None else self._executor.counts

    @property
    def is_ready(self) -> bool:
        """Return whether operations can be executed."""
        return self._executor is not None

    async def open(self) -> None:
        """Open the ways to all subgraphs and, where that is still to do, compose them.

        Raises `SubgraphError` and `CompositionError`.
        """
        if self.is_ready:
            return
        async with AsyncExitStack() as opening:
            transports = {
                name: one.transport(name)
                for name, one in self._subgraphs.items()
                if one.is_reachable
            }
            for transport in transports.values():
                await _open(transport, opening)
            if self._supergraph is None:
                self._load(self._compose(await self._fetch_schemas(transports)))
            for name in self.supergraph.subgraphs.keys() - transports.keys():
                given = self._subgraphs.get(name, Subgraph())
                url = self.supergraph.subgraphs[name].url
                transports[name] = replace(given, url=url).transport(name)
                await _open(transports[name], opening)
            self._executor = self._make_executor(transports)
            self._opened = opening.pop_all()

    async def close(self) -> None:
        """Close the ways to all subgraphs; the router can be opened again."""
        if self._executor is not None:
            self._executor.stop()
            self._executor = None
        await self._opened.aclose()
        if self._operations is not None:
            self._operations.stop_planning()

    async def __aenter__(self) -> Self:
        """Open the router."""
        await self.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the router."""
        await self.close()

    async def execute(
        self,
        operation: str,
        *,
        variables: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        headers: Headers | None = None,
    ) -> dict[str, Any]:
        """Return the response to an operation: `data`, and `errors` if there are any.

        What is wrong with the request is in `errors` too. Raises `PlanningError` and
        `NotReadyError`.
        """
        request = GraphQLRequest(operation, operation_name, dict(variables or {}))
        lower = {name.lower(): value for name, value in (headers or {}).items()}
        try:
            return plain_body(await self.answer(request, lower))
        except RequestError as error:
            return {"errors": error.formatted()}

    async def subscribe(
        self,
        operation: str,
        *,
        variables: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        headers: Headers | None = None,
    ) -> AsyncGenerator[dict[str, Any]]:
        """Yield the response to each event of a subscription, or the one to another operation.

        What is wrong with the request is in `errors` of a last response. Raises `SubgraphError`
        when there is no stream of events, or no longer; `PlanningError` and `NotReadyError`.
        """
        request = GraphQLRequest(operation, operation_name, dict(variables or {}))
        lower = {name.lower(): value for name, value in (headers or {}).items()}
        try:
            async with aclosing(self.responses(request, lower)) as results:
                async for result in results:
                    yield plain_body(result)
        except RequestError as error:
            yield {"errors": error.formatted()}

    async def answer(
        self, request: GraphQLRequest, headers: Headers, *, allow_mutation: bool = True
    ) -> ExecutionResult:
        """Answer one request; `headers` have lower-case names.

        Raises `RequestError`, `PlanningError` and `NotReadyError`.
        """
        executor = self._running_executor()
        forwarded = self.forwarded(headers)
        operation = await self._operation(request)
        _require_allowed(operation, allow_mutation=allow_mutation)
        variables = operation.variables(request.variables or {})
        if self._sharing.operations and operation.plan.kind == "query":
            key = (operation, encode_json(variables), tuple(forwarded.items()))
            return await self._shared.result(
                key, lambda: _respond(executor, operation, variables, forwarded)
            )
        return await _respond(executor, operation, variables, forwarded)

    async def answer_in_parts(
        self,
        request: GraphQLRequest,
        headers: Headers,
        send: SendPart,
        *,
        repeats: bool,
        allow_mutation: bool = True,
    ) -> None:
        """Send the answer to one request, then what it defers, each part when it is there.

        A part `repeats` what it shares with those sent before, or not. Raises what `answer` does.
        """
        executor = self._running_executor()
        forwarded = self.forwarded(headers)
        operation = await self._operation(request, may_defer=True)
        _require_allowed(operation, allow_mutation=allow_mutation)
        variables = operation.variables(request.variables or {})
        if operation.plan.chosen(variables).parts:
            _log_failures(
                await executor.execute_in_parts(
                    operation, variables, forwarded, send, repeats=repeats
                )
            )
            return
        result = await _respond(executor, operation, variables, forwarded)
        await send(FirstPart(result.data, result.errors, ()))

    async def responses(
        self, request: GraphQLRequest, headers: Headers, *, allow_mutation: bool = True
    ) -> AsyncGenerator[ExecutionResult]:
        """Yield the responses to a subscription, or the one to another operation.

        Raises what `answer` does, and `SubgraphError` when there is no stream of events (any more).
        """
        executor = self._running_executor()
        forwarded = kept_fresh(lambda: self.forwarded(headers))
        # Credentials are looked at before anything else, as they are for other requests.
        forwarded()
        operation = await self._operation(request)
        if operation.plan.kind != "subscription":
            yield await self.answer(request, headers, allow_mutation=allow_mutation)
            return
        variables = operation.variables(request.variables or {})
        async with aclosing(executor.subscribe(operation, variables, forwarded)) as results:
            async for result in results:
                yield _logged(result)

    async def kind(self, request: GraphQLRequest) -> OperationKind:
        """Return what kind of operation a request asks for.

        Raises `OperationError`, `PlanningError` and `NotReadyError`.
        """
        return (await self._operation(request)).plan.kind

    def forwarded(self, headers: Headers) -> dict[str, str]:
        """Return the headers that subgraphs get for a client; raise `UnauthenticatedError`."""
        forwarded = propagated(headers, self._propagated) if self._propagated else {}
        if self._identity is not None:
            forwarded.update(self._identity.headers_for_subgraphs(headers.get("authorization")))
        return forwarded

    def plan(self, operation: str, operation_name: str | None = None) -> Plan:
        """Return how an operation would be answered.

        Raises `OperationError`, `PlanningError` and, before the graph is known, `NotReadyError`.
        """
        if self._operations is None:
            raise NotReadyError
        return self._operations.make(operation, operation_name).plan

    def asgi(
        self,
        *,
        body_limit: int = BODY_LIMIT,
        subscriptions: SubscriptionSettings | None = None,
    ) -> RouterApp:
        """Return the ASGI application that serves this router and opens it with the server."""
        return RouterApp(
            self, body_limit=body_limit, subscriptions=subscriptions or SubscriptionSettings()
        )

    def _running_executor(self) -> Executor:
        if self._executor is None:
            raise NotReadyError
        return self._executor

    async def _operation(self, request: GraphQLRequest, *, may_defer: bool = False) -> Operation:
        if self._operations is None or self._labels is None:
            raise NotReadyError
        return await self._operations.get(
            request.query,
            request.operation_name or None,
            may_defer=may_defer,
            labels=self._labels.choose(),
        )

    def _load(self, supergraph: Supergraph) -> None:
        for name in self._subgraphs.keys() - supergraph.subgraphs.keys():
            raise SettingsError(
                "the supergraph has no such subgraph",
                place=f"subgraphs.{name}",
                remedy=suggestion(name, supergraph.subgraphs),
            )
        _require_enforced(supergraph)
        self._supergraph = supergraph
        self._operations = Operations(supergraph, limits=self._planning)
        self._labels = OverrideLabels(supergraph, self._named_labels)

    def _compose(self, fetched: Mapping[str, str]) -> Supergraph:
        # Here, for a router of a supergraph starts sooner without composition.
        from graphwing.composition import (  # noqa: PLC0415
            SubgraphSdl,
            compose,
            python_classes,
        )

        return compose(
            SubgraphSdl(
                name,
                one.url or "",
                self._known_sdl[name] or fetched[name],
                python_classes(one.schema),
            )
            for name, one in self._subgraphs.items()
        )

    async def _fetch_schemas(self, transports: Mapping[str, Transport]) -> dict[str, str]:
        fetched: dict[str, str] = {}
        for name, known in self._known_sdl.items():
            if known is not None:
                continue
            if name not in transports:
                raise SettingsError(
                    "there is neither a schema nor a way to ask for it",
                    place=f"subgraphs.{name}",
                    remedy="say where the subgraph is, or give a composed supergraph",
                )
            fetched[name] = await fetch_sdl(name, transports[name], timeout=self._timeout)
        return fetched

    def _make_executor(self, transports: Mapping[str, Transport]) -> Executor:
        graph = self.supergraph
        return Executor(
            graph.api_schema,
            {
                name: Endpoint(self._way(one), self._timeout_of(name), self._reconnect_of(name))
                for name, one in transports.items()
            },
            interfaces=[name for name, of in graph.types.items() if of.kind == "interface"],
            compiler=Compiler(graph.schema, graph.api_schema),
        )

    def _way(self, transport: Transport) -> Transport:
        return SharingTransport(transport) if self._sharing.subgraph_requests else transport

    def _reconnect_of(self, name: str) -> Reconnect:
        given = self._subgraphs.get(name)
        return Reconnect() if given is None else given.reconnect

    def _timeout_of(self, name: str) -> float:
        given = self._subgraphs.get(name)
        return self._timeout if given is None or given.timeout is None else given.timeout


def _require_allowed(operation: Operation, *, allow_mutation: bool) -> None:
    match operation.plan.kind:
        case "subscription":
            raise SubscriptionRefusedError
        case "mutation" if not allow_mutation:
            raise MethodRefusedError("a mutation has to be sent with POST", allow="POST")
        case _:
            pass


async def _respond(
    executor: Executor,
    operation: Operation,
    variables: Mapping[str, Any],
    headers: Mapping[str, str],
) -> ExecutionResult:
    return _logged(await executor.respond(operation, variables, headers))


def _logged(result: ExecutionResult) -> ExecutionResult:
    _log_failures(result.failures)
    return result


def _log_failures(failures: Iterable[SubgraphError]) -> None:
    for failure in failures:
        _log.warning("%s (%r)", failure, failure.__cause__)


def _require_enforced(supergraph: Supergraph) -> None:
    """Raise `UnsupportedFeatureError` for access rules: serving without them would open data."""
    for name in sorted(_NOT_ENFORCED & supergraph.features.keys()):
        raise UnsupportedFeatureError(
            f"the supergraph restricts access with `@{name}`, which is not enforced yet",
            remedy="take it out of the subgraphs' schemas and let their resolvers decide",
        )


async def _open(transport: Transport, opening: AsyncExitStack) -> None:
    await transport.open()
    opening.push_async_callback(transport.close)


def _read_supergraph(given: Supergraph | Path | str) -> Supergraph:
    if isinstance(given, Supergraph):
        return given
    if isinstance(given, str) and "{" in given:
        return parse_supergraph(given)
    return parse_supergraph(read_text(Path(given), what="supergraph"))

"""A federated graph as one object: compose or load it, plan, execute, serve."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import AsyncExitStack, aclosing
from types import TracebackType
from typing import Any, Self

from graphwing.errors import (
    FederationError,
    NotReadyError,
    RequestError,
    SettingsError,
)
from graphwing.exact_json import encode_json
from graphwing.execution import (
    Counts,
    ExecutionResult,
    Executor,
    FirstPart,
    Operation,
    SendPart,
)
from graphwing.execution.in_flight import InFlight
from graphwing.execution.loop_hold import LoopHold
from graphwing.planner import Limits
from graphwing.planner.plan import OperationKind, Plan
from graphwing.server.access.authorization import Authorization, Caller
from graphwing.server.answering import log_failures, logged, require_allowed
from graphwing.server.app import BODY_LIMIT, RouterApp
from graphwing.server.documents.documents import Documents
from graphwing.server.graph.checks import reload_check, supergraph_check
from graphwing.server.graph.generation import Generation
from graphwing.server.graph.reloads import Reloads
from graphwing.server.graph.source import GivenSupergraph, GraphSource
from graphwing.server.graph.subgraph import Source, as_subgraph
from graphwing.server.graph.ways import Ways
from graphwing.server.headers.configured import propagated
from graphwing.server.headers.header_rules import HeaderRules, everything_in
from graphwing.server.http.request import GraphQLRequest, Headers
from graphwing.server.http.response import plain_body
from graphwing.server.identity.identity import Identity
from graphwing.server.identity.kept_fresh import kept_fresh
from graphwing.server.operations.lanes import PlanningState
from graphwing.server.operations.rules import OperationRules
from graphwing.server.settings.http import HttpSettings
from graphwing.server.settings.sharing import SharingSettings
from graphwing.server.settings.suggestion import suggestion
from graphwing.server.settings.traffic import TrafficSettings
from graphwing.server.streams.subscriptions import SubscriptionSettings
from graphwing.server.telemetry.observed_app import ObservedApp
from graphwing.server.telemetry.telemetry import Telemetry
from graphwing.server.traffic.rate_limit import rate_limit
from graphwing.server.traffic.shaped_router import shaped
from graphwing.server.traffic.to_subgraph import TrafficView
from graphwing.supergraph import Supergraph

DRAIN_SECONDS = 30.0
"""How long requests may take that began on a supergraph which is no longer served."""

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
        supergraph: GivenSupergraph | None = None,
        timeout: float = 10.0,
        identity: Identity | None = None,
        authorization: Authorization | None = None,
        propagate_headers: Iterable[str] = (),
        headers: HeaderRules | None = None,
        planning: Limits | None = None,
        override_labels: Iterable[str] = (),
        sharing: SharingSettings | None = None,
        rules: OperationRules | None = None,
        documents: Documents | None = None,
        traffic: TrafficSettings | None = None,
        telemetry: Telemetry | None = None,
    ) -> None:
        """Raise `CompositionError`, `SupergraphError` or `SettingsError` when it cannot work."""
        if not subgraphs and supergraph is None:
            raise SettingsError(
                "there is neither a supergraph nor a subgraph to route to",
                remedy="give one of them",
            )
        self._subgraphs = {name: as_subgraph(name, one) for name, one in (subgraphs or {}).items()}
        self._planning = planning
        self._rules = rules or OperationRules()
        self._sharing = sharing or SharingSettings()
        self._traffic = traffic or TrafficSettings()
        self._shared = InFlight[_SharedKey, ExecutionResult]()
        self._documents = documents or Documents()
        self._override_labels = frozenset(override_labels)
        self._identity = identity
        self._authorization = authorization or Authorization()
        self._headers = headers or propagated(propagate_headers)
        if self._headers is not None and self._headers.set_cookies and self._sharing.operations:
            raise SettingsError(
                "clients that share an answer would share its cookies",
                place="sharing.operations",
                remedy="switch it off, or do not propagate `set-cookie`",
            )
        self._ways = Ways(
            self._subgraphs,
            timeout=timeout,
            shares_requests=self._sharing.subgraph_requests,
            traffic=self._traffic.subgraphs,
            headers=self._headers,
            telemetry=telemetry,
        )
        self._rate_limit = rate_limit(self._traffic.rate_limit, identity and identity.claims)
        self._telemetry = telemetry
        self._counts = Counts()
        self._reloads = Reloads()
        self._changing = asyncio.Lock()
        self._retiring: dict[Generation, asyncio.Task[None]] = {}
        self._source = GraphSource(self._subgraphs, supergraph)
        known = self._source.known()
        self._generation = None if known is None else self._generation_of(known)

    @property
    def supergraph(self) -> Supergraph:
        """Return the graph that the subgraphs make up; raise `NotReadyError` before it is known."""
        if self._generation is None:
            raise NotReadyError
        return self._generation.supergraph

    @property
    def counts(self) -> Counts:
        """Return how the requests since the router opened were answered."""
        return self._counts

    @property
    def traffic(self) -> Mapping[str, TrafficView]:
        """Return how it stands with requests to each subgraph."""
        return self._ways.traffic()

    @property
    def reloads(self) -> Reloads:
        """Return since when the graph is served, and what became of others."""
        return self._reloads

    @property
    def is_ready(self) -> bool:
        """Return whether operations can be executed."""
        return self._generation is not None and self._generation.is_open

    async def open(self) -> None:
        """Open the ways to all subgraphs and, where that is still to do, compose them.

        Raises `SubgraphError` and `CompositionError`.
        """
        async with self._changing, AsyncExitStack() as asking:
            if self._generation is None:
                found = await self._source.read(self._ways, asking)
                self._generation = self._generation_of(found)
            if not self._generation.is_open:
                await self._generation.open(self._ways, self._counts)
                self._reloads.begin()
            await self._documents.open()
        if self._identity is not None:
            await self._identity.open()

    def checks(self) -> dict[str, Any]:
        """Return what the router finds when it looks at itself: its graph, and the ways from it."""
        if self._generation is None or not self._generation.is_open:
            return {"supergraph": {"ok": False, "reason": "it is not open"}}
        return {
            "supergraph": supergraph_check(self._generation.supergraph, self._reloads),
            "reload": reload_check(self._reloads),
            "subgraphs": self._ways.checks(),
        }

    def planning(self) -> PlanningState:
        """Return how many operations are kept, and how many are waited for."""
        operations = None if self._generation is None else self._generation.operations
        if operations is None:
            return PlanningState(0, {})
        return PlanningState(operations.kept, operations.lane_loads())

    def loop_holds(self) -> dict[str, LoopHold]:
        """Return, by subgraph in this process, how long it holds the event loop."""
        return self._ways.loop_holds()

    async def reload(
        self, supergraph: GivenSupergraph | None = None, *, drain: float = DRAIN_SECONDS
    ) -> bool:
        """Answer new requests on another supergraph, and return whether it is another.

        Without one the file, or the schemas of the subgraphs, are read again. Requests that are
        under way are answered on the one they began with; what takes more than `drain` seconds,
        as subscriptions do, is ended then. Operations that were lately used are planned before the
        change. Raises `SupergraphError`, `CompositionError`, `SettingsError`, `SubgraphError` and
        `NotReadyError`; then nothing has changed.
        """
        try:
            is_new = await self._reloaded(supergraph, drain)
        except FederationError as error:
            self._reloads.fail(error)
            raise
        self._reloads.succeed(is_new=is_new)
        return is_new

    async def _reloaded(self, supergraph: GivenSupergraph | None, drain: float) -> bool:
        async with self._changing, AsyncExitStack() as asking:
            before = self._running()
            source = self._source
            if supergraph is not None:
                source = GraphSource(self._subgraphs, supergraph)
            found = await source.read(self._ways, asking)
            if found is before.supergraph:
                return False
            generation = self._generation_of(found)
            try:
                await generation.open(self._ways, self._counts)
                await generation.prepare(before)
            except BaseException:
                await generation.close()
                raise
            self._source, self._generation = source, generation
            retiring = asyncio.create_task(before.retire(drain))
            self._retiring[before] = retiring
            retiring.add_done_callback(lambda _: self._retiring.pop(before, None))
            return True

    async def close(self) -> None:
        """Close the ways to all subgraphs; the router can be opened again."""
        async with self._changing:
            await self._documents.close()
            for generation, retiring in [*self._retiring.items()]:
                retiring.cancel()
                await asyncio.wait((retiring,))
                await generation.close()
            if self._generation is not None:
                await self._generation.close()
            self._counts = Counts()
        if self._identity is not None:
            await self._identity.close()

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
        with self._running() as generation:
            caller = await self.caller(headers)
            operation = await self._operation(generation, request, caller)
            require_allowed(operation, allow_mutation=allow_mutation)
            variables = operation.variables(request.variables or {})
            if generation.budget is not None:
                generation.budget.require(operation, variables)
            executor = generation.executor
            if self._sharing.operations and operation.plan.kind == "query":
                key = (operation, encode_json(variables), everything_in(caller.headers))
                result = await self._shared.result(
                    key, lambda: self._respond(executor, operation, variables, caller.headers)
                )
            else:
                result = await self._respond(executor, operation, variables, caller.headers)
            if generation.budget is not None:
                return generation.budget.told(result, operation, variables)
            return result

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
        with self._running() as generation:
            caller = await self.caller(headers)
            operation = await self._operation(generation, request, caller, may_defer=True)
            require_allowed(operation, allow_mutation=allow_mutation)
            variables = operation.variables(request.variables or {})
            if generation.budget is not None:
                generation.budget.require(operation, variables)
            executor = generation.executor
            if operation.plan.chosen(variables).parts:
                log_failures(
                    await executor.execute_in_parts(
                        operation, variables, caller.headers, send, repeats=repeats
                    )
                )
                return
            result = await self._respond(executor, operation, variables, caller.headers)
            await send(FirstPart(result.data, result.errors, ()))

    async def responses(
        self, request: GraphQLRequest, headers: Headers, *, allow_mutation: bool = True
    ) -> AsyncGenerator[ExecutionResult]:
        """Yield the responses to a subscription, or the one to another operation.

        Raises what `answer` does, and `SubgraphError` when there is no stream of events (any more).
        """
        with self._running() as generation:
            # Credentials are looked at before anything else, as they are for other requests.
            caller = await self.caller(headers)
            operation = await self._operation(generation, request, caller)
            if operation.plan.kind != "subscription":
                yield await self.answer(request, headers, allow_mutation=allow_mutation)
                return
            variables = operation.variables(request.variables or {})
            if generation.budget is not None:
                generation.budget.require(operation, variables)
            forwarded = kept_fresh(lambda: self._forwarded(headers))
            results = generation.executor.subscribe(operation, variables, forwarded)
            async with aclosing(generation.until_retired(results)) as current:
                async for result in current:
                    yield logged(result)

    async def kind(self, request: GraphQLRequest) -> OperationKind:
        """Return what kind of operation a request asks for.

        Raises `OperationError`, `PlanningError` and `NotReadyError`.
        """
        with self._running() as generation:
            return (await generation.operation(self._documents.resolved(request))).plan.kind

    async def caller(self, headers: Headers) -> Caller:
        """Return who asks, and what subgraphs are told of it; raise `UnauthenticatedError`."""
        forwarded = {} if self._headers is None else self._headers.forwarded(headers)
        if self._identity is None:
            return Caller(forwarded)
        claims = await self._identity.claims(headers)
        forwarded.update(self._identity.signed(claims))
        return Caller(forwarded, claims)

    async def authenticate(self, headers: Headers) -> None:
        """Raise `UnauthenticatedError` for a client whose token is not valid."""
        if self._identity is not None:
            await self._identity.claims(headers)

    admit = authenticate

    def plan(self, operation: str, operation_name: str | None = None) -> Plan:
        """Return how an operation would be answered.

        Raises `OperationError`, `PlanningError` and, before the graph is known, `NotReadyError`.
        """
        if self._generation is None:
            raise NotReadyError
        return self._generation.operations.make(operation, operation_name).plan

    def asgi(
        self,
        *,
        body_limit: int = BODY_LIMIT,
        subscriptions: SubscriptionSettings | None = None,
        verbose_health: bool = True,
        http: HttpSettings | None = None,
    ) -> RouterApp:
        """Return the ASGI application that serves this router and opens it with the server.

        With `verbose_health`, `/readyz?verbose` tells clients what was looked at. Raises
        `SettingsError` for rules of `http` that cannot hold.
        """
        limited = self._rate_limit is not None
        app = RouterApp if self._telemetry is None else ObservedApp
        return app(
            shaped(self, self._traffic, self._rate_limit),
            body_limit=body_limit,
            subscriptions=subscriptions or SubscriptionSettings(),
            trusted_proxies=self._traffic.trusted_proxies if limited else None,
            verbose_health=verbose_health,
            http=http,
            telemetry=self._telemetry,
        )

    async def _forwarded(self, headers: Headers) -> Mapping[str, str]:
        return (await self.caller(headers)).headers

    async def _operation(
        self,
        generation: Generation,
        request: GraphQLRequest,
        caller: Caller,
        *,
        may_defer: bool = False,
    ) -> Operation:
        """Return what of the operation that a client asks for it may read."""
        asked = self._documents.resolved(request)
        operation = await generation.operation(asked, may_defer=may_defer)
        if not operation.requirements:
            return operation
        return await self._authorization.permitted(
            operation,
            caller,
            lambda unmet: generation.operation(asked, may_defer=may_defer, unmet=unmet),
        )

    async def _respond(
        self,
        executor: Executor,
        operation: Operation,
        variables: Mapping[str, Any],
        forwarded: Mapping[str, str],
    ) -> ExecutionResult:
        result = logged(await executor.respond(operation, variables, forwarded))
        return result if self._headers is None else self._headers.on(result, forwarded)

    def _running(self) -> Generation:
        if self._generation is None or not self._generation.is_open:
            raise NotReadyError
        return self._generation

    def _generation_of(self, supergraph: Supergraph) -> Generation:
        for name in self._subgraphs.keys() - supergraph.subgraphs.keys():
            raise SettingsError(
                "the supergraph has no such subgraph",
                place=f"subgraphs.{name}",
                remedy=suggestion(name, supergraph.subgraphs),
            )
        return Generation(
            supergraph,
            planning=self._planning,
            override_labels=self._override_labels,
            rules=self._rules,
            telemetry=self._telemetry,
        )

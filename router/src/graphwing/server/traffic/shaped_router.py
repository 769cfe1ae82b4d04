"""Stand before a router: count requests, limit their number and end those that take too long."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from functools import partial
from typing import Any, TypeVar

from graphwing.errors import RouterBusyError
from graphwing.execution import ExecutionResult, SendPart
from graphwing.execution.traffic.admission import Admission, QueueFullError
from graphwing.planner.plan import OperationKind
from graphwing.server.app import Answering
from graphwing.server.http.request import GraphQLRequest, Headers
from graphwing.server.settings.traffic import ConcurrencySettings, TrafficSettings
from graphwing.server.traffic.deadlines import Deadlines
from graphwing.server.traffic.rate_limit import RateLimit

Answer = TypeVar("Answer")


def shaped(router: Answering, settings: TrafficSettings, rate_limit: RateLimit | None) -> Answering:
    """Return `router` within the limits that `settings` have for clients."""
    in_flight = settings.in_flight if settings.in_flight and settings.in_flight.enabled else None
    if settings.request_timeout is None and in_flight is None and rate_limit is None:
        return router
    return ShapedRouter(
        router,
        request_timeout=settings.request_timeout,
        in_flight=in_flight,
        rate_limit=rate_limit,
    )


class ShapedRouter:
    """Answers what its router answers, within limits.

    Each operation counts for itself, whichever way it comes. A subscription is counted when it
    begins; it may last as long as it wants and takes no place.
    """

    def __init__(
        self,
        router: Answering,
        *,
        request_timeout: float | None,
        in_flight: ConcurrencySettings | None,
        rate_limit: RateLimit | None,
    ) -> None:
        self._router = router
        self._rate_limit = rate_limit
        self._deadlines = None if request_timeout is None else Deadlines(request_timeout)
        self._admission: Admission | None = None
        self._patience = 0.0
        if in_flight is not None:
            self._admission = Admission(limit=in_flight.limit, queue=in_flight.queue)
            self._patience = in_flight.patience

    @property
    def is_ready(self) -> bool:
        """Return whether requests can be answered."""
        return self._router.is_ready

    async def open(self) -> None:
        """Make ready."""
        await self._router.open()

    async def close(self) -> None:
        """Release everything."""
        await self._router.close()

    async def answer(
        self, request: GraphQLRequest, headers: Headers, *, allow_mutation: bool = True
    ) -> ExecutionResult:
        """Answer one request; raise `RequestTimeoutError` when that takes too long.

        Raises `RateLimitedError`, `RouterBusyError`, and what the router raises.
        """
        if self._rate_limit is not None:
            await self._rate_limit.count(headers)
        return await self._answer(request, headers, allow_mutation=allow_mutation)

    async def answer_in_parts(
        self,
        request: GraphQLRequest,
        headers: Headers,
        send: SendPart,
        *,
        repeats: bool,
        allow_mutation: bool = True,
    ) -> None:
        """Answer one request in parts. Raises what `answer` does."""
        if self._rate_limit is not None:
            await self._rate_limit.count(headers)
        answer = partial(
            self._router.answer_in_parts,
            request,
            headers,
            send,
            repeats=repeats,
            allow_mutation=allow_mutation,
        )
        await self._within_limits(answer)

    async def responses(
        self, request: GraphQLRequest, headers: Headers, *, allow_mutation: bool = True
    ) -> AsyncGenerator[ExecutionResult]:
        """Answer one request as often as it wants. Raises what `answer` does."""
        if self._rate_limit is not None:
            await self._rate_limit.count(headers)
        # Credentials are looked at before anything is planned, as they are for other requests.
        await self._router.admit(headers)
        if await self._router.kind(request) != "subscription":
            yield await self._answer(request, headers, allow_mutation=allow_mutation)
            return
        results = self._router.responses(request, headers, allow_mutation=allow_mutation)
        async with aclosing(results):
            async for result in results:
                yield result

    async def kind(self, request: GraphQLRequest) -> OperationKind:
        """Return what kind of operation a request asks for."""
        return await self._router.kind(request)

    async def authenticate(self, headers: Headers) -> None:
        """Raise `UnauthenticatedError` for a client whose token is not valid."""
        await self._router.authenticate(headers)

    async def admit(self, headers: Headers) -> None:
        """Count the client's next request, or raise `RequestError`."""
        await self._router.admit(headers)
        if self._rate_limit is not None:
            await self._rate_limit.count_ahead(headers)

    def checks(self) -> Mapping[str, Any]:
        """Return what it finds when it looks at itself, by name."""
        return self._router.checks()

    def _answer(
        self, request: GraphQLRequest, headers: Headers, *, allow_mutation: bool
    ) -> Awaitable[ExecutionResult]:
        if self._admission is None and self._deadlines is not None:
            # What nearly all routers have: only the deadline.
            answer = self._router.answer(request, headers, allow_mutation=allow_mutation)
            return self._deadlines.within(answer)
        return self._within_limits(
            partial(self._router.answer, request, headers, allow_mutation=allow_mutation)
        )

    def _within_limits(self, work: Callable[[], Awaitable[Answer]]) -> Awaitable[Answer]:
        answer = work() if self._admission is None else self._placed(self._admission, work)
        return answer if self._deadlines is None else self._deadlines.within(answer)

    async def _placed(self, admission: Admission, work: Callable[[], Awaitable[Answer]]) -> Answer:
        """Return what `work` does in one of the places, or raise `RouterBusyError`."""
        if not admission.places.take():
            try:
                await admission.wait(self._patience)
            except (QueueFullError, TimeoutError) as error:
                raise RouterBusyError(admission.places.limit) from error
        try:
            return await work()
        finally:
            admission.leave()

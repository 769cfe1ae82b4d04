"""Reach a subgraph that runs in this process: an ASGI application, or a Strawberry schema.

No HTTP client is involved, yet a subgraph notices no difference when it moves out: what crosses
is JSON, contexts are isolated, deadlines hold, and what it raises stays its own failure.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from typing import Any, Protocol, runtime_checkable

import msgspec
from graphql import GraphQLError

from graphwing.errors import StreamRefusedError, SubgraphError, SubgraphTimeoutError
from graphwing.exact_json import encode_json
from graphwing.execution.loop_hold import LoopHold
from graphwing.execution.transport import RawAnswer, SubgraphAnswer, SubgraphRequest
from graphwing.execution.transports.asgi import (
    HOST,
    POST,
    AsgiApp,
    Exchange,
    Lifespan,
    asgi_headers,
    asgi_scope,
)
from graphwing.execution.transports.asgi_streams import AsgiEventStreams
from graphwing.execution.transports.event_streams import EventStreams
from graphwing.execution.transports.isolation import isolated, isolated_events
from graphwing.execution.transports.request_headers import REQUEST_HEADERS

_SERVER_ERROR = 500

DIRECT = "graphql.execute"
"""Under this name an application may leave a `DirectExecution` in the state of its lifespan."""


class AsgiTransport:
    """Calls an ASGI application as a function, `POST` to its `path`.

    An application that offers `DIRECT` is asked so instead: no request and no body are made only
    to be read again.
    """

    def __init__(  # noqa: PLR0913 - one for each thing to decide
        self,
        subgraph: str,
        app: AsgiApp,
        *,
        path: str = "/graphql",
        streams: EventStreams | None = None,
        hold: LoopHold | None = None,
        wanted: Callable[[str], bool] | None = None,
    ) -> None:
        """Take which headers of answers are wanted, if any; `DIRECT` answers have none."""
        self.hold = hold or LoopHold(subgraph)
        self._wanted = wanted
        self._subgraph = subgraph
        streams = streams or EventStreams()
        self._streams = AsgiEventStreams(subgraph, app, streams)
        self._stream_path = streams.path or path
        self._app = app
        self._path = path
        self._lifespan = Lifespan(subgraph, app)

    async def open(self) -> None:
        """Run the application's start-up, or raise `SubgraphStartError`."""
        self._lifespan = Lifespan(self._subgraph, self._app)
        await self._lifespan.start()
        self.hold.watch_tasks()

    async def close(self) -> None:
        """Run the application's shutdown."""
        await self._lifespan.stop()

    async def send(self, request: SubgraphRequest, *, timeout: float) -> RawAnswer:  # noqa: ASYNC109
        """Answer `request`, or raise `SubgraphError`; it takes at most `timeout` seconds."""
        direct: DirectExecution | None = self._lifespan.state.get(DIRECT)
        if direct is not None:
            return await self._ask(direct, request, timeout)
        body = request.body()
        exchange = Exchange(body, self._wanted)
        headers = {"host": HOST, "content-length": str(len(body)), **request.headers}
        scope = {
            **asgi_scope(self._path, self._lifespan.state),
            **POST,
            "headers": asgi_headers({**headers, **REQUEST_HEADERS}),
        }

        async def call() -> None:
            await self._app(scope, exchange.receive, exchange.send)

        try:
            await isolated(self._subgraph, call, timeout, self.hold)
        except SubgraphError:
            # What the application does after its answer, in the background, is its own affair.
            if not exchange.is_complete or exchange.status >= _SERVER_ERROR:
                raise
        if not exchange.is_complete:
            raise SubgraphError(self._subgraph, "ended without an answer")
        return RawAnswer(
            self._subgraph,
            exchange.body,
            exchange.content_type,
            exchange.status,
            exchange.retry_after,
            exchange.headers,
        )

    async def _ask(
        self,
        direct: DirectExecution,
        request: SubgraphRequest,
        timeout: float,  # noqa: ASYNC109
    ) -> RawAnswer:
        plain = request.plain()
        headers = {name.lower(): value for name, value in plain.headers.items()}

        async def call() -> RawAnswer:
            result = await direct(plain.operation, dict(plain.variables), headers)
            return RawAnswer(self._subgraph, _encoded(result))

        return await isolated(self._subgraph, call, timeout, self.hold)

    def subscribe(
        self, request: SubgraphRequest, *, timeout: float
    ) -> AsyncGenerator[SubgraphAnswer]:
        """Yield the events of `request`, or raise `SubgraphError`."""
        scope = asgi_scope(self._stream_path, self._lifespan.state)
        return self._streams.subscribe(scope, request, timeout=timeout)


class SchemaResult(Protocol):
    """What executing a Strawberry schema returns."""

    @property
    def data(self) -> dict[str, Any] | None:
        """Return the data."""
        ...

    @property
    def errors(self) -> Sequence[GraphQLError] | None:
        """Return the errors."""
        ...


DirectExecution = Callable[[str, dict[str, Any], dict[str, str]], Awaitable[SchemaResult]]
"""Executes an operation with variables, for a request with headers (their names lower-case)."""


@runtime_checkable
class ExecutableSchema(Protocol):
    """A Strawberry schema as far as it is needed here, so that Strawberry is no dependency."""

    def as_str(self) -> str:
        """Return the schema as SDL."""
        ...

    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any | None = None,  # noqa: ANN401
    ) -> SchemaResult:
        """Execute an operation."""
        ...

    async def subscribe(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any | None = None,  # noqa: ANN401
    ) -> AsyncGenerator[SchemaResult, None] | SchemaResult:
        """Execute a subscription: its results, or a single one that says why there are none."""
        ...


def request_context(request: SubgraphRequest) -> dict[str, Any]:
    """Return the context that resolvers get unless they are given another: `info.context`."""
    return {"request": request}


class SchemaTransport:
    """Executes operations on a Strawberry schema directly, without HTTP and without ASGI."""

    def __init__(
        self,
        subgraph: str,
        schema: ExecutableSchema,
        *,
        context: Callable[[SubgraphRequest], Any] = request_context,
        hold: LoopHold | None = None,
    ) -> None:
        self.hold = hold or LoopHold(subgraph)
        self._subgraph = subgraph
        self._schema = schema
        self._context = context

    async def open(self) -> None:
        """Watch the loop: the schema itself is always ready."""
        self.hold.watch_tasks()

    async def close(self) -> None:
        """Do nothing: a schema holds nothing."""

    async def send(self, request: SubgraphRequest, *, timeout: float) -> RawAnswer:  # noqa: ASYNC109
        """Answer `request`, or raise `SubgraphError`; it takes at most `timeout` seconds."""
        plain = request.plain()

        async def call() -> RawAnswer:
            result = await self._schema.execute(
                plain.operation,
                variable_values=dict(plain.variables),
                context_value=self._context(plain),
            )
            return RawAnswer(self._subgraph, _encoded(result))

        return await isolated(self._subgraph, call, timeout, self.hold)

    def subscribe(
        self,
        request: SubgraphRequest,
        *,
        timeout: float,
    ) -> AsyncGenerator[SubgraphAnswer]:
        """Yield the events of `request`, or raise `SubgraphError`."""

        async def events() -> AsyncGenerator[SubgraphAnswer]:
            try:
                async with asyncio.timeout(timeout):
                    results = await self._schema.subscribe(
                        request.operation,
                        variable_values=dict(request.variables),
                        context_value=self._context(request),
                    )
            except TimeoutError as error:
                raise SubgraphTimeoutError(self._subgraph, timeout) from error
            if not isinstance(results, AsyncGenerator):
                raise StreamRefusedError(self._subgraph, _formatted(results.errors or ()))
            async with aclosing(results):
                async for result in results:
                    yield _answer(result)

        return isolated_events(self._subgraph, events, self.hold)


def _encoded(result: SchemaResult) -> bytes:
    errors = [error.formatted for error in result.errors or ()]
    return encode_json({"data": result.data, "errors": errors} if errors else {"data": result.data})


def _answer(result: SchemaResult) -> SubgraphAnswer:
    return SubgraphAnswer(
        msgspec.to_builtins(result.data, str_keys=True), _formatted(result.errors or ())
    )


def _formatted(errors: Iterable[GraphQLError]) -> list[dict[str, Any]]:
    return [msgspec.to_builtins({**error.formatted}, str_keys=True) for error in errors]

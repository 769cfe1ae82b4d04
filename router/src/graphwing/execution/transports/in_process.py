"""Reach a subgraph that runs in this process: an ASGI application, or a Strawberry schema.

No HTTP client is involved, yet a subgraph notices no difference when it moves out: what crosses
is JSON, contexts are isolated, deadlines hold, and what it raises stays its own failure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import msgspec
from graphql import GraphQLError

from graphwing.errors import SubgraphError
from graphwing.execution.answer import read_http_answer
from graphwing.execution.transport import SubgraphAnswer, SubgraphRequest
from graphwing.execution.transports.asgi import ASGI_VERSION, AsgiApp, Exchange, Lifespan, Scope
from graphwing.execution.transports.isolation import isolated
from graphwing.execution.transports.request_body import REQUEST_HEADERS, request_body

_HOST = "localhost"
_SERVER_ERROR = 500


class AsgiTransport:
    """Calls an ASGI application as a function, `POST` to its `path`."""

    def __init__(self, subgraph: str, app: AsgiApp, *, path: str = "/graphql") -> None:
        self._subgraph = subgraph
        self._app = app
        self._path = path
        self._lifespan = Lifespan(subgraph, app)

    async def open(self) -> None:
        """Run the application's start-up, or raise `SubgraphStartError`."""
        self._lifespan = Lifespan(self._subgraph, self._app)
        await self._lifespan.start()

    async def close(self) -> None:
        """Run the application's shutdown."""
        await self._lifespan.stop()

    async def send(self, request: SubgraphRequest, *, timeout: float) -> SubgraphAnswer:  # noqa: ASYNC109
        """Answer `request`, or raise `SubgraphError`; it takes at most `timeout` seconds."""
        body = request_body(request)
        exchange = Exchange(body)
        scope = self._scope(request.headers, len(body))

        async def call() -> None:
            await self._app(scope, exchange.receive, exchange.send)

        try:
            await isolated(self._subgraph, call, timeout)
        except SubgraphError:
            # What the application does after its answer, in the background, is its own affair.
            if not exchange.is_complete or exchange.status >= _SERVER_ERROR:
                raise
        if not exchange.is_complete:
            raise SubgraphError(self._subgraph, "ended without an answer")
        return read_http_answer(
            self._subgraph, exchange.status, exchange.content_type, exchange.body
        )

    def _scope(self, headers: Mapping[str, str], length: int) -> Scope:
        all_headers = {
            "host": _HOST,
            "content-length": str(length),
            **headers,
            **REQUEST_HEADERS,
        }
        return {
            "type": "http",
            "asgi": ASGI_VERSION,
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": self._path,
            "raw_path": self._path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [
                (name.lower().encode("latin-1"), value.encode("latin-1"))
                for name, value in all_headers.items()
            ],
            "client": ("127.0.0.1", 0),
            "server": (_HOST, 80),
            "state": self._lifespan.state.copy(),
        }


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
    ) -> None:
        self._subgraph = subgraph
        self._schema = schema
        self._context = context

    async def open(self) -> None:
        """Do nothing: a schema is always ready."""

    async def close(self) -> None:
        """Do nothing: a schema holds nothing."""

    async def send(self, request: SubgraphRequest, *, timeout: float) -> SubgraphAnswer:  # noqa: ASYNC109
        """Answer `request`, or raise `SubgraphError`; it takes at most `timeout` seconds."""

        async def call() -> SubgraphAnswer:
            result = await self._schema.execute(
                request.operation,
                variable_values=dict(request.variables),
                context_value=self._context(request),
            )
            return SubgraphAnswer(
                msgspec.to_builtins(result.data, str_keys=True), _formatted(result.errors or ())
            )

        return await isolated(self._subgraph, call, timeout)


def _formatted(errors: Iterable[GraphQLError]) -> list[dict[str, Any]]:
    return [msgspec.to_builtins({**error.formatted}, str_keys=True) for error in errors]

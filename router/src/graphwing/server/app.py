"""The router as an ASGI application: `/graphql`, `/health`, `/readyz`, and its own lifespan."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from graphwing.errors import FederationError, MediaTypeRefusedError, RequestError
from graphwing.execution import ExecutionResult
from graphwing.server.media_type import JSON, response_media_type
from graphwing.server.request import (
    ClientLeftError,
    GraphQLRequest,
    Headers,
    Receive,
    Scope,
    Send,
    read_headers,
    read_request,
    require_method,
)
from graphwing.server.response import (
    HttpResponse,
    json_response,
    refusal,
    respond,
    send_response,
)

BODY_LIMIT = 2 * 1024 * 1024
"""Bytes that the body of a request may have, unless settings say otherwise."""

_OK, _NOT_FOUND, _NOT_READY = 200, 404, 503
_POLICY_VIOLATION = 1008

Result = TypeVar("Result")


class Answering(Protocol):
    """What the application needs of a router."""

    @property
    def is_ready(self) -> bool:
        """Return whether requests can be answered."""
        ...

    async def open(self) -> None:
        """Make ready."""
        ...

    async def close(self) -> None:
        """Release everything."""
        ...

    async def answer(
        self, request: GraphQLRequest, headers: Headers, *, allow_mutation: bool = True
    ) -> ExecutionResult:
        """Answer one request."""
        ...


class RouterApp:
    """Serves one router."""

    def __init__(self, router: Answering, *, body_limit: int) -> None:
        self._router = router
        self._body_limit = body_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or open and close the router with the server."""
        match scope["type"]:
            case "http":
                await self._http(scope, receive, send)
            case "lifespan":
                await self._lifespan(receive, send)
            case _:
                await send({"type": "websocket.close", "code": _POLICY_VIOLATION})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            response = await self._response(scope, receive)
        except ClientLeftError:
            return
        await send_response(send, response)

    async def _response(self, scope: Scope, receive: Receive) -> HttpResponse:
        match _route(scope):
            case "/graphql":
                return await self._graphql(scope, receive)
            case "/health":
                return json_response(_OK, {"status": "alive"})
            case "/readyz" if self._router.is_ready:
                return json_response(_OK, {"status": "ready"})
            case "/readyz":
                return json_response(_NOT_READY, {"status": "not ready"})
            case path:
                error = f"nothing is at `{path}`; GraphQL is at `/graphql`"
                return json_response(_NOT_FOUND, {"errors": [{"message": error}]})

    async def _graphql(self, scope: Scope, receive: Receive) -> HttpResponse:
        headers = read_headers(scope)
        try:
            media_type = response_media_type(headers.get("accept"))
        except MediaTypeRefusedError as error:
            return refusal(error, JSON)
        try:
            require_method(scope)
            request = await read_request(scope, receive, headers, body_limit=self._body_limit)
        except RequestError as error:
            return refusal(error, media_type)

        async def work() -> ExecutionResult:
            is_get = scope["method"] == "GET"
            return await self._router.answer(request, headers, allow_mutation=not is_get)

        return await _while_client_waits(lambda: respond(work, media_type), receive)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self._router.open()
        except FederationError as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._router.close()
        await send({"type": "lifespan.shutdown.complete"})


def _route(scope: Scope) -> str:
    """Return the path below where the application is mounted."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    return path.removeprefix(root) if root and path.startswith(f"{root}/") else path


async def _while_client_waits(work: Callable[[], Awaitable[Result]], receive: Receive) -> Result:
    """Return what `work` returns; if the client leaves, cancel it and raise `ClientLeftError`."""
    request = asyncio.current_task()
    has_left = False

    async def watch() -> None:
        nonlocal has_left
        while (await receive())["type"] != "http.disconnect":
            pass
        has_left = True
        if request is not None:
            request.cancel()

    watcher = asyncio.get_running_loop().create_task(watch())
    try:
        return await work()
    except asyncio.CancelledError:
        if has_left and request is not None and request.uncancel() == 0:
            raise ClientLeftError from None
        raise
    finally:
        watcher.cancel()

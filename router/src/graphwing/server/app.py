"""The router as an ASGI application: `/graphql`, its health, and its own lifespan."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from functools import partial
from typing import Any, Protocol

from graphwing.errors import (
    FederationError,
    MediaTypeRefusedError,
    NotReadyError,
    RequestError,
)
from graphwing.execution import ExecutionResult, SendPart
from graphwing.planner.plan import OperationKind
from graphwing.server.health import Health
from graphwing.server.http.batch import Batch
from graphwing.server.http.client import WaitingClients, WhileClientWaits
from graphwing.server.http.media_type import GRAPHQL_RESPONSE, JSON
from graphwing.server.http.parts_response import PartsResponse
from graphwing.server.http.request import (
    ClientLeftError,
    GraphQLRequest,
    Headers,
    Receive,
    Scope,
    Send,
    read_request,
    require_method,
)
from graphwing.server.http.request_headers import RequestHeaders
from graphwing.server.http.response import (
    HttpResponse,
    json_response,
    refusal,
    respond,
    send_response,
)
from graphwing.server.http.rules import HttpRules
from graphwing.server.http.wanted import Wanted, wanted
from graphwing.server.settings.http import HttpSettings
from graphwing.server.streams.graphql_websocket import GraphQLWebSocket
from graphwing.server.streams.http_stream import send_stream
from graphwing.server.streams.subscriptions import Subscriptions, SubscriptionSettings
from graphwing.server.telemetry.telemetry import Telemetry
from graphwing.server.traffic.client import CLIENT_ADDRESS, Peer, client_address

BODY_LIMIT = 2 * 1024 * 1024
"""Bytes that the body of a request may have, unless settings say otherwise."""

_NOT_FOUND = 404
_POLICY_VIOLATION = 1008


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

    async def answer_in_parts(
        self,
        request: GraphQLRequest,
        headers: Headers,
        send: SendPart,
        *,
        repeats: bool,
        allow_mutation: bool = True,
    ) -> None:
        """Answer one request in parts."""
        ...

    def responses(
        self, request: GraphQLRequest, headers: Headers, *, allow_mutation: bool = True
    ) -> AsyncGenerator[ExecutionResult]:
        """Answer one request as often as it wants."""
        ...

    async def kind(self, request: GraphQLRequest) -> OperationKind:
        """Return what kind of operation a request asks for."""
        ...

    async def authenticate(self, headers: Headers) -> None:
        """Raise `UnauthenticatedError` for a client whose token is not valid."""
        ...

    async def admit(self, headers: Headers) -> None:
        """Raise `RequestError` if a client may ask nothing at all, before its next request."""
        ...

    def checks(self) -> Mapping[str, Any]:
        """Return what it finds when it looks at itself, by name."""
        ...


class RouterApp:
    """Serves one router."""

    def __init__(  # noqa: PLR0913 - one for each thing to decide
        self,
        router: Answering,
        *,
        body_limit: int,
        subscriptions: SubscriptionSettings,
        verbose_health: bool = True,
        trusted_proxies: int | None = None,
        http: HttpSettings | None = None,
        telemetry: Telemetry | None = None,
    ) -> None:
        """Take how many proxies to trust, if it matters who the clients are.

        Raises `SettingsError` for rules of `http` that cannot hold.
        """
        self._router = router
        self._rules = HttpRules(http or HttpSettings())
        self._telemetry = telemetry
        self.health = Health(router, is_verbose=verbose_health)
        self._body_limit = body_limit
        self._subscriptions = Subscriptions(subscriptions)
        self._clients = WaitingClients()
        self._trusted_proxies = trusted_proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or open and close the router with the server."""
        match scope["type"]:
            case "http":
                await self._http(scope, receive, send)
            case "lifespan":
                await self._lifespan(receive, send)
            case _:
                await self._websocket(scope, receive, send)

    @property
    def subscriptions(self) -> Subscriptions:
        """Return what is served at this moment to clients that stay."""
        return self._subscriptions

    def leave(self) -> None:
        """Be no longer ready; requests are answered all the same."""
        self.health.is_leaving = True

    async def stop(self, drain: float = 0.0) -> None:
        """End all subscriptions, each with a word of goodbye; a server would only cut them off.

        Other operations over WebSockets and streams may take up to `drain` seconds before.
        """
        self.leave()
        await self._subscriptions.stop(drain)

    def direct_media_type(self, target: bytes, headers: RequestHeaders) -> str | None:
        """Return the media type of the response to a POST that can go the short way.

        That is: its length is known and allowed, it is plain JSON, and wants one response.
        """
        if target != b"/graphql" or headers.get("content-type") != JSON:
            return None
        length = headers.get("content-length", "")
        if not length.isdecimal() or int(length) > self._body_limit:
            return None
        if headers.get("content-encoding") is not None:
            return None
        if self._rules.cors is not None and headers.get("origin") is not None:
            return None
        try:
            accepted = wanted(headers.get("accept"))
        except RequestError:
            return None
        return accepted.whole if accepted.stream is None and accepted.in_parts is None else None

    async def respond(
        self, headers: RequestHeaders, body: bytes, media_type: str, client: Peer | None
    ) -> HttpResponse:
        """Return the response to a POST whose body is known."""
        if self._trusted_proxies is not None:
            self._note_client(client, headers, self._trusted_proxies)
        try:
            request = self._rules.requests_in(body)
        except RequestError as error:
            return refusal(error, media_type)
        response = await self._whole(request, headers, media_type)
        compression = self._rules.compression
        return response if compression is None else await compression.applied(response, headers)

    async def _whole(
        self,
        request: GraphQLRequest | Batch,
        headers: Headers,
        media_type: str,
        *,
        allow_mutation: bool = True,
    ) -> HttpResponse:
        """Return the one response to a request: the short way of HTTP and the long one end here."""
        if isinstance(request, Batch):
            respond_to = partial(self._of_batch, headers=headers, media_type=media_type)
            return await request.response(respond_to, media_type)
        result = self._router.answer(request, headers, allow_mutation=allow_mutation)
        return await respond(result, media_type)

    async def _of_batch(
        self, request: GraphQLRequest, headers: Headers, media_type: str
    ) -> HttpResponse:
        """Return the response to one request of several."""
        return await self._whole(request, headers, media_type)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._trusted_proxies is not None:
            headers = RequestHeaders(scope["headers"])
            self._note_client(scope.get("client"), headers, self._trusted_proxies)
        if route(scope) == "/graphql":
            connection = GraphQLWebSocket(
                self._router,
                self._subscriptions,
                message_limit=self._body_limit,
                telemetry=self._telemetry,
            )
            await connection.serve(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})

    @staticmethod
    def _note_client(peer: Peer | None, headers: RequestHeaders, trusted_proxies: int) -> None:
        """Note in the context of the request who sends it."""
        forwarded_for = headers.get("x-forwarded-for")
        address = client_address(peer, forwarded_for, trusted_proxies=trusted_proxies)
        CLIENT_ADDRESS.set(address)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = route(scope)
        if path != "/graphql":
            response = self._beside_graphql(path, scope)
        else:
            cors, compression = self._rules.cors, self._rules.compression
            if cors is not None:
                if await cors.preflight(scope, send):
                    return
                send = cors.sending(scope, send)
            try:
                response = await self._graphql(scope, receive, send)
            except ClientLeftError:
                return
            if response is not None and compression is not None:
                response = await compression.applied(response, RequestHeaders(scope["headers"]))
        if response is not None:
            await send_response(send, response)

    def _beside_graphql(self, path: str, scope: Scope) -> HttpResponse:
        response = self.health.response(path, scope["query_string"])
        if response is not None:
            return response
        error = f"nothing is at `{path}`; GraphQL is at `/graphql`"
        return json_response(_NOT_FOUND, {"errors": [{"message": error}]})

    async def _graphql(self, scope: Scope, receive: Receive, send: Send) -> HttpResponse | None:
        """Return the response, or nothing when it has been sent in pieces."""
        headers = RequestHeaders(scope["headers"])
        if self._trusted_proxies is not None:
            self._note_client(scope.get("client"), headers, self._trusted_proxies)
        accepted: Wanted | None = None
        try:
            accepted = wanted(headers.get("accept"))
            require_method(scope)
            if self._rules.csrf is not None and scope["method"] == "GET":
                self._rules.csrf.require(headers)
            request = await read_request(
                scope, receive, headers, self._rules.requests_in, body_limit=self._body_limit
            )
            if isinstance(request, Batch) and accepted.whole is None:
                raise MediaTypeRefusedError((GRAPHQL_RESPONSE, JSON))
        except RequestError as error:
            return refusal(error, (accepted and accepted.whole) or JSON)
        allow_mutation = scope["method"] != "GET"
        wants_whole = accepted.stream is None and accepted.in_parts is None
        if wants_whole or isinstance(request, Batch):
            with WhileClientWaits(self._clients, receive):
                whole = accepted.whole or JSON
                return await self._whole(request, headers, whole, allow_mutation=allow_mutation)
        return await self._graphql_in_pieces(
            request, headers, accepted, receive, send, allow_mutation=allow_mutation
        )

    async def _graphql_in_pieces(  # noqa: PLR0913
        self,
        request: GraphQLRequest,
        headers: Headers,
        accepted: Wanted,
        receive: Receive,
        send: Send,
        *,
        allow_mutation: bool,
    ) -> HttpResponse | None:
        """Answer a client that takes more than one response, or one in parts."""
        if accepted.stream is not None:
            try:
                # Before anything is planned, and before a stream begins: then it is too late for a
                # status.
                await self._router.admit(headers)
            except Exception as error:  # noqa: BLE001 - the client is told, as without a stream
                return refusal(error, accepted.whole or JSON)
        has_other = accepted.whole is not None or accepted.in_parts is not None
        if accepted.stream is not None and (not has_other or await self._is_subscription(request)):
            try:
                results = self._router.responses(request, headers, allow_mutation=allow_mutation)
                kind = partial(self._router.kind, request)
                with WhileClientWaits(self._clients, receive):
                    await send_stream(send, results, kind, accepted.stream, self._subscriptions)
            except (RequestError, NotReadyError) as error:
                return refusal(error, accepted.whole or JSON)
            return None
        if accepted.in_parts is not None:
            answer = partial(
                self._router.answer_in_parts,
                request,
                headers,
                repeats=accepted.in_parts.repeats,
                allow_mutation=allow_mutation,
            )
            with WhileClientWaits(self._clients, receive):
                return await PartsResponse(accepted.in_parts, accepted.whole, send).answered(answer)
        with WhileClientWaits(self._clients, receive):
            whole = accepted.whole or JSON
            return await self._whole(request, headers, whole, allow_mutation=allow_mutation)

    async def _is_subscription(self, request: GraphQLRequest) -> bool:
        try:
            return await self._router.kind(request) == "subscription"
        except Exception:  # noqa: BLE001 - answering it ends the same way, and tells it
            # It has no kind, and is answered with the reason.
            return False

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        self._subscriptions.start()
        self.health.is_leaving = False
        try:
            await self._router.open()
        except FederationError as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.stop()
        await self._router.close()
        await send({"type": "lifespan.shutdown.complete"})


def route(scope: Scope) -> str:
    """Return the path below where the application is mounted."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    return path.removeprefix(root) if root and path.startswith(f"{root}/") else path

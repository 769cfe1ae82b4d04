"""The application of a router whose requests somebody counts or logs."""

from __future__ import annotations

from graphwing.server.app import RouterApp, route
from graphwing.server.http.request import GraphQLRequest, Headers, Message, Receive, Scope, Send
from graphwing.server.http.request_headers import RequestHeaders
from graphwing.server.http.response import HttpResponse
from graphwing.server.telemetry.record import RequestRecord, current_request
from graphwing.server.traffic.client import Peer


class ObservedApp(RouterApp):
    """Serves one router, and tells of each GraphQL request when it has ended."""

    async def respond(
        self, headers: RequestHeaders, body: bytes, media_type: str, client: Peer | None
    ) -> HttpResponse:
        """Return the response to a POST whose body is known."""
        assert self._telemetry is not None  # noqa: S101 - only then this class is taken
        with self._telemetry.request("POST", "/graphql", headers) as record:
            response = await super().respond(headers, body, media_type, client)
            record.status = response.status
            return response

    async def _of_batch(
        self, request: GraphQLRequest, headers: Headers, media_type: str
    ) -> HttpResponse:
        """Return the response to one request of several; each is told by itself."""
        batch = current_request.get()
        assert self._telemetry is not None  # noqa: S101
        assert batch is not None  # noqa: S101 - it came through one of the methods below or above
        batch.is_batch = True
        with self._telemetry.request(batch.method, batch.path, headers) as record:
            response = await super()._of_batch(request, headers, media_type)
            record.status = response.status
            return response

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        if route(scope) != "/graphql" or scope["method"] == "OPTIONS":
            # What asks for health, or what a browser may ask, is no request of GraphQL.
            await super()._http(scope, receive, send)
            return
        assert self._telemetry is not None  # noqa: S101
        headers = RequestHeaders(scope["headers"])
        with self._telemetry.request(scope["method"], scope["path"], headers) as record:
            sent = _Sent(send, record)
            await super()._http(scope, receive, sent.send)
            if not sent.is_complete:
                record.outcome = "left"


class _Sent:
    """What was sent of a response."""

    def __init__(self, send: Send, record: RequestRecord) -> None:
        self.is_complete = False
        self._send = send
        self._record = record

    async def send(self, message: Message) -> None:
        """Send a message."""
        if message["type"] == "http.response.start":
            self._record.status = message["status"]
        await self._send(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self.is_complete = True

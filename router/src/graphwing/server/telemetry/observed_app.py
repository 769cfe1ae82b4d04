"""The application of a router whose requests somebody counts or logs."""

from __future__ import annotations

from functools import partial

from graphwing.server.app import RouterApp, route
from graphwing.server.http.batch import Batch
from graphwing.server.http.request import GraphQLRequest, Headers, Message, Receive, Scope, Send
from graphwing.server.http.request_headers import RequestHeaders
from graphwing.server.http.response import HttpResponse
from graphwing.server.telemetry.record import RequestRecord, current_request
from graphwing.server.telemetry.telemetry import Telemetry
from graphwing.server.traffic.client import Peer


class ObservedApp(RouterApp):
    """Serves one router, and tells of each GraphQL request when it has ended."""

    async def respond(
        self, headers: RequestHeaders, body: bytes, media_type: str, client: Peer | None
    ) -> HttpResponse:
        """Return the response to a POST whose body is known."""
        with self._observing.request("POST", "/graphql", headers) as record:
            response = await super().respond(headers, body, media_type, client)
            record.status = response.status
            return response

    async def _whole(
        self,
        request: GraphQLRequest | Batch,
        headers: Headers,
        media_type: str,
        *,
        allow_mutation: bool = True,
    ) -> HttpResponse:
        """Return the response to a request; each one in a batch is told by itself."""
        record = current_request.get()
        respond = partial(
            super()._whole, request, headers, media_type, allow_mutation=allow_mutation
        )
        if record is None:
            return await respond()
        if isinstance(request, Batch):
            record.is_batch = True
        elif record.is_batch:
            with self._observing.request(record.method, record.path, headers) as one:
                response = await respond()
                one.status = response.status
                return response
        return await respond()

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        if route(scope) != "/graphql" or scope["method"] == "OPTIONS":
            # What asks for health, or what a browser may ask, is no request of GraphQL.
            await super()._http(scope, receive, send)
            return
        headers = RequestHeaders(scope["headers"])
        with self._observing.request(scope["method"], scope["path"], headers) as record:
            sent = _Sent(send, record)
            await super()._http(scope, receive, sent.send)
            if not sent.is_complete:
                record.outcome = "left"

    @property
    def _observing(self) -> Telemetry:
        if self._telemetry is None:
            raise TypeError("there is nobody to tell of requests")
        return self._telemetry


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

"""Several GraphQL requests in one of HTTP: a JSON array of them, answered with one of responses."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import msgspec

from graphwing.errors import BatchRefusedError, BatchTooLargeError, RequestError
from graphwing.server.headers.answers import first_of_each
from graphwing.server.http.request import GraphQLRequest, request_in
from graphwing.server.http.response import HttpResponse, refusal

_OK = 200

_decode = msgspec.json.Decoder(list[msgspec.Raw]).decode

Requests = Callable[[bytes], "GraphQLRequest | Batch"]
"""Returns what is in the body of a POST, or raises `RequestError`."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The requests of a client, and what is wrong with those that are none."""

    requests: tuple[GraphQLRequest | RequestError, ...]

    async def response(
        self, respond: Callable[[GraphQLRequest], Awaitable[HttpResponse]], media_type: str
    ) -> HttpResponse:
        """Return the responses to all, each as `respond` returns it, in the same order."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_respond(one, respond, media_type)) for one in self.requests]
        return _joined([task.result() for task in tasks], media_type)


def requests_in(body: bytes, *, limit: int) -> GraphQLRequest | Batch:
    """Return the request in the body of a POST, or several; raise `RequestError`."""
    try:
        return request_in(body)
    except BatchRefusedError:
        return _batch(body, limit)


def _batch(body: bytes, limit: int) -> Batch:
    try:
        raw = _decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise RequestError("the body is not JSON") from error
    if not raw:
        raise RequestError("the batch is empty")
    if len(raw) > limit:
        raise BatchTooLargeError(limit)
    return Batch(tuple(map(_request_or_error, raw)))


def _request_or_error(raw: msgspec.Raw) -> GraphQLRequest | RequestError:
    try:
        return request_in(bytes(raw))
    except BatchRefusedError:
        return RequestError("a batch cannot have batches in it")
    except RequestError as error:
        return error


async def _respond(
    request: GraphQLRequest | RequestError,
    respond: Callable[[GraphQLRequest], Awaitable[HttpResponse]],
    media_type: str,
) -> HttpResponse:
    if isinstance(request, RequestError):
        return refusal(request, media_type)
    return await respond(request)


def _joined(responses: Sequence[HttpResponse], media_type: str) -> HttpResponse:
    """Return one response; if all are refused alike, it is refused so, too."""
    body = b"[%b]" % b",".join(one.body for one in responses)
    first = responses[0]
    answered = first_of_each([one.answered for one in responses])
    if all(one.status == first.status for one in responses):
        return HttpResponse(first.status, body, media_type, first.headers, answered)
    return HttpResponse(_OK, body, media_type, None, answered)

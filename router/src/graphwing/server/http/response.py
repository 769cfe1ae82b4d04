"""Write the HTTP response: results, refusals, and the one place that catches everything else."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from msgspec import Raw, Struct

from graphwing.errors import (
    FederationError,
    NotReadyError,
    OperationError,
    PlanningBudgetError,
    RequestError,
    SubgraphError,
)
from graphwing.exact_json import decode_json, encode_json
from graphwing.execution import ExecutionResult, stream_errors
from graphwing.server.http.media_type import GRAPHQL_RESPONSE, JSON
from graphwing.server.http.request import Send
from graphwing.server.telemetry.record import Outcome, note_error_id, note_errors

_log = logging.getLogger("graphwing")

_OK, _BAD_REQUEST, _FAILED, _NOT_READY = 200, 400, 500, 503


class HttpResponse(Struct, frozen=True):
    """A whole response, ready to be sent."""

    status: int
    body: bytes
    media_type: str = JSON
    headers: Mapping[str, str] | None = None
    answered: Sequence[tuple[str, str]] = ()
    """Headers that come of the answers of subgraphs; a name may be there more than once."""

    def header_pairs(self) -> Iterable[tuple[str, str]]:
        """Return all its headers beside those of its body, a name as often as it has values."""
        return (*(self.headers or {}).items(), *self.answered)


async def send_response(send: Send, response: HttpResponse) -> None:
    """Send `response` as ASGI messages."""
    headers = [
        _content_type(response.media_type),
        (b"content-length", b"%d" % len(response.body)),
    ]
    if response.headers or response.answered:
        for name, value in response.header_pairs():
            headers.append((name.encode("latin-1"), value.encode("latin-1")))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})


@cache
def _content_type(media_type: str) -> tuple[bytes, bytes]:
    return b"content-type", b"%b; charset=utf-8" % media_type.encode()


def json_response(status: int, value: object) -> HttpResponse:
    """Return `value` as JSON."""
    return HttpResponse(status, encode_json(value))


def result_body(result: ExecutionResult) -> dict[str, Any]:
    """Return the response object, for JSON; `errors` and `extensions` only if there are some."""
    body: dict[str, Any] = {"data": result.data}
    if result.errors:
        note_errors(result.errors)
        body["errors"] = result.errors
    if result.extensions:
        body["extensions"] = result.extensions
    return body


def plain_body(result: ExecutionResult) -> dict[str, Any]:
    """Return the response object, for Python."""
    body = result_body(result)
    return {**body, "data": decode_json(result.data)} if isinstance(result.data, Raw) else body


def _encoded(result: ExecutionResult) -> bytes:
    if isinstance(result.data, Raw) and not result.errors and result.extensions is None:
        return b'{"data":%b}' % memoryview(result.data)
    return encode_json(result_body(result))


async def respond(result: Awaitable[ExecutionResult], media_type: str) -> HttpResponse:
    """Return the response to one GraphQL request, whatever happens while it is answered."""
    try:
        ready = await result
        return HttpResponse(_OK, _encoded(ready), media_type, None, ready.headers)
    except Exception as error:  # noqa: BLE001 - the one place where everything else ends
        return refusal(error, media_type)


def refusal(error: Exception, media_type: str) -> HttpResponse:
    """Return the response that tells a client why there is no answer."""
    headers: Mapping[str, str] | None = None
    match error:
        case OperationError():
            status, headers = _status_of_operation(media_type), error.headers()
        case PlanningBudgetError():
            status = _status_of_operation(media_type)
        case RequestError():
            status, headers = error.status, error.headers()
        case NotReadyError():
            status, headers = _NOT_READY, {"retry-after": "1"}
        case _:
            status = _FAILED
    return HttpResponse(status, encode_json({"errors": told_errors(error)}), media_type, headers)


def told_errors(error: Exception) -> list[dict[str, Any]]:
    """Return what a client is told of an error.

    What it did wrong it is told; of anything else it gets an id, and the log the truth.
    """
    told = _told(error)
    note_errors(told, outcome=_outcome(error))
    return told


def _told(error: Exception) -> list[dict[str, Any]]:
    match error:
        case RequestError():
            return error.formatted()
        case SubgraphError():
            _log.warning("%s (%r)", error, error.__cause__)
            return stream_errors(error)
        case PlanningBudgetError():
            return [_described(str(error), code=error.code)]
        case NotReadyError():
            return [_described("the router is not ready", code=error.code)]
        case _:
            return [_failure(error)]


def _outcome(error: Exception) -> Outcome:
    match error:
        case RequestError():
            return "refused"
        case SubgraphError() | PlanningBudgetError():
            return "errors"
        case _:
            return "failed"


def _failure(error: Exception) -> dict[str, Any]:
    """Return an id for the client; the log has the truth."""
    error_id = secrets.token_hex(8)
    note_error_id(error_id)
    _log.error("request failed, error id %s", error_id, exc_info=error)
    code = error.code if isinstance(error, FederationError) else FederationError.code
    return _described("the router failed to answer", code=code, id=error_id)


def _status_of_operation(media_type: str) -> int:
    """Return the status of a well-formed request whose operation is refused.

    https://graphql.github.io/graphql-over-http/draft/#sec-application-json
    """
    return _BAD_REQUEST if media_type == GRAPHQL_RESPONSE else _OK


def _described(message: str, **extensions: str) -> dict[str, Any]:
    return {"message": message, "extensions": extensions}

"""Read a GraphQL request from HTTP: what the client asks, checked before anything is done.

https://graphql.github.io/graphql-over-http/draft/
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from graphwing.errors import (
    BodyTooLargeError,
    MediaTypeUnknownError,
    MethodRefusedError,
    RequestError,
)
from graphwing.exact_json import decode_json, json_decoder

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

Headers = Mapping[str, str]

JSON = "application/json"


class GraphQLRequest(msgspec.Struct, frozen=True, rename="camel"):
    """One operation that a client wants answered."""

    query: str
    operation_name: str | None = None
    variables: dict[str, Any] | None = None
    extensions: dict[str, Any] | None = None


class ClientLeftError(Exception):
    """The client closed the connection; nobody waits for the answer."""


decode_request = json_decoder(GraphQLRequest).decode
"""Return the request in a JSON text."""


async def read_request(
    scope: Scope, receive: Receive, headers: Headers, *, body_limit: int
) -> GraphQLRequest:
    """Return the GraphQL request of a GET or POST, or raise `RequestError`."""
    if scope["method"] == "GET":
        return _from_query_string(scope["query_string"])
    content_type = headers.get("content-type", "")
    if content_type != JSON:
        media_type = content_type.partition(";")[0].strip().lower()
        if media_type != JSON:
            raise MediaTypeUnknownError(media_type)
    announced = headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > body_limit:
        raise BodyTooLargeError(body_limit)
    return request_in(await _read_body(receive, body_limit))


def require_method(scope: Scope) -> None:
    """Raise `MethodRefusedError` for what is neither GET nor POST."""
    if scope["method"] not in {"GET", "POST"}:
        raise MethodRefusedError("GraphQL is asked with GET or POST", allow="GET, POST")


async def _read_body(receive: Receive, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientLeftError
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise BodyTooLargeError(limit)
        is_last = not message.get("more_body", False)
        if is_last and not parts:
            return part
        parts.append(part)
        if is_last:
            return b"".join(parts)


def request_in(body: bytes) -> GraphQLRequest:
    """Return the GraphQL request in the body of a POST, or raise `RequestError`."""
    try:
        return decode_request(body)
    except msgspec.ValidationError as error:
        raise RequestError(f"the body is no GraphQL request: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RequestError("the body is not JSON") from error


def _from_query_string(raw: bytes) -> GraphQLRequest:
    try:
        parameters = dict(parse_qsl(raw.decode(), keep_blank_values=True, strict_parsing=bool(raw)))
        read: dict[str, Any] = {
            name: decode_json(value) if name in {"variables", "extensions"} else value
            for name, value in parameters.items()
            if value
        }
        return msgspec.convert(read, GraphQLRequest)
    except msgspec.ValidationError as error:
        raise RequestError(f"the parameters are no GraphQL request: {error}") from error
    except (ValueError, RecursionError) as error:
        raise RequestError("the parameters of the address cannot be read") from error

"""Read a GraphQL request from HTTP: what the client asks, checked before anything is done.

https://graphql.github.io/graphql-over-http/draft/
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qsl

import msgspec

from graphwing.errors import (
    BatchRefusedError,
    BodyTooLargeError,
    MediaTypeUnknownError,
    MethodRefusedError,
    RequestError,
)
from graphwing.exact_json import decode_json, json_decoder
from graphwing.server.http.expansion import expanded

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

Headers = Mapping[str, str]

Read = TypeVar("Read")

JSON = "application/json"


class GraphQLRequest(msgspec.Struct, frozen=True, rename="camel"):
    """One operation that a client wants answered."""

    query: str = ""
    """The document; empty when the request names it instead."""
    operation_name: Annotated[str, msgspec.Meta(max_length=256)] | None = None
    variables: dict[str, Any] | None = None
    extensions: dict[str, Any] | None = None
    document_id: str | None = None
    doc_id: Any = msgspec.field(default=None, name="doc_id")
    """As clients of Relay name it; others may mean anything by that, and by `id`."""
    id: Any = None


class ClientLeftError(Exception):
    """The client closed the connection; nobody waits for the answer."""


_decode = json_decoder(GraphQLRequest).decode
_decode_object = json_decoder(dict[str, Any]).decode


def decode_request(text: bytes | str | msgspec.Raw) -> GraphQLRequest:
    """Return the request in a JSON text; raise what msgspec raises when there is none."""
    try:
        request = _decode(text)
    except msgspec.ValidationError:
        sent = _decode_object(text)
        if sent.get("query", "") is not None:
            raise
        # So send clients that name their document, and have none.
        del sent["query"]
        return _complete(msgspec.convert(sent, GraphQLRequest), sent)
    return request if request.query else _complete(request, _decode_object(text))


def _complete(request: GraphQLRequest, sent: dict[str, Any]) -> GraphQLRequest:
    """Return a request that has a document or names one; raise `ValidationError` otherwise."""
    ids = request.document_id, request.doc_id, request.id
    names_document = request.extensions and "persistedQuery" in request.extensions
    if "query" in sent or names_document or any(isinstance(one, str) for one in ids):
        return request
    raise msgspec.ValidationError("Object missing required field `query`")


async def read_request(
    scope: Scope,
    receive: Receive,
    headers: Headers,
    requests_in: Callable[[bytes], Read],
    *,
    body_limit: int,
) -> GraphQLRequest | Read:
    """Return the GraphQL request of a GET, or what is in the body of a POST.

    Raises `RequestError`, and `ClientLeftError` when the body does not come.
    """
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
    body = await _read_body(receive, body_limit)
    encoding = headers.get("content-encoding")
    return requests_in(body if encoding is None else expanded(body, encoding, body_limit))


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
        if body.lstrip().startswith(b"["):
            raise BatchRefusedError from error
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
        return _complete(msgspec.convert(read, GraphQLRequest), read)
    except msgspec.ValidationError as error:
        raise RequestError(f"the parameters are no GraphQL request: {error}") from error
    except (ValueError, RecursionError) as error:
        raise RequestError("the parameters of the address cannot be read") from error

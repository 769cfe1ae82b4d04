"""Read what a subgraph sent: a GraphQL answer, or one clear error."""

from __future__ import annotations

from typing import Any

import msgspec

from graphwing.errors import SubgraphError
from graphwing.exact_json import json_decoder
from graphwing.execution.transport import RawAnswer, SubgraphAnswer

_REDIRECTS_AND_FAILURES = 300


class _Body(msgspec.Struct):
    data: dict[str, Any] | None = None
    errors: list[dict[str, Any]] | None = None


_decode = json_decoder(_Body).decode


def read_answer(subgraph: str, body: bytes) -> SubgraphAnswer:
    """Return the answer in `body`, or raise `SubgraphError` when it is not GraphQL."""
    if not body:
        raise SubgraphError(subgraph, "sent an empty answer")
    try:
        answer = _decode(body)
    except msgspec.ValidationError as error:
        raise SubgraphError(subgraph, "sent JSON that is no GraphQL answer") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SubgraphError(subgraph, "sent an answer that is not JSON") from error
    if answer.data is None and not answer.errors:
        raise SubgraphError(subgraph, "sent JSON that is no GraphQL answer")
    return SubgraphAnswer(answer.data, answer.errors or ())


def read_raw_answer(answer: RawAnswer) -> SubgraphAnswer:
    """Return the GraphQL answer in what a subgraph sent, or raise `SubgraphError`."""
    return read_http_answer(answer.subgraph, answer.status, answer.content_type, answer.body)


def read_http_answer(
    subgraph: str, status: int, content_type: str | None, body: bytes
) -> SubgraphAnswer:
    """Return the answer in an HTTP response, whatever its status if it is GraphQL.

    Raises `SubgraphError`, which names the status when that says more than the body does.
    """
    if content_type and "json" not in content_type.lower():
        if status >= _REDIRECTS_AND_FAILURES:
            raise SubgraphError(subgraph, f"answered with HTTP status {status}")
        raise SubgraphError(subgraph, f"answered with `{content_type}`, which is not JSON")
    try:
        return read_answer(subgraph, body)
    except SubgraphError as error:
        if status >= _REDIRECTS_AND_FAILURES:
            raise SubgraphError(subgraph, f"answered with HTTP status {status}") from error
        raise

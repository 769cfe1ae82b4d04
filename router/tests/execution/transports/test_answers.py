"""Whatever a subgraph sends is either a GraphQL answer or one clear error."""

from __future__ import annotations

import pytest

from graphwing.errors import SubgraphError
from graphwing.execution import SubgraphAnswer
from graphwing.execution.answer import read_http_answer

JSON = "application/json; charset=utf-8"


@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize("content_type", [JSON, "application/graphql-response+json", None])
def test_a_graphql_answer_counts_whatever_its_status(status: int, content_type: str | None) -> None:
    body = b'{"data": {"a": 1}, "errors": [{"message": "m"}], "extensions": {}}'

    answer = read_http_answer("music", status, content_type, body)

    assert answer == SubgraphAnswer({"a": 1}, [{"message": "m"}])


@pytest.mark.parametrize(
    ("status", "content_type", "body", "reason"),
    [
        (200, JSON, b"", "sent an empty answer"),
        (200, JSON, b'{"data": {"a": 1', "sent an answer that is not JSON"),
        (200, JSON, b"\xff\xfe", "sent an answer that is not JSON"),
        (200, JSON, b'{"data":' * 5_000, "sent an answer that is not JSON"),
        (200, JSON, b"[1]", "sent JSON that is no GraphQL answer"),
        (200, JSON, b'"data"', "sent JSON that is no GraphQL answer"),
        (200, JSON, b'{"ok": true}', "sent JSON that is no GraphQL answer"),
        (200, JSON, b'{"data": null}', "sent JSON that is no GraphQL answer"),
        (200, JSON, b'{"data": [1]}', "sent JSON that is no GraphQL answer"),
        (200, JSON, b'{"errors": ["no"]}', "sent JSON that is no GraphQL answer"),
        (200, "text/html", b"<html>", "answered with `text/html`, which is not JSON"),
        (502, "text/html", b"<html>", "answered with HTTP status 502"),
        (503, JSON, b"", "answered with HTTP status 503"),
        (401, JSON, b'{"detail": "who are you"}', "answered with HTTP status 401"),
        (302, None, b"", "answered with HTTP status 302"),
    ],
)
def test_anything_else_is_one_clear_error(
    status: int, content_type: str, body: bytes, reason: str
) -> None:
    with pytest.raises(SubgraphError) as refusal:
        read_http_answer("music", status, content_type, body)

    assert str(refusal.value) == f"subgraph `music` {reason}"


def test_numbers_arrive_as_they_were_sent() -> None:
    body = b'{"data": {"big": 123456789012345678901234567890, "whole": 1.0, "part": 0.1}}'

    answer = read_http_answer("music", 200, JSON, body)

    assert answer.data is not None
    assert answer.data == {"big": 123456789012345678901234567890, "whole": 1.0, "part": 0.1}
    assert type(answer.data["whole"]) is float

"""What a client learns of an error: nothing that it was not meant to."""

from __future__ import annotations

import logging

import pytest
import strawberry

from kit.errors import ArgumentError
from kit.schema import Schema


@strawberry.type
class Query:
    @strawberry.field
    def broken(self) -> str | None:
        raise RuntimeError("password of the database: hunter2")

    @strawberry.field
    def refused(self) -> str | None:
        raise ArgumentError("first", "must be from 1 to 100, not 0")

    @strawberry.field
    def fine(self) -> str:
        return "fine"


async def test_an_unexpected_error_is_masked_and_the_log_has_the_truth(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR):
        result = await Schema(Query).execute("{ fine broken }")

    assert result.data == {"fine": "fine", "broken": None}
    assert result.errors is not None
    [error] = result.errors
    assert error.message == "internal error"
    assert error.path == ["broken"]
    assert error.original_error is None
    assert error.extensions is not None
    assert error.extensions["code"] == "INTERNAL_SERVER_ERROR"
    [record] = caplog.records
    assert error.extensions["id"] in record.getMessage()
    assert record.exc_info is not None
    assert "hunter2" in str(record.exc_info[1])


async def test_an_error_meant_for_the_client_reaches_it_and_not_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    result = await Schema(Query).execute("{ refused }")

    assert result.errors is not None
    [error] = result.errors
    assert error.message == "argument `first` must be from 1 to 100, not 0"
    assert error.extensions == {"code": "BAD_USER_INPUT"}
    assert caplog.records == []


async def test_a_wrong_operation_is_explained() -> None:
    result = await Schema(Query).execute("{ missing }")

    assert result.errors is not None
    assert result.errors[0].message == "Cannot query field 'missing' on type 'Query'."

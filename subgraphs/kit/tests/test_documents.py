"""An operation that comes again is neither parsed nor validated again, and judged the same."""

from __future__ import annotations

import pytest
import strawberry
from graphql import GraphQLSchema, build_schema
from graphql.error import GraphQLSyntaxError

from kit.documents import document_reader
from kit.schema import Schema


@strawberry.type
class Query:
    @strawberry.field
    def number(self, of: int) -> int:
        return of


def test_the_same_text_is_the_same_document() -> None:
    asked: list[GraphQLSchema] = []

    def schema() -> GraphQLSchema:
        asked.append(build_schema("type Query { a: Int }"))
        return asked[-1]

    read = document_reader(schema)

    assert read("{ a }") is read("{ a }")
    assert read("{ a }") is not read("{ b: a }")
    assert len(asked) == 2


def test_a_text_that_is_no_document_is_refused_each_time() -> None:
    read = document_reader(lambda: build_schema("type Query { a: Int }"))

    for _ in range(2):
        with pytest.raises(GraphQLSyntaxError):
            read("{ a ")


async def test_an_operation_that_comes_again_is_executed_with_its_own_variables() -> None:
    schema = Schema(Query)
    operation = "query ($of: Int!) { number(of: $of) }"

    answers = [(await schema.execute(operation, {"of": of})).data for of in (1, 2)]

    assert answers == [{"number": 1}, {"number": 2}]


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        ("{ nothing }", "Cannot query field 'nothing' on type 'Query'."),
        ("{ number(of: 1) ", "Syntax Error: Expected Name, found <EOF>."),
    ],
)
async def test_what_is_wrong_with_an_operation_is_said_each_time(
    operation: str, message: str
) -> None:
    schema = Schema(Query)

    for _ in range(2):
        result = await schema.execute(operation)
        assert result.data is None
        assert [error.message for error in result.errors or ()] == [message]

"""Answer a router in the same process: no HTTP request is made only to be read again."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from graphql import GraphQLError
from strawberry.fastapi import BaseContext
from strawberry.types import ExecutionResult

from kit.errors import ClaimsError
from kit.schema import Schema

# Where the router looks for it in the state of the lifespan.
DIRECT = "graphql.execute"

MakeContext = Callable[[Mapping[str, str]], BaseContext]
DirectExecution = Callable[[str, dict[str, Any], Mapping[str, str]], Awaitable[ExecutionResult]]

logger = logging.getLogger(__name__)


def direct_execution(schema: Schema, make_context: MakeContext) -> DirectExecution:
    """Return what answers an operation with variables as the endpoint does, for given headers."""

    async def execute(
        operation: str, variables: dict[str, Any], headers: Mapping[str, str]
    ) -> ExecutionResult:
        try:
            context = make_context(headers)
        except ClaimsError as error:
            logger.warning("%s", error)
            return ExecutionResult(data=None, errors=[refusal(error)])
        return await schema.execute(operation, variable_values=variables, context_value=context)

    return execute


def refusal(error: Exception) -> GraphQLError:
    """Return the error that a request with claims which are not the router's gets."""
    return GraphQLError(str(error), extensions={"code": ClaimsError.code})

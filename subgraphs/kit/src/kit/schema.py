"""The federated schema of a service, with errors that tell clients nothing of its insides."""

import logging
from collections.abc import Iterable
from uuid import uuid4

import strawberry
from graphql import GraphQLError
from sqlalchemy.exc import DBAPIError
from strawberry.types import ExecutionContext

from kit.documents import KnownDocuments, document_reader
from kit.errors import ArgumentError, ServiceError

# https://www.postgresql.org/docs/18/errcodes-appendix.html
CHARACTER_NOT_IN_REPERTOIRE = "22021"

logger = logging.getLogger(__name__)


class Schema(strawberry.federation.Schema):
    """A federated schema that masks unexpected errors and logs the truth under an id."""

    def __init__(
        self,
        query: type | None = None,
        *,
        mutation: type | None = None,
        types: Iterable[type] = (),
    ) -> None:
        read = document_reader(lambda: self._schema)
        super().__init__(  # pyright: ignore[reportUnknownMemberType] (graphql-core's Executor)
            query=query,
            mutation=mutation,
            types=types,
            extensions=[lambda: KnownDocuments(read)],
        )

    def process_errors(
        self,
        errors: list[GraphQLError],
        execution_context: ExecutionContext | None = None,  # noqa: ARG002 (Strawberry's name)
    ) -> None:
        """Replace, in place, each error that was not meant for the client."""
        errors[:] = [_for_client(error) for error in errors]


def _for_client(error: GraphQLError) -> GraphQLError:
    cause = error.original_error
    if cause is None or isinstance(cause, GraphQLError):
        return error
    if isinstance(cause, ServiceError):
        return _copy(error, str(cause), code=cause.code)
    if _is_of_text_that_cannot_be_stored(cause):
        return _copy(error, "a text in the arguments holds a NUL", code=ArgumentError.code)
    error_id = uuid4().hex
    logger.error("internal error %s at %s", error_id, error.path, exc_info=cause)
    return _copy(error, "internal error", code="INTERNAL_SERVER_ERROR", id=error_id)


def _is_of_text_that_cannot_be_stored(cause: Exception) -> bool:
    """Return whether PostgreSQL refused a text: it keeps every character but NUL."""
    return (
        isinstance(cause, DBAPIError)
        and getattr(cause.orig, "sqlstate", None) == CHARACTER_NOT_IN_REPERTOIRE
    )


def _copy(error: GraphQLError, message: str, **extensions: str) -> GraphQLError:
    return GraphQLError(message, nodes=error.nodes, path=error.path, extensions=extensions)

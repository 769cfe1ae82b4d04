"""Operations parsed and validated once: a router sends the same few texts again and again."""

from collections.abc import Callable, Iterator
from functools import lru_cache

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    parse,
    validate,
)
from strawberry.extensions import SchemaExtension

# More than the pages of a web app make; what is not among them is parsed each time.
KEPT_DOCUMENTS = 256

ReadDocument = Callable[[str], tuple[DocumentNode, tuple[GraphQLError, ...]]]


def document_reader(schema: Callable[[], GraphQLSchema]) -> ReadDocument:
    """Return what reads an operation and says what is wrong with it, and remembers both.

    It raises `GraphQLSyntaxError`, each time anew. `schema` is asked when there is one to ask.
    """

    @lru_cache(KEPT_DOCUMENTS)
    def read(text: str) -> tuple[DocumentNode, tuple[GraphQLError, ...]]:
        document = parse(text)
        return document, tuple(validate(schema(), document))

    return read


class KnownDocuments(SchemaExtension):
    """Gives Strawberry the document and its errors, so that it neither parses nor validates.

    Its own caches hash the whole document for each request; the text keeps its hash.
    """

    def __init__(self, read: ReadDocument) -> None:
        self._read = read

    def on_parse(self) -> Iterator[None]:
        """Put the document where Strawberry looks before it parses and validates."""
        context = self.execution_context
        try:
            document, errors = self._read(context.query or "")
        except GraphQLSyntaxError:
            pass  # Strawberry finds it too, and knows how to tell.
        else:
            context.graphql_document = document
            # A list of its own: whoever masks errors does so in place.
            context.pre_execution_errors = list(errors)
        yield

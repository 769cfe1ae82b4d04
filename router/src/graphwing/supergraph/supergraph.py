"""The supergraph: an SDL, and what it says of clients' schema and of who answers what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    build_ast_schema,
    parse,
    print_schema,
)

from graphwing.errors import SupergraphError
from graphwing.supergraph.api_schema import api_schema_of, with_defer
from graphwing.supergraph.features import require_understood
from graphwing.supergraph.join import subgraphs_of, types_of
from graphwing.supergraph.join_v01 import types_of_v01
from graphwing.supergraph.model import Feature, Subgraph, TypeDefinition

_FIRST_JOIN = (0, 1)


class Supergraph:
    """A composed graph: what clients see, and how subgraphs answer it together.

    Composing needs no more than the SDL, so all else is read when it is first asked for. Whoever
    has it from `parse_supergraph` knows that all of it can be read; else it is `SupergraphError`.
    """

    def __init__(
        self,
        sdl: str,
        features: Mapping[str, Feature],
        *,
        hints: Iterable[Any] = (),
        document: DocumentNode | None = None,
    ) -> None:
        self.sdl = sdl
        self.features = features
        """Linked specifications by name."""
        self.hints = tuple(hints)
        """What composition had to remark."""
        if document is not None:
            self._document = document

    def require_understood(self) -> None:
        """Raise `UnsupportedFeatureError` when this router cannot run it, as with connectors."""
        require_understood(self.features.values())

    @cached_property
    def api_sdl(self) -> str:
        """The schema that clients see, without inaccessible elements and federation machinery."""
        return print_schema(self._api_schema) + "\n"

    @cached_property
    def api_schema(self) -> GraphQLSchema:
        """The same, with the directives that the router itself understands in operations."""
        return with_defer(self._api_schema)

    @cached_property
    def schema(self) -> GraphQLSchema:
        """The schema of the whole document: inaccessible elements and machinery included."""
        try:
            schema = build_ast_schema(self._document, assume_valid_sdl=True)
        except (GraphQLError, TypeError, KeyError) as error:
            raise SupergraphError(
                f"its types do not fit together ({error})", remedy="compose the supergraph again"
            ) from error
        if schema.query_type is None:
            raise SupergraphError("it has no query type", remedy="add a field to `Query`")
        return schema

    @cached_property
    def subgraphs(self) -> Mapping[str, Subgraph]:
        """The subgraphs by name."""
        return {subgraph.name: subgraph for subgraph in self._graphs.values()}

    @cached_property
    def types(self) -> Mapping[str, TypeDefinition]:
        """The types that belong to subgraphs, by name."""
        join = self.features["join"]
        if join.version == _FIRST_JOIN:
            return types_of_v01(self._document, join, self._graphs, self.schema)
        return types_of(self._document, join, self._graphs, self.features.get("context"))

    @cached_property
    def _document(self) -> DocumentNode:
        return parse(self.sdl, no_location=True)

    @cached_property
    def _graphs(self) -> Mapping[str, Subgraph]:
        return subgraphs_of(self._document, self.features["join"])

    @cached_property
    def _api_schema(self) -> GraphQLSchema:
        return api_schema_of(self._document, self.features)

"""Supergraph SDL → `Supergraph`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
from graphwing.supergraph.features import features_of
from graphwing.supergraph.join import subgraphs_of, types_of
from graphwing.supergraph.join_v01 import types_of_v01
from graphwing.supergraph.model import Feature, Subgraph, Supergraph, TypeDefinition

_FIRST_JOIN = (0, 1)


def parse_supergraph(sdl: str, *, hints: Iterable[Any] = ()) -> Supergraph:
    """Return the supergraph that `sdl` describes, or raise `SupergraphError`."""
    document = _parse(sdl)
    features = features_of(document)
    join = features["join"]
    graphs = subgraphs_of(document, join)
    schema = _schema(document)
    api_schema = api_schema_of(document, features)
    return Supergraph(
        sdl=sdl,
        api_sdl=print_schema(api_schema) + "\n",
        api_schema=with_defer(api_schema),
        schema=schema,
        subgraphs={subgraph.name: subgraph for subgraph in graphs.values()},
        types=_types(document, features, graphs, schema),
        features=features,
        hints=tuple(hints),
    )


def _types(
    document: DocumentNode,
    features: Mapping[str, Feature],
    graphs: Mapping[str, Subgraph],
    schema: GraphQLSchema,
) -> dict[str, TypeDefinition]:
    join = features["join"]
    if join.version == _FIRST_JOIN:
        return types_of_v01(document, join, graphs, schema)
    return types_of(document, join, graphs, features.get("context"))


def _parse(sdl: str) -> DocumentNode:
    try:
        return parse(sdl, no_location=True)
    except GraphQLError as error:
        raise SupergraphError(
            f"it is not a GraphQL schema ({error.message})",
            remedy="give the SDL that composition printed",
        ) from error
    except RecursionError as error:
        raise SupergraphError(
            "it is nested too deeply to be read", remedy="give the SDL that composition printed"
        ) from error


def _schema(document: DocumentNode) -> GraphQLSchema:
    try:
        schema = build_ast_schema(document, assume_valid_sdl=True)
    except (GraphQLError, TypeError, KeyError) as error:
        raise SupergraphError(
            f"its types do not fit together ({error})", remedy="compose the supergraph again"
        ) from error
    if schema.query_type is None:
        raise SupergraphError("it has no query type", remedy="add a field to `Query`")
    return schema

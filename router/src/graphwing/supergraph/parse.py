"""Supergraph SDL → `Supergraph`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graphql import DocumentNode, GraphQLError, TokenKind, parse
from graphql.language.parser import Parser

from graphwing.errors import SupergraphError
from graphwing.supergraph.collection_paused import collection_paused
from graphwing.supergraph.features import features_of
from graphwing.supergraph.supergraph import Supergraph


def parse_supergraph(sdl: str, *, hints: Iterable[Any] = (), to_run: bool = True) -> Supergraph:
    """Return the supergraph that `sdl` describes, or raise `SupergraphError`.

    Unless it is `to_run`, it may link features that this router does not understand.
    """
    with collection_paused():
        document = _parse(sdl)
        supergraph = Supergraph(sdl, features_of(document), hints=hints, document=document)
        if to_run:
            supergraph.require_understood()
        # What is wrong with it is to be known now.
        _ = supergraph.subgraphs, supergraph.schema, supergraph.api_schema, supergraph.types
    return supergraph


def supergraph_of(sdl: str, *, hints: Iterable[Any] = ()) -> Supergraph:
    """Return the supergraph of `sdl`, just composed: its schema definition is in front."""
    parser = Parser(sdl, no_location=True)
    parser.expect_token(TokenKind.SOF)
    head = DocumentNode(definitions=(parser.parse_definition(),))
    return Supergraph(sdl, features_of(head), hints=hints)


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

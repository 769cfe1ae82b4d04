"""What a supergraph says of itself, whatever the subgraphs define."""

from __future__ import annotations

from graphwing.composition import SubgraphSdl, compose_sdl
from graphwing.supergraph import parse_supergraph


def test_no_definition_of_a_subgraph_replaces_one_of_the_join_specification() -> None:
    own = """
        directive @join__type(a: Int) on FIELD
        type Query { a: Int }
        enum join__Graph { X }
        scalar join__FieldSet
    """

    sdl, _ = compose_sdl([SubgraphSdl("a", "http://a", own)])

    assert "directive @join__type(graph: join__Graph!, key: join__FieldSet" in sdl
    assert "scalar join__FieldSet\n\n" in sdl
    assert list(parse_supergraph(sdl).subgraphs) == ["a"]

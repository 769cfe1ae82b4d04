"""Which directives clients may write in operations."""

from __future__ import annotations

from graphwing.composition import SubgraphSdl, compose


def test_an_executable_directive_keeps_its_visible_arguments_only() -> None:
    sdl = """
        extend schema
          @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@inaccessible"])
        directive @only(by: Scope @inaccessible, first: Int) on QUERY
        enum Scope @inaccessible { PUBLIC }
        type Query { now: Int }
    """

    supergraph = compose([SubgraphSdl("a", "", sdl)])

    assert supergraph.api_sdl == (
        "directive @only(first: Int) on QUERY\n\ntype Query {\n  now: Int\n}\n"
    )

"""The rules of the GraphQL specification that every subgraph must keep, all `INVALID_GRAPHQL`.

https://spec.graphql.org/draft/#sec-Type-System
"""

from __future__ import annotations

from graphwing.composition.graphql_rules.directive_uses import check_directive_uses
from graphwing.composition.graphql_rules.implementations import check_implementations
from graphwing.composition.graphql_rules.input_cycles import check_input_cycles
from graphwing.composition.graphql_rules.names_and_contents import check_names_and_contents
from graphwing.composition.problems import Problems
from graphwing.composition.read_sdl import ReadSdl
from graphwing.composition.subgraph_schema import SubgraphSchema

__all__ = ["check_graphql"]


def check_graphql(schema: SubgraphSchema, read: ReadSdl, problems: Problems) -> None:
    """Report everything in `schema`, whose references are right, that no server could serve."""
    check_names_and_contents(schema, read, problems)
    check_directive_uses(schema, problems)
    check_implementations(schema, problems)
    check_input_cycles(schema, problems)

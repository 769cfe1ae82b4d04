"""What a directive of the supergraph takes must be of types that the supergraph has."""

from __future__ import annotations

from graphwing.composition.definitions import BUILT_IN_SCALARS, DirectiveDefinition
from graphwing.composition.merge.merge_state import Merge, Subgraph
from graphwing.composition.type_reference import named_type


def check_argument_types(merge: Merge, subgraph: Subgraph, definition: DirectiveDefinition) -> None:
    """Report arguments of `definition` whose types only a specification knows."""
    for argument in definition.arguments.values():
        name = named_type(argument.type)
        if name not in BUILT_IN_SCALARS and name not in subgraph.schema.types:
            coordinate = f"@{definition.name}({argument.name}:)"
            merge.problems.report(
                "INVALID_GRAPHQL",
                f"`{coordinate}` is of type `{name}`, which belongs to a specification and is not"
                " in the supergraph",
                at=[subgraph.schema.at(argument.position)],
                coordinate=coordinate,
                remedy="use a type of your own",
            )

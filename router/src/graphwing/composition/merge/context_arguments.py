"""`@fromContext`: arguments that the router fills from a type further up in the path."""

from __future__ import annotations

from graphwing.composition.definitions import FieldDefinition, first_applied
from graphwing.composition.field_sets import split_context_field
from graphwing.composition.merge.merge_state import Subgraph
from graphwing.composition.subgraph_schema import string_argument
from graphwing.composition.values import ConstValue


def context_arguments(subgraph: Subgraph, item: FieldDefinition) -> list[ConstValue]:
    """Return what `@join__field(contextArguments:)` says of `item`."""
    found: list[ConstValue] = []
    for argument in item.arguments.values():
        use = first_applied(argument, "fromContext")
        text = string_argument(use, "field") if use is not None else None
        name, selection = split_context_field(text or "")
        if name is not None:
            found.append(
                {
                    "context": f"{subgraph.name}__{name}",
                    "name": argument.name,
                    "type": argument.type,
                    "selection": selection,
                }
            )
    return found

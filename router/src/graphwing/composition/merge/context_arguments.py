"""`@fromContext`: arguments that the router fills from a type further up in the path."""

from __future__ import annotations

import re

from graphwing.composition.definitions import FieldDefinition, first_applied
from graphwing.composition.merge.merge_state import Subgraph
from graphwing.composition.subgraph_schema import string_argument
from graphwing.composition.values import ConstValue

_CONTEXT_FIELD = re.compile(r"\s*\$\s*([_A-Za-z][_0-9A-Za-z]*)\s*([\s\S]*)")


def split_context_field(text: str) -> tuple[str, str] | None:
    """Return context name and selection of a `ContextFieldValue`, or nothing when it is none.

    >>> split_context_field("$user { name }")
    ('user', '{ name }')
    """
    match = _CONTEXT_FIELD.fullmatch(text)
    return None if match is None else (match[1], match[2].strip())


def context_arguments(subgraph: Subgraph, item: FieldDefinition) -> list[ConstValue]:
    """Return what `@join__field(contextArguments:)` says of `item`."""
    found: list[ConstValue] = []
    for argument in item.arguments.values():
        use = first_applied(argument, "fromContext")
        text = string_argument(use, "field") if use is not None else None
        parts = split_context_field(text) if text is not None else None
        if parts is not None:
            found.append(
                {
                    "context": f"{subgraph.name}__{parts[0]}",
                    "name": argument.name,
                    "type": argument.type,
                    "selection": parts[1],
                }
            )
    return found

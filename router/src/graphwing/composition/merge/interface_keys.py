"""Who can look an interface up by key must know all types that the answer may be."""

from __future__ import annotations

from graphwing.composition.definitions import TypeKind
from graphwing.composition.merge.merge_state import Merge, quoted
from graphwing.composition.subgraph_schema import is_resolvable, keys_of


def check_interface_keys(merge: Merge) -> None:
    """Report subgraphs with a key on an interface that lack one of its implementations."""
    for name, known in merge.implementations().items():
        for subgraph, definition in merge.sources.get(name, ()):
            keys = [key for key in keys_of(definition) if is_resolvable(key)]
            if definition.kind is not TypeKind.INTERFACE or not keys:
                continue
            here = set(subgraph.schema.implementations.get(name, ()))
            lacking = [it for it in known if it not in here]
            if lacking:
                merge.problems.report(
                    "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE",
                    f"`{name}` has a key here, and {quoted(lacking)}, which implement it"
                    " elsewhere, are unknown here",
                    at=[subgraph.schema.at(keys[0].position)],
                    coordinate=name,
                    remedy="define them here too, or make the interface an `@interfaceObject` here",
                )

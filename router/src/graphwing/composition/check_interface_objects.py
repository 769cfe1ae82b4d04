"""`@interfaceObject` needs all subgraphs to be of Federation 2."""

from __future__ import annotations

from collections.abc import Sequence

from graphwing.composition.definitions import has_applied
from graphwing.composition.problems import Problems
from graphwing.composition.subgraph_schema import SubgraphSchema


def check_interface_objects(schemas: Sequence[SubgraphSchema], problems: Problems) -> None:
    """Report interface objects next to subgraphs of Federation 1, whose interfaces have no keys."""
    old = [schema.name for schema in schemas if schema.is_federation_1]
    if not old:
        return
    for schema in schemas:
        for definition in schema.types.values():
            if has_applied(definition, "interfaceObject"):
                names = ", ".join(f"`{name}`" for name in old[:10])
                problems.report(
                    "INTERFACE_OBJECT_USAGE_ERROR",
                    f"`{definition.name}` is an `@interfaceObject`, and {names} are written for"
                    " Federation 1",
                    at=[schema.at(definition.position)],
                    coordinate=definition.name,
                    remedy="link a federation version in those subgraphs too",
                )

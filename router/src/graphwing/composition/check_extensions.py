"""An extension extends something that another subgraph defines."""

from __future__ import annotations

from collections.abc import Sequence

from graphwing.composition.definitions import TypeDefinition, has_applied
from graphwing.composition.problems import Place, Problems
from graphwing.composition.subgraph_schema import ROOT_TYPES, SubgraphSchema


def check_extensions(schemas: Sequence[SubgraphSchema], problems: Problems) -> None:
    """Report types that are extended and have no definition to extend."""
    owners: dict[str, set[str]] = {}
    for schema in schemas:
        for definition in schema.types.values():
            if definition.has_definition:
                owners.setdefault(definition.name, set()).add(schema.name)
    homeless: dict[str, list[Place]] = {}
    for schema in schemas:
        for definition in schema.types.values():
            name = definition.name
            others = owners.get(name, set()) - {schema.name}
            if _is_extension(schema, definition) and not others and name not in ROOT_TYPES:
                homeless.setdefault(name, []).append(schema.at(definition.position))
    for name, at in homeless.items():
        problems.report(
            "EXTENSION_WITH_NO_BASE",
            f"`{name}` is extended, and no other subgraph defines it",
            at=at,
            coordinate=name,
            remedy="define it in the subgraph that owns it, without `extend`",
        )


def _is_extension(schema: SubgraphSchema, definition: TypeDefinition) -> bool:
    # `@extends` is only a note in Federation 2; in Federation 1 it is as good as the keyword.
    by_directive = schema.is_federation_1 and has_applied(definition, "extends")
    return by_directive or not definition.has_definition

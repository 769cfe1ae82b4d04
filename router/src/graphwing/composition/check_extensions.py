"""An extension extends something that another subgraph defines."""

from __future__ import annotations

from collections.abc import Iterable

from graphwing.composition.definitions import TypeDefinition, has_applied
from graphwing.composition.problems import Problems
from graphwing.composition.subgraph_schema import ROOT_TYPES, SubgraphSchema


def check_extensions(
    schema: SubgraphSchema, schemas: Iterable[SubgraphSchema], problems: Problems
) -> None:
    """Report what `schema` extends and none of the other `schemas` defines."""
    homeless = [
        it
        for it in schema.types.values()
        if _is_extension(schema, it) and it.name not in ROOT_TYPES
    ]
    for other in schemas:
        if homeless and other is not schema:
            homeless = [it for it in homeless if not _defines(other, it)]
    for definition in homeless:
        name = definition.name
        problems.report(
            "EXTENSION_WITH_NO_BASE",
            f"`{name}` is extended, and no other subgraph defines it",
            at=[schema.at(definition.position)],
            coordinate=name,
            remedy="define it in the subgraph that owns it, without `extend`",
        )


def _defines(schema: SubgraphSchema, extended: TypeDefinition) -> bool:
    definition = schema.types.get(extended.name)
    return definition is not None and definition.has_definition and definition.kind is extended.kind


def _is_extension(schema: SubgraphSchema, definition: TypeDefinition) -> bool:
    # `@extends` is only a note in Federation 2; in Federation 1 it is as good as the keyword.
    by_directive = schema.is_federation_1 and has_applied(definition, "extends")
    return by_directive or not definition.has_definition

"""An extension extends something that another subgraph defines."""

from __future__ import annotations

from collections.abc import Container, Iterable

from graphwing.composition.definitions import TypeDefinition, has_applied
from graphwing.composition.problems import Problems
from graphwing.composition.subgraph_schema import ROOT_TYPES, SubgraphSchema


def check_extensions(
    schema: SubgraphSchema,
    schemas: Iterable[SubgraphSchema],
    problems: Problems,
    *,
    besides: Container[str] = (),
) -> None:
    """Report what `schema` extends, besides some types, and none of the other `schemas` defines."""
    homeless = [
        it
        for it in schema.types.values()
        if _is_extension(schema, it) and it.name not in ROOT_TYPES and it.name not in besides
    ]
    for other in schemas:
        if homeless and other is not schema:
            # Before Federation 2, what is of another kind is not told as missing, too.
            any_kind = schema.is_federation_1
            homeless = [it for it in homeless if not _defines(other, it, any_kind=any_kind)]
    for definition in homeless:
        name = definition.name
        problems.report(
            "EXTENSION_WITH_NO_BASE",
            f"`{name}` is extended, and no other subgraph defines it",
            at=[schema.at(definition.position)],
            coordinate=name,
            remedy="define it in the subgraph that owns it, without `extend`",
        )


def _defines(schema: SubgraphSchema, extended: TypeDefinition, *, any_kind: bool) -> bool:
    definition = schema.types.get(extended.name)
    if definition is None or not definition.has_definition:
        return False
    return any_kind or definition.composed_kind is extended.composed_kind


def _is_extension(schema: SubgraphSchema, definition: TypeDefinition) -> bool:
    # `@extends` is only a note in Federation 2; in Federation 1 it is as good as the keyword.
    by_directive = schema.is_federation_1 and has_applied(definition, "extends")
    return by_directive or not definition.has_definition

"""Hints about fields and keys that only some subgraphs with a type have."""

from __future__ import annotations

from graphwing.composition.definitions import FieldDefinition, TypeDefinition, TypeKind
from graphwing.composition.merge.merge_state import Merge, Sources, Subgraph, names_of, places
from graphwing.composition.subgraph_schema import ROOT_TYPES, keys_of


def hint_partial_fields(
    merge: Merge, merged: TypeDefinition, by_name: dict[str, Sources[FieldDefinition]]
) -> None:
    """Report what subgraphs disagree on for a type that all of them should know alike."""
    sources = merge.sources[merged.name]
    if len(sources) == 1:
        return
    with_keys = [it for it in sources if keys_of(it[1])]
    if with_keys and len(with_keys) < len(sources) and merged.kind is TypeKind.OBJECT:
        lacking = [subgraph for subgraph, it in sources if not keys_of(it)]
        merge.hints.report(
            "INCONSISTENT_ENTITY",
            f"`{merged.name}` has a key in some subgraphs, but none in {names_of(lacking)}",
            at=places(sources),
            coordinate=merged.name,
        )
    if with_keys or merged.name in ROOT_TYPES:
        return
    kind = "OBJECT" if merged.kind is TypeKind.OBJECT else "INTERFACE"
    for name, found in by_name.items():
        if len(found) == len(sources):
            continue
        having = {subgraph.name for subgraph, _ in found}
        lacking = [
            subgraph
            for subgraph, definition in sources
            if subgraph.name not in having and not _is_all_external(subgraph, definition)
        ]
        if not lacking:
            continue
        merge.hints.report(
            f"INCONSISTENT_{kind}_VALUE_TYPE_FIELD",
            f"`{merged.name}.{name}` is missing in {names_of(lacking)}",
            at=places(found),
            coordinate=f"{merged.name}.{name}",
        )


def _is_all_external(subgraph: Subgraph, definition: TypeDefinition) -> bool:
    """Return whether `subgraph` only refers to fields that others resolve."""
    return all((definition.name, name) in subgraph.facts.external for name in definition.fields)

"""Merge input types: the fields that all subgraphs know."""

from __future__ import annotations

from graphwing.composition.definitions import InputValue, TypeDefinition
from graphwing.composition.merge.arguments import merged_input_value
from graphwing.composition.merge.join_fields import input_join_fields
from graphwing.composition.merge.merge_state import Merge, Sources, names_of, places


def merge_input_fields(merge: Merge, merged: TypeDefinition) -> None:
    """Fill `merged` with the fields that every subgraph with this input type has."""
    sources = merge.sources[merged.name]
    by_name: dict[str, Sources[InputValue]] = {}
    for subgraph, definition in sources:
        for item in definition.input_fields.values():
            by_name.setdefault(item.name, []).append((subgraph, item))
    for name, found in by_name.items():
        coordinate = f"{merged.name}.{name}"
        if len(found) < len(sources):
            _drop(merge, sources, found, coordinate)
            continue
        item = merged_input_value(merge, found, coordinate)
        item.directives = input_join_fields(found, item) + item.directives
        merged.input_fields[name] = item
    if not merged.input_fields:
        merge.problems.report(
            "EMPTY_MERGED_INPUT_TYPE",
            f"the subgraphs have no field of input `{merged.name}` in common",
            at=places(sources),
            coordinate=merged.name,
            remedy="add a field to all of them",
        )


def _drop(
    merge: Merge,
    owners: Sources[TypeDefinition],
    found: Sources[InputValue],
    coordinate: str,
) -> None:
    having = {subgraph.name for subgraph, _ in found}
    lacking = names_of([it for it, _ in owners if it.name not in having])
    required = [it for it in found if it[1].is_required]
    if required:
        merge.problems.report(
            "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH",
            f"`{coordinate}` is required in {names_of([it[0] for it in required])} and missing"
            f" in {lacking}",
            at=places(required),
            coordinate=coordinate,
            remedy="add it to the other subgraphs, or make it nullable",
        )
        return
    merge.hints.report(
        "INCONSISTENT_INPUT_OBJECT_FIELD",
        f"`{coordinate}` is missing in {lacking}, so the supergraph does not have it",
        at=places(found),
        coordinate=coordinate,
    )

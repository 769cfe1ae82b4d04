"""Merge input types: the fields that all subgraphs know, and those that no client sees."""

from __future__ import annotations

from graphwing.composition.definitions import InputValue, TypeDefinition, has_applied
from graphwing.composition.merge.applied_directives import merge_applied_directives
from graphwing.composition.merge.arguments import merged_input_value
from graphwing.composition.merge.join_fields import input_join_fields
from graphwing.composition.merge.merge_state import Merge, Sources, names_of, places
from graphwing.composition.type_reference import named_type


def merge_input_fields(merge: Merge, merged: TypeDefinition) -> None:
    """Fill `merged` with the fields that every subgraph with this input type has.

    A hidden field stays although others lack it: it may come later elsewhere.
    """
    # Where the name means something of another kind, no field of this one exists.
    sources = merge.sources[merged.name] + merge.of_other_kinds.get(merged.name, [])
    by_name: dict[str, Sources[InputValue]] = {}
    for subgraph, definition in sources:
        for item in definition.input_fields.values():
            by_name.setdefault(item.name, []).append((subgraph, item))
    for name, found in by_name.items():
        coordinate = f"{merged.name}.{name}"
        # What is left out is merged all the same, so that it cannot hide what does not fit.
        item = merged_input_value(merge, found, coordinate)
        is_everywhere = len(found) == len(sources)
        if not is_everywhere and not any(has_applied(it, "inaccessible") for _, it in found):
            merge.left_out_input_types.add(named_type(item.type))
            _drop(merge, sources, found, coordinate)
            continue
        item.directives = input_join_fields(found, item, is_everywhere=is_everywhere)
        merge_applied_directives(merge, found, item, coordinate)
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

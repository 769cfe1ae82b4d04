"""Merge the fields of object and interface types."""

from __future__ import annotations

from graphwing.composition.definitions import (
    AppliedDirective,
    FieldDefinition,
    InputValue,
    TypeDefinition,
    TypeKind,
)
from graphwing.composition.merge.applied_directives import merged_directives
from graphwing.composition.merge.arguments import merged_arguments
from graphwing.composition.merge.auth_requirements import abstracted_uses
from graphwing.composition.merge.descriptions import merged_description
from graphwing.composition.merge.external_fields import (
    check_external_fields,
    report_external_everywhere,
    report_merged_directives,
)
from graphwing.composition.merge.field_presence import hint_partial_fields
from graphwing.composition.merge.interface_objects import abstracted_sources
from graphwing.composition.merge.join_fields import output_join_fields
from graphwing.composition.merge.merge_state import Merge, Sources, Subgraph
from graphwing.composition.merge.overrides import overrides_of
from graphwing.composition.merge.references import merged_output_type
from graphwing.composition.merge.sharing import check_sharing


def merge_fields(merge: Merge, merged: TypeDefinition) -> None:
    """Fill `merged` with the fields of all subgraphs."""
    sources = merge.sources[merged.name]
    by_name: dict[str, Sources[FieldDefinition]] = {}
    for subgraph, definition in sources:
        for item in definition.fields.values():
            by_name.setdefault(item.name, []).append((subgraph, item))
    hint_partial_fields(merge, merged, by_name)
    for found in by_name.values():
        item = _plain_field(merge, merged, found) or _merged_field(merge, merged, found)
        if item is not None:
            merged.fields[item.name] = item


def _plain_field(
    merge: Merge, owner: TypeDefinition, found: Sources[FieldDefinition]
) -> FieldDefinition | None:
    """Return a field that is the same in all of `found`, if nothing there is to be thought about.

    Most fields are such, and `_merged_field` would come to the same.
    """
    first = found[0][1]
    if not all(_is_plain(owner, first, source, is_alone=len(found) == 1) for source in found):
        return None
    if abstracted_sources(merge, owner, first.name):
        return None
    merged = FieldDefinition(first.name, first.type, description=first.description)
    for name, it in first.arguments.items():
        merged.arguments[name] = InputValue(name, it.type, it.default, it.description)
    if len(found) < len(merge.sources[owner.name]):
        for subgraph, _ in found:
            merged.directives.append(AppliedDirective("join__field", {"graph": subgraph.graph}))
    return merged


def _is_plain(
    owner: TypeDefinition,
    first: FieldDefinition,
    source: tuple[Subgraph, FieldDefinition],
    *,
    is_alone: bool,
) -> bool:
    """Return whether a field is like the `first`, resolved, and shareable unless `is_alone`."""
    subgraph, item = source
    key = (owner.name, item.name)
    if key in subgraph.facts.external:
        return False
    if is_alone:
        return not item.directives and not any(it.directives for it in item.arguments.values())
    return (
        key in subgraph.facts.shareable
        and owner.name != "Subscription"
        and item.type == first.type
        and item.description == first.description
        and not item.arguments
        and all(use.spec == "shareable" for use in item.directives)
    )


def _merged_field(
    merge: Merge, owner: TypeDefinition, found: Sources[FieldDefinition]
) -> FieldDefinition | None:
    name = found[0][1].name
    coordinate = f"{owner.name}.{name}"
    key = (owner.name, name)
    abstracted = abstracted_sources(merge, owner, name)
    resolved = [it for it in found if key not in it[0].facts.external]
    if not resolved and all(subgraph.facts.is_external(it) for subgraph, it in abstracted):
        report_external_everywhere(merge, found, coordinate)
        return None
    if len(resolved) < len(found):
        report_merged_directives(merge, found, key)
    overrides = overrides_of(merge, found, abstracted, key)
    if owner.kind is TypeKind.OBJECT:
        check_sharing(merge, found, abstracted, overrides, key)
    base = resolved or found
    merged = FieldDefinition(name, merged_output_type(merge, base, coordinate))
    merged.description = merged_description(base, coordinate, merge.hints)
    merged.arguments = merged_arguments(merge, base, coordinate)
    if len(resolved) < len(found):
        check_external_fields(merge, found, merged, key)
    merged.directives = output_join_fields(merge, owner, found, merged, overrides)
    uses = [(subgraph, use) for subgraph, it in base for use in it.directives]
    uses += abstracted_uses(abstracted)
    if uses:
        merged.directives += merged_directives(merge, uses, coordinate)
    return merged

"""Merge enums: all values for what is read, the common ones for what is written."""

from __future__ import annotations

from graphwing.composition.definitions import (
    AppliedDirective,
    EnumValue,
    TypeDefinition,
    TypeKind,
    has_applied,
)
from graphwing.composition.merge.applied_directives import merge_applied_directives
from graphwing.composition.merge.descriptions import merged_description
from graphwing.composition.merge.merge_state import Merge, Sources, names_of, places
from graphwing.composition.type_reference import named_type


def merge_enum_values(merge: Merge, merged: TypeDefinition) -> None:
    """Fill `merged` with values by the positions in which the enum is used."""
    sources = merge.sources[merged.name]
    read, written = enum_usage(merge).get(merged.name, (False, False))
    if not read and not written:
        merge.hints.report(
            "UNUSED_ENUM_TYPE",
            f"enum `{merged.name}` is used nowhere; its values are merged as if it were only read",
            at=places(sources),
            coordinate=merged.name,
        )
    by_name: dict[str, Sources[EnumValue]] = {}
    for subgraph, definition in sources:
        for value in definition.values.values():
            by_name.setdefault(value.name, []).append((subgraph, value))
    for found in by_name.values():
        value = _merged_value(merge, merged, found)
        is_hidden = any(has_applied(it, "inaccessible") for _, it in found)
        is_partial = len(found) < len(sources) and not is_hidden
        if is_partial and written:
            code = _report_partial_input(merge, merged, value, found, both=read)
            if code == "dropped":
                continue
        elif len(found) < len(sources) and not written:
            _hint(merge, merged, value, found, "OUTPUT")
        merge_applied_directives(merge, found, value, f"{merged.name}.{value.name}")
        merged.values[value.name] = value
    if not merged.values:
        merge.problems.report(
            "EMPTY_MERGED_ENUM_TYPE",
            f"the subgraphs have no value of enum `{merged.name}` in common, and it is used for"
            " input, where only common values count",
            at=places(sources),
            coordinate=merged.name,
            remedy="add a value to all of them",
        )


def _merged_value(merge: Merge, owner: TypeDefinition, found: Sources[EnumValue]) -> EnumValue:
    """Return one value from those in `found`, without the directives that stand on them."""
    value = EnumValue(found[0][1].name)
    coordinate = f"{owner.name}.{value.name}"
    value.description = merged_description(found, coordinate, merge.hints)
    value.directives = [
        AppliedDirective("join__enumValue", {"graph": subgraph.graph}) for subgraph, _ in found
    ]
    return value


def _report_partial_input(
    merge: Merge, owner: TypeDefinition, value: EnumValue, found: Sources[EnumValue], *, both: bool
) -> str:
    if not both:
        _hint(merge, owner, value, found, "INPUT")
        return "dropped"
    lacking = _lacking(merge, owner, found)
    merge.problems.report(
        "ENUM_VALUE_MISMATCH",
        f"`{owner.name}.{value.name}` is missing in {lacking}, and the enum is used for input"
        " and output both, so its values must be the same everywhere",
        at=places(merge.sources[owner.name]),
        coordinate=f"{owner.name}.{value.name}",
        remedy="add the value there, or mark it `@inaccessible` until all have it",
    )
    return "reported"


def _lacking(merge: Merge, owner: TypeDefinition, found: Sources[EnumValue]) -> str:
    having = {subgraph.name for subgraph, _ in found}
    return names_of([it for it, _ in merge.sources[owner.name] if it.name not in having])


def _hint(
    merge: Merge, owner: TypeDefinition, value: EnumValue, found: Sources[EnumValue], use: str
) -> None:
    outcome = "so it is left out" if use == "INPUT" else "and is kept"
    merge.hints.report(
        f"INCONSISTENT_ENUM_VALUE_FOR_{use}_ENUM",
        f"`{owner.name}.{value.name}` is missing in {_lacking(merge, owner, found)}, {outcome}",
        at=places(found),
        coordinate=f"{owner.name}.{value.name}",
    )


def enum_usage(merge: Merge) -> dict[str, tuple[bool, bool]]:
    """Return for each type that is used whether fields return it and whether arguments take it."""
    if merge.usage is None:
        merge.usage = _usage(merge)
    return merge.usage


def _usage(merge: Merge) -> dict[str, tuple[bool, bool]]:
    read: set[str] = set()
    written = set(merge.left_out_input_types)
    for directive in merge.directives.values():
        written.update(named_type(it.type) for it in directive.arguments.values())
    for definition in merge.types.values():
        for item in definition.fields.values():
            read.add(named_type(item.type))
            written.update(named_type(it.type) for it in item.arguments.values())
        if definition.kind is TypeKind.INPUT:
            written.update(named_type(it.type) for it in definition.input_fields.values())
    return {name: (name in read, name in written) for name in read | written}

"""`@override`: a field moves from one subgraph to another, at once or by a label."""

from __future__ import annotations

import re
from dataclasses import dataclass

from graphwing.composition.definitions import (
    AppliedDirective,
    FieldDefinition,
    TypeKind,
    first_applied,
    has_applied,
)
from graphwing.composition.field_facts import FieldKey
from graphwing.composition.merge.merge_state import Merge, Overrides, Sources, Subgraph
from graphwing.composition.subgraph_schema import string_argument
from graphwing.composition.suggestion import closest

_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9_\-:./]*|percent\((?:[0-9]{1,2}(?:\.[0-9]{1,8})?|100)\)")


@dataclass(slots=True)
class _Override:
    """One `@override`, as the steps below look at it."""

    subgraph: Subgraph
    item: FieldDefinition
    use: AppliedDirective
    source_name: str
    coordinate: str
    key: FieldKey


def overrides_of(
    merge: Merge,
    found: Sources[FieldDefinition],
    abstracted: list[tuple[Subgraph, FieldKey]],
    key: FieldKey,
) -> Overrides:
    """Return which subgraphs lose the field to which, and report overrides that cannot be."""
    result = Overrides()
    is_used = "override" in merge.used_in_subgraphs
    if not is_used or not any(has_applied(item, "override") for _, item in found):
        return result
    by_name = {subgraph.name: (subgraph, item) for subgraph, item in found}
    for subgraph, item in found:
        use = first_applied(item, "override")
        source_name = string_argument(use, "from") if use is not None else None
        if use is None or source_name is None:
            continue
        override = _Override(subgraph, item, use, source_name, f"{key[0]}.{key[1]}", key)
        if subgraph.schema.types[key[0]].kind is TypeKind.INTERFACE:
            _report(
                merge,
                override,
                "OVERRIDE_ON_INTERFACE",
                f"`{override.coordinate}` is a field of an interface, which nothing resolves",
                "override the fields of the implementing types",
            )
        elif source_name == subgraph.name:
            _report(
                merge,
                override,
                "OVERRIDE_FROM_SELF_ERROR",
                f"`{override.coordinate}` overrides itself",
                "name the subgraph from which the field moves",
            )
        elif merge.subgraph_named(source_name) is None:
            _hint_unknown_source(merge, override)
        elif source_name in by_name:
            _apply(merge, override, by_name[source_name], result)
        elif any(other.name == source_name for other, _ in abstracted):
            _report_interface_object(merge, override)
        else:
            _hint_superfluous(merge, override, "does not have it any more")
    if result.used or result.unused or result.labels:
        merge.overrides[key] = result
    return result


def _apply(
    merge: Merge,
    override: _Override,
    source: tuple[Subgraph, FieldDefinition],
    result: Overrides,
) -> None:
    if first_applied(source[1], "override") is not None:
        _report(
            merge,
            override,
            "OVERRIDE_SOURCE_HAS_OVERRIDE",
            f"`{override.coordinate}` is overridden from `{override.source_name}`,"
            " which overrides it too",
            "keep the `@override` of the subgraph where the field ends up",
        )
        return
    conflict = _conflict(override, source)
    if conflict is not None:
        merge.problems.report(
            "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE",
            f"`{override.coordinate}` is overridden, and {conflict}",
            at=[
                override.subgraph.schema.at(override.use.position),
                source[0].schema.at(source[1].position),
            ],
            coordinate=override.coordinate,
            remedy="remove one of the two directives",
        )
        return
    is_external = override.key in source[0].facts.external
    if is_external:
        _hint_superfluous(merge, override, "has it as external only")
    _apply_label(merge, override, result)
    if override.source_name in result.labels:
        _hint_migration(merge, override)
    # What the source has as external it never resolved, so only a label says anything new of it.
    if not is_external:
        _mark(merge, override, source, result)


def _conflict(override: _Override, source: tuple[Subgraph, FieldDefinition]) -> str | None:
    for spec in ("requires", "provides"):
        if first_applied(source[1], spec) is not None:
            return f"has `@{spec}` in `{override.source_name}`"
    if override.key in override.subgraph.facts.external:
        return f"is `@external` in `{override.subgraph.name}`"
    for subgraph in (override.subgraph, source[0]):
        if subgraph.schema.is_interface_object(override.key[0]):
            return f"belongs to an `@interfaceObject` in `{subgraph.name}`"
    return None


def _apply_label(merge: Merge, override: _Override, result: Overrides) -> None:
    label = string_argument(override.use, "label")
    if not label:
        return
    if not _LABEL.fullmatch(label):
        _report(
            merge,
            override,
            "OVERRIDE_LABEL_INVALID",
            f"the label `{label}` of the override of `{override.coordinate}` cannot be used",
            "begin with a letter, go on with letters, digits and `_-:./`, or write `percent(25)`",
        )
    result.labels[override.subgraph.name] = label
    result.labels[override.source_name] = label
    result.replaced_by_label.add(override.source_name)


def _mark(
    merge: Merge,
    override: _Override,
    source: tuple[Subgraph, FieldDefinition],
    result: Overrides,
) -> None:
    is_used = override.key in source[0].facts.used
    if is_used:
        result.used.add(override.source_name)
    elif override.source_name not in result.labels:
        result.unused.add(override.source_name)
    if override.source_name in result.labels:
        return
    what = "can be marked `@external`" if is_used else "can be removed"
    merge.hints.report(
        "OVERRIDDEN_FIELD_CAN_BE_REMOVED",
        f"`{override.coordinate}` is overridden by `{override.subgraph.name}`;"
        f" in `{override.source_name}` it {what}",
        at=[source[0].schema.at(source[1].position)],
        coordinate=override.coordinate,
    )


def _hint_migration(merge: Merge, override: _Override) -> None:
    merge.hints.report(
        "OVERRIDE_MIGRATION_IN_PROGRESS",
        f"`{override.coordinate}` is on its way from `{override.source_name}` to"
        f" `{override.subgraph.name}`",
        at=[override.subgraph.schema.at(override.use.position)],
        coordinate=override.coordinate,
    )


def _report(merge: Merge, override: _Override, code: str, message: str, remedy: str) -> None:
    merge.problems.report(
        code,
        message,
        at=[override.subgraph.schema.at(override.use.position)],
        coordinate=override.coordinate,
        remedy=remedy,
    )


def _report_interface_object(merge: Merge, override: _Override) -> None:
    _report(
        merge,
        override,
        "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE",
        f"`{override.coordinate}` cannot be overridden from `{override.source_name}`, which has it"
        " through an `@interfaceObject`",
        "remove `@override`",
    )


def _hint_unknown_source(merge: Merge, override: _Override) -> None:
    names = [subgraph.name for subgraph in merge.subgraphs]
    close = closest(override.source_name, names)
    meant = f"; did you mean `{close}`?" if close else ""
    merge.hints.report(
        "FROM_SUBGRAPH_DOES_NOT_EXIST",
        f"`{override.coordinate}` is overridden from `{override.source_name}`,"
        f" which is no subgraph{meant}",
        at=[override.subgraph.schema.at(override.use.position)],
        coordinate=override.coordinate,
    )


def _hint_superfluous(merge: Merge, override: _Override, why: str) -> None:
    merge.hints.report(
        "OVERRIDE_DIRECTIVE_CAN_BE_REMOVED",
        f"the `@override` on `{override.coordinate}` can be removed:"
        f" `{override.source_name}` {why}",
        at=[override.subgraph.schema.at(override.use.position)],
        coordinate=override.coordinate,
    )

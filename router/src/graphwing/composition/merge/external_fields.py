"""External fields: they resolve nothing, and so must only agree with those that do."""

from __future__ import annotations

from graphwing.composition.definitions import ABSENT, FieldDefinition, InputValue
from graphwing.composition.field_facts import FieldKey
from graphwing.composition.graphql_rules.implementations import is_subtype, subtype_in
from graphwing.composition.merge.applied_directives import carried_name
from graphwing.composition.merge.merge_state import Merge, Sources, places
from graphwing.composition.values import same_value


def report_merged_directives(merge: Merge, found: Sources[FieldDefinition], key: FieldKey) -> None:
    """Report directives of the supergraph on those of `found` that are external."""
    for subgraph, item in found:
        if key not in subgraph.facts.external:
            continue
        for use in item.directives:
            # Directives of the authors' own, which they ask to be composed, may stand anywhere.
            is_own = use.spec is None and use.name in merge.composed
            if not is_own and carried_name(merge, subgraph, use) is not None:
                merge.problems.report(
                    "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL",
                    f"`@{use.name}` on `{key[0]}.{key[1]}` describes the supergraph,"
                    " and the field is external here",
                    at=[subgraph.schema.at(use.position)],
                    coordinate=f"{key[0]}.{key[1]}",
                    remedy="move it to a subgraph that resolves the field",
                )


def report_external_everywhere(
    merge: Merge, found: Sources[FieldDefinition], coordinate: str
) -> None:
    """Report a field that every subgraph expects from another."""
    merge.problems.report(
        "EXTERNAL_MISSING_ON_BASE",
        f"`{coordinate}` is external in every subgraph that has it, so none resolves it",
        at=places(found),
        coordinate=coordinate,
        remedy="add it to the subgraph that owns it, or remove `@external` from one",
    )


def check_external_fields(
    merge: Merge, found: Sources[FieldDefinition], merged: FieldDefinition, key: FieldKey
) -> None:
    """Report external fields that differ from `merged` in type, arguments or defaults."""
    resolved_types = {it.type for subgraph, it in found if key not in subgraph.facts.external}
    coordinate = f"{key[0]}.{key[1]}"
    is_named_subtype = subtype_in(merge.types)
    external = [(subgraph, it) for subgraph, it in found if key in subgraph.facts.external]
    wrong_type = [
        (subgraph, it)
        for subgraph, it in external
        # Where those that resolve it differ, so may the external ones.
        if it.type != merged.type
        and (len(resolved_types) == 1 or not is_subtype(it.type, merged.type, is_named_subtype))
    ]
    if wrong_type:
        merge.problems.report(
            "EXTERNAL_TYPE_MISMATCH",
            f"`{coordinate}` is external with another type than the `{merged.type}` that it has"
            " where it is resolved",
            at=places(wrong_type),
            coordinate=coordinate,
            remedy=f"declare it as `{merged.type}`",
        )
    for name, argument in merged.arguments.items():
        _check_argument(merge, external, argument, f"{coordinate}({name}:)")


def _check_argument(
    merge: Merge, external: Sources[FieldDefinition], argument: InputValue, coordinate: str
) -> None:
    missing: Sources[FieldDefinition] = []
    other_type: Sources[InputValue] = []
    other_default: Sources[InputValue] = []
    for subgraph, item in external:
        own = item.arguments.get(argument.name)
        if own is None:
            missing.append((subgraph, item))
        elif not is_subtype(argument.type, own.type, subtype_in(merge.types)):
            other_type.append((subgraph, own))
        elif not _same_default(own, argument):
            other_default.append((subgraph, own))
    if missing:
        _report(merge, "MISSING", "is missing where the field is external", missing, coordinate)
    if other_type:
        what = f"is not `{argument.type}` where the field is external"
        _report(merge, "TYPE_MISMATCH", what, other_type, coordinate)
    if other_default:
        what = "has another default where the field is external"
        _report(merge, "DEFAULT_MISMATCH", what, other_default, coordinate)


def _report(
    merge: Merge,
    kind: str,
    what: str,
    found: Sources[FieldDefinition] | Sources[InputValue],
    coordinate: str,
) -> None:
    merge.problems.report(
        f"EXTERNAL_ARGUMENT_{kind}",
        f"`{coordinate}` {what}",
        at=[(subgraph.name, item.position) for subgraph, item in found],
        coordinate=coordinate,
        remedy="declare it as the subgraph that resolves the field does",
    )


def _same_default(first: InputValue, second: InputValue) -> bool:
    if first.default is ABSENT or second.default is ABSENT:
        return first.default is second.default
    return same_value(first.default, second.default)

"""Merge arguments and their defaults: what all subgraphs take, and nothing that only some do."""

from __future__ import annotations

from typing import TypeVar

from graphwing.composition.definitions import (
    ABSENT,
    Absent,
    DirectiveDefinition,
    FieldDefinition,
    InputValue,
    first_applied,
)
from graphwing.composition.merge.applied_directives import merge_applied_directives
from graphwing.composition.merge.descriptions import merged_description
from graphwing.composition.merge.merge_state import Merge, Sources, Subgraph, names_of, places
from graphwing.composition.merge.references import merged_input_type
from graphwing.composition.values import ConstValue, print_value, same_value

A = TypeVar("A", FieldDefinition, DirectiveDefinition)


def merged_arguments(merge: Merge, sources: Sources[A], coordinate: str) -> dict[str, InputValue]:
    """Return the arguments of `coordinate` in the supergraph."""
    by_name: dict[str, Sources[InputValue]] = {}
    for subgraph, item in sources:
        for argument in item.arguments.values():
            by_name.setdefault(argument.name, []).append((subgraph, argument))
    merged: dict[str, InputValue] = {}
    for name, found in by_name.items():
        where = f"{coordinate}({name}:)"
        plain = [it for it in found if first_applied(it[1], "fromContext") is None]
        if len(plain) < len(found):
            _check_contextual(merge, found, plain, where)
        elif len(found) < len(sources):
            _drop(merge, found, [subgraph for subgraph, _ in sources], where)
        else:
            merged[name] = merged_input_value(merge, found, where)
            merge_applied_directives(merge, found, merged[name], where)
    return merged


def merged_input_value(merge: Merge, sources: Sources[InputValue], coordinate: str) -> InputValue:
    """Return one argument or input field from those in `sources`, without directives."""
    merged = InputValue(sources[0][1].name, merged_input_type(merge, sources, coordinate))
    merged.description = merged_description(sources, coordinate, merge.hints)
    merged.default = _merged_default(merge, sources, coordinate)
    return merged


def _check_contextual(
    merge: Merge,
    found: Sources[InputValue],
    plain: Sources[InputValue],
    coordinate: str,
) -> None:
    """Report subgraphs that need as an argument what the router, and no client, gives others."""
    required = [it for it in plain if it[1].is_required]
    if required:
        merge.problems.report(
            "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS",
            f"`{coordinate}` is filled from a context in some subgraphs only, and required in"
            f" {names_of([it[0] for it in required])}",
            at=places(found),
            coordinate=coordinate,
            remedy="use `@fromContext` there too, or make the argument nullable",
        )
    elif plain:
        merge.hints.report(
            "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS",
            f"`{coordinate}` is filled from a context in some subgraphs only",
            at=places(found),
            coordinate=coordinate,
        )


def _drop(
    merge: Merge, found: Sources[InputValue], owners: list[Subgraph], coordinate: str
) -> None:
    having = {subgraph.name for subgraph, _ in found}
    lacking = [subgraph for subgraph in owners if subgraph.name not in having]
    required = [it for it in found if it[1].is_required]
    if required:
        merge.problems.report(
            "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH",
            f"`{coordinate}` is required in {names_of([it[0] for it in required])}"
            f" and missing in {names_of(lacking)}",
            at=places(required),
            coordinate=coordinate,
            remedy="add it to the other subgraphs, or make it nullable",
        )
        return
    merge.hints.report(
        "INCONSISTENT_ARGUMENT_PRESENCE",
        f"`{coordinate}` is missing in {names_of(lacking)}, so the supergraph does not have it",
        at=places(found),
        coordinate=coordinate,
    )


def _merged_default(
    merge: Merge, sources: Sources[InputValue], coordinate: str
) -> ConstValue | Absent:
    defaults = [item.default for _, item in sources]
    given = [it for it in defaults if it is not ABSENT]
    if not given:
        return ABSENT
    if any(not same_value(given[0], it) for it in given[1:]):
        is_argument = "(" in coordinate
        merge.problems.report(
            "FIELD_ARGUMENT_DEFAULT_MISMATCH" if is_argument else "INPUT_FIELD_DEFAULT_MISMATCH",
            f"`{coordinate}` has different defaults: "
            + ", ".join(dict.fromkeys(f"`{print_value(it)[:60]}`" for it in given)),
            at=places(sources),
            coordinate=coordinate,
            remedy="use one default in all subgraphs",
        )
        return given[0]
    if len(given) < len(defaults):
        merge.hints.report(
            "INCONSISTENT_DEFAULT_VALUE_PRESENCE",
            f"`{coordinate}` has a default in some subgraphs only, so the supergraph has none",
            at=places(sources),
            coordinate=coordinate,
        )
        return ABSENT
    return given[0]

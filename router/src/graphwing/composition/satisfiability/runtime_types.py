"""The types that a shared field can return: a field must answer alike wherever it is asked."""

from __future__ import annotations

from collections.abc import Iterable

from graphwing.composition.definitions import has_applied
from graphwing.composition.merge.merge_state import quoted
from graphwing.composition.satisfiability.options import Options
from graphwing.composition.satisfiability.places import Option


def common_runtime_types(
    options: Options, targets: Iterable[Option], coordinate: str
) -> frozenset[str]:
    """Return the types that a value can have; report subgraphs that differ in them.

    It can have those of all `targets` that return an abstract type: who returns one object type
    there does not say that others never return more, for nobody else must.
    """
    by_subgraph: dict[int, frozenset[str]] = {}
    abstract: set[int] = set()
    for target in targets:
        found = options.places.runtime_types(target)
        if found != frozenset({target.type_name}):
            abstract.add(target.subgraph)
        if len(found) == 1 and all(_is_hidden(options, name) for name in found):
            # There, it returns nothing that anybody could ask for.
            continue
        by_subgraph[target.subgraph] = by_subgraph.get(target.subgraph, frozenset()) | found
    every = frozenset[str]().union(*by_subgraph.values())
    common = every.intersection(*by_subgraph.values())
    if len(abstract) > 1 and common != every and coordinate:
        _report(options, by_subgraph, coordinate, is_disjoint=not common)
    decisive = [found for index, found in by_subgraph.items() if index in abstract]
    return every.intersection(*decisive) if decisive else common


def _is_hidden(options: Options, name: str) -> bool:
    merged = options.merge.types.get(name)
    return merged is not None and has_applied(merged, "inaccessible")


def _report(
    options: Options, by_subgraph: dict[int, frozenset[str]], coordinate: str, *, is_disjoint: bool
) -> None:
    merge = options.merge
    type_name, _, field_name = coordinate.partition(".")
    at = [
        subgraph.schema.at(definition.fields[field_name].position)
        for subgraph, definition in merge.sources.get(type_name, ())
        if field_name in definition.fields
    ]
    found = "; ".join(
        f"{quoted(sorted(names)) or 'nothing'} in `{merge.subgraphs[index].name}`"
        for index, names in sorted(by_subgraph.items())
    )
    code = (
        "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES"
        if is_disjoint
        else "INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN"
    )
    if (code, coordinate) in merge.reported:
        return
    merge.reported.add((code, coordinate))
    message = f"`{coordinate}` is shared, and what it can return differs: {found}"
    if is_disjoint:
        remedy = "let the subgraphs that share it return at least one type in common"
        merge.problems.report(code, message, at=at, coordinate=coordinate, remedy=remedy)
    else:
        merge.hints.report(code, message, at=at, coordinate=coordinate)

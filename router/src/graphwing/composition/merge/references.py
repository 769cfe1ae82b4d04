"""One type from several, for a field, an argument or an input field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from graphwing.composition.definitions import Position
from graphwing.composition.graphql_rules.implementations import is_subtype, subtype_in
from graphwing.composition.merge.merge_state import Merge, Sources, places
from graphwing.composition.type_reference import TypeReference


class Typed(Protocol):
    """Anything with a type."""

    type: TypeReference
    position: Position


R = TypeVar("R", bound=Typed)


def merged_output_type(merge: Merge, sources: Sources[R], coordinate: str) -> TypeReference:
    """Return the most general type of a field: what every subgraph's answer is a value of."""
    is_named_subtype = subtype_in(merge.types)

    def wider(first: TypeReference, second: TypeReference) -> TypeReference | None:
        if is_subtype(first, second, is_named_subtype):
            return second
        return first if is_subtype(second, first, is_named_subtype) else None

    return _merged(merge, sources, coordinate, wider, is_input=False)


def merged_input_type(merge: Merge, sources: Sources[R], coordinate: str) -> TypeReference:
    """Return the most special type of an argument or input field: what every subgraph accepts."""

    def narrower(first: TypeReference, second: TypeReference) -> TypeReference | None:
        if is_subtype(first, second, _no_subtype):
            return first
        return second if is_subtype(second, first, _no_subtype) else None

    return _merged(merge, sources, coordinate, narrower, is_input=True)


def _no_subtype(_sub: str, _base: str) -> bool:
    return False


def _merged(
    merge: Merge,
    sources: Sources[R],
    coordinate: str,
    choose: Callable[[TypeReference, TypeReference], TypeReference | None],
    *,
    is_input: bool,
) -> TypeReference:
    merged = sources[0][1].type
    differs = False
    for _, item in sources:
        if item.type == merged:
            continue
        differs = True
        chosen = choose(merged, item.type)
        if chosen is None:
            _report_mismatch(merge, sources, coordinate, is_input=is_input)
            return merged
        merged = chosen
    if differs:
        kind = "ARGUMENT" if "(" in coordinate else "FIELD"
        merge.hints.report(
            f"INCONSISTENT_BUT_COMPATIBLE_{kind}_TYPE",
            f"`{coordinate}` has compatible but different types: {_types(sources)};"
            f" the supergraph has `{merged}`",
            at=places(sources),
            coordinate=coordinate,
        )
    return merged


def _report_mismatch(merge: Merge, sources: Sources[R], coordinate: str, *, is_input: bool) -> None:
    is_field = "(" not in coordinate
    merge.problems.report(
        "FIELD_TYPE_MISMATCH" if is_field else "FIELD_ARGUMENT_TYPE_MISMATCH",
        f"`{coordinate}` has incompatible types: {_types(sources)}",
        at=places(sources),
        coordinate=coordinate,
        remedy="give it one type in all subgraphs"
        + ("" if is_input else ", or types of which one includes the others"),
    )


def _types(sources: Sources[R]) -> str:
    by_type: dict[str, list[str]] = {}
    for subgraph, item in sources:
        by_type.setdefault(item.type, []).append(subgraph.name)
    return ", ".join(f"`{text}` in {', '.join(names[:5])}" for text, names in by_type.items())

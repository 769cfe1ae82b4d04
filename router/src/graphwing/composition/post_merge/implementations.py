"""The merged types offer what the merged interfaces promise."""

from __future__ import annotations

from collections.abc import Iterator

from graphwing.composition.definitions import TypeDefinition
from graphwing.composition.graphql_rules.implementations import BrokenPromise, broken_promises
from graphwing.composition.merge.merge_state import Merge, places, quoted


def check_promised_fields(merge: Merge) -> None:
    """Report interfaces that grew in one subgraph and whose implementations did not in others."""
    for definition, broken in _broken(merge):
        if broken.missing_field is not None:
            _report_missing_field(merge, definition, broken, broken.missing_field)


def check_merged_implementations(merge: Merge) -> None:
    """Report fields whose merged type or arguments are not what an interface promises."""
    for definition, broken in _broken(merge):
        if broken.missing_field is None:
            merge.problems.report(
                "INVALID_GRAPHQL",
                f"once merged, {broken.message}",
                at=places(merge.sources[definition.name]),
                coordinate=broken.coordinate,
                remedy=broken.remedy,
            )


def _broken(merge: Merge) -> Iterator[tuple[TypeDefinition, BrokenPromise]]:
    for definition in merge.types.values():
        if definition.interfaces:
            for broken in broken_promises(definition, merge.types):
                yield definition, broken


def _report_missing_field(
    merge: Merge, definition: TypeDefinition, broken: BrokenPromise, name: str
) -> None:
    promising = [
        subgraph.name
        for subgraph, interface in merge.sources[broken.interface]
        if name in interface.fields
    ]
    merge.problems.report(
        "INTERFACE_FIELD_NO_IMPLEM",
        f"`{broken.interface}.{name}` is promised in {quoted(promising)}, and"
        f" `{definition.name}` has no such field in any subgraph",
        at=places(merge.sources[definition.name]),
        coordinate=f"{definition.name}.{name}",
        remedy=f"add `{name}` to `{definition.name}`",
    )

"""The merged types offer what the merged interfaces promise."""

from __future__ import annotations

from graphwing.composition.definitions import TypeDefinition
from graphwing.composition.graphql_rules.implementations import BrokenPromise, broken_promises
from graphwing.composition.merge.merge_state import Merge, places, quoted


def check_merged_implementations(merge: Merge) -> None:
    """Report interfaces that grew in one subgraph and whose implementations did not in others."""
    for definition in merge.types.values():
        if not definition.interfaces:
            continue
        for broken in broken_promises(definition, merge.types):
            _report(merge, definition, broken)


def _report(merge: Merge, definition: TypeDefinition, broken: BrokenPromise) -> None:
    sources = merge.sources[definition.name]
    if broken.missing_field is None:
        merge.problems.report(
            "INVALID_GRAPHQL",
            f"once merged, {broken.message}",
            at=places(sources),
            coordinate=broken.coordinate,
            remedy=broken.remedy,
        )
        return
    promising = [
        subgraph.name
        for subgraph, interface in merge.sources[broken.interface]
        if broken.missing_field in interface.fields
    ]
    merge.problems.report(
        "INTERFACE_FIELD_NO_IMPLEM",
        f"`{broken.interface}.{broken.missing_field}` is promised in {quoted(promising)}, and"
        f" `{definition.name}` has no such field in any subgraph",
        at=places(sources),
        coordinate=f"{definition.name}.{broken.missing_field}",
        remedy=f"add `{broken.missing_field}` to `{definition.name}`",
    )

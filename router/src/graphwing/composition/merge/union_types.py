"""Merge unions: the members of all subgraphs."""

from __future__ import annotations

from graphwing.composition.definitions import AppliedDirective, TypeDefinition
from graphwing.composition.merge.merge_state import Merge, names_of, places


def merge_members(merge: Merge, merged: TypeDefinition) -> None:
    """Say of each member of `merged` which subgraphs know it."""
    sources = merge.sources[merged.name]
    for subgraph, definition in sources:
        merged.directives += [
            AppliedDirective("join__unionMember", {"graph": subgraph.graph, "member": member})
            for member in definition.members
        ]
    for member in merged.members:
        lacking = [subgraph for subgraph, it in sources if member not in it.members]
        if lacking:
            merge.hints.report(
                "INCONSISTENT_UNION_MEMBER",
                f"`{member}` is not a member of `{merged.name}` in {names_of(lacking)}",
                at=places(sources),
                coordinate=merged.name,
            )

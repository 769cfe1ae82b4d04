"""Merge unions: the members of all subgraphs, which are objects in all of them."""

from __future__ import annotations

from graphwing.composition.definitions import AppliedDirective, TypeDefinition
from graphwing.composition.merge.merge_state import Merge, Subgraph, names_of, places


def merge_members(merge: Merge, merged: TypeDefinition) -> None:
    """Say of each member of `merged` which subgraphs know it."""
    sources = merge.sources[merged.name]
    for subgraph, definition in sources:
        merged.directives += [
            AppliedDirective("join__unionMember", {"graph": subgraph.graph, "member": member})
            for member in definition.members
        ]
    for member in merged.members:
        standing_in = [
            subgraph
            for subgraph, it in sources
            if member in it.members and subgraph.schema.is_interface_object(member)
        ]
        if standing_in:
            _report_interface(merge, merged, member, standing_in)
        lacking = [subgraph for subgraph, it in sources if member not in it.members]
        if lacking:
            merge.hints.report(
                "INCONSISTENT_UNION_MEMBER",
                f"`{member}` is not a member of `{merged.name}` in {names_of(lacking)}",
                at=places(sources),
                coordinate=merged.name,
            )


def _report_interface(
    merge: Merge, merged: TypeDefinition, member: str, naming: list[Subgraph]
) -> None:
    merge.problems.report(
        "INVALID_GRAPHQL",
        f"`{member}`, a member of `{merged.name}` in {names_of(naming)}, is an interface in other"
        " subgraphs",
        at=places([it for it in merge.sources[merged.name] if it[0] in naming]),
        coordinate=merged.name,
        remedy="make the objects that implement it members, or return the interface itself",
    )

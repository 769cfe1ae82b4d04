"""Merge unions: the members of all subgraphs, which are objects in all of them."""

from __future__ import annotations

from graphwing.composition.definitions import AppliedDirective, TypeDefinition, TypeKind
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
        # What is of another kind elsewhere has been reported, and is not merged.
        known = merge.types.get(member)
        if known is not None and known.kind is TypeKind.INTERFACE:
            _report_interface(merge, merged, member)
        lacking = [subgraph for subgraph, it in sources if member not in it.members]
        if lacking:
            merge.hints.report(
                "INCONSISTENT_UNION_MEMBER",
                f"`{member}` is not a member of `{merged.name}` in {names_of(lacking)}",
                at=places(sources),
                coordinate=merged.name,
            )


def _report_interface(merge: Merge, merged: TypeDefinition, member: str) -> None:
    sources = [each for each in merge.sources[merged.name] if member in each[1].members]
    naming = names_of([subgraph for subgraph, _ in sources])
    merge.problems.report(
        "INVALID_GRAPHQL",
        f"`{member}`, a member of `{merged.name}` in {naming}, is an interface in other subgraphs",
        at=places(sources),
        coordinate=merged.name,
        remedy="make the objects that implement it members, or return the interface itself",
    )

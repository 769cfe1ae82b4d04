"""Merge the subgraphs' schemas into one whose `@join__*` directives say where each part lives."""

from __future__ import annotations

from dataclasses import dataclass

from graphwing.composition.check_extensions import check_extensions
from graphwing.composition.definitions import AppliedDirective, Position
from graphwing.composition.federation_directives import CONNECT_IDENTITY
from graphwing.composition.merge.applied_directives import merged_directives
from graphwing.composition.merge.carried_directives import (
    define_carried_directives,
    name_carried_directives,
)
from graphwing.composition.merge.composed_directives import name_composed_directives
from graphwing.composition.merge.descriptions import merged_description
from graphwing.composition.merge.executable_directives import merge_executable_directives
from graphwing.composition.merge.interface_keys import check_interface_keys
from graphwing.composition.merge.merge_state import Merge, Subgraph
from graphwing.composition.merge.merge_types import merge_types

__all__ = ["Merge", "merge_subgraphs"]


@dataclass(slots=True)
class _SchemaDescription:
    description: str | None
    position: Position


def merge_subgraphs(merge: Merge) -> None:
    """Merge the subgraphs of `merge` into its types; what does not fit is reported."""
    _hint_implied_versions(merge)
    name_carried_directives(merge)
    name_composed_directives(merge)
    if merge.problems.found:
        # Without knowing what the directives mean, the rest would be misjudged.
        return
    # Enums merge by how they are used, which the arguments of directives have a say in.
    merge_executable_directives(merge)
    merge_types(merge)
    check_interface_keys(merge)
    _merge_schema(merge)
    _check_extensions(merge)
    _check_queries(merge)
    define_carried_directives(merge)


def _hint_implied_versions(merge: Merge) -> None:
    for subgraph in merge.subgraphs:
        link = subgraph.schema.links.federation
        version = subgraph.schema.federation_version
        if link is not None and version > link.url.version:
            merge.hints.report(
                "IMPLICITLY_UPGRADED_FEDERATION_VERSION",
                f"this subgraph links federation {link.url.version}, and something that only"
                f" {version} knows, so it is taken to be of that version",
                at=[subgraph.schema.at(link.position)],
            )


def _merge_schema(merge: Merge) -> None:
    uses = [
        (subgraph, use)
        for subgraph in merge.subgraphs
        for use in subgraph.schema.schema_directives
        if use.spec != "link" or _links_connectors(subgraph, use)
    ]
    merge.schema_directives = merged_directives(merge, uses, "schema")
    described = [
        (it, _SchemaDescription(it.schema.schema_description, it.schema.schema_position))
        for it in merge.subgraphs
    ]
    merge.schema_description = merged_description(described, "schema", merge.hints)


def _links_connectors(subgraph: Subgraph, use: AppliedDirective) -> bool:
    """Return whether `use` links what a router must know to run a subgraph's connectors."""
    link = subgraph.schema.links.by_identity.get(CONNECT_IDENTITY)
    return link is not None and link.position == use.position


def _check_extensions(merge: Merge) -> None:
    schemas = [subgraph.schema for subgraph in merge.subgraphs]
    for schema in schemas:
        if schema.is_federation_1:
            continue
        # An extension of another kind than the type is wrong for that, and told.
        left_out = {
            name
            for name, found in merge.of_other_kinds.items()
            if any(subgraph.schema is schema for subgraph, _ in found)
        }
        check_extensions(schema, schemas, merge.problems, besides=left_out)


def _check_queries(merge: Merge) -> None:
    query = merge.types.get("Query")
    if query is not None and query.fields:
        return
    merge.problems.report(
        "NO_QUERIES",
        "no subgraph has a field on its query root type",
        subgraphs=[subgraph.name for subgraph in merge.subgraphs],
        coordinate="Query",
        remedy="add a query field to one of them",
    )

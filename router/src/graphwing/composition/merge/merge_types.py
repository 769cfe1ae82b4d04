"""Merge the types of all subgraphs: first their outlines, then what is in them."""

from __future__ import annotations

from graphwing.composition.definitions import (
    BUILT_IN_SCALARS,
    AppliedDirective,
    TypeDefinition,
    TypeKind,
    has_applied,
)
from graphwing.composition.field_sets import normalised
from graphwing.composition.merge.applied_directives import merge_applied_directives
from graphwing.composition.merge.auth_requirements import propagate_to_interfaces
from graphwing.composition.merge.descriptions import merged_description
from graphwing.composition.merge.enum_types import merge_enum_values
from graphwing.composition.merge.fields import merge_fields
from graphwing.composition.merge.input_types import merge_input_fields
from graphwing.composition.merge.interface_objects import (
    add_interface_object_fields,
    check_interface_objects,
)
from graphwing.composition.merge.merge_state import Merge, Sources, Subgraph, places
from graphwing.composition.merge.union_types import merge_members
from graphwing.composition.subgraph_schema import (
    is_resolvable,
    keys_of,
    string_argument,
)
from graphwing.composition.values import ConstValue


def merge_types(merge: Merge) -> None:
    """Fill `merge.types`. Outlines come first, because field types are compared by them."""
    _collect_sources(merge)
    for name in sorted(merge.sources):
        _add_outline(merge, name)
    check_interface_objects(merge)
    for definition in merge.types.values():
        if definition.kind in {TypeKind.OBJECT, TypeKind.INTERFACE}:
            merge_fields(merge, definition)
        elif definition.kind is TypeKind.INPUT:
            merge_input_fields(merge, definition)
    add_interface_object_fields(merge)
    propagate_to_interfaces(merge)
    # An enum merges by where it is used, so all fields and arguments must be there.
    for definition in merge.types.values():
        if definition.kind is TypeKind.UNION:
            merge_members(merge, definition)
        elif definition.kind is TypeKind.ENUM:
            merge_enum_values(merge, definition)


def _collect_sources(merge: Merge) -> None:
    for subgraph in merge.subgraphs:
        for definition in subgraph.schema.types.values():
            merge.sources.setdefault(definition.name, []).append((subgraph, definition))
            if has_applied(definition, "interfaceObject"):
                merge.interface_objects.setdefault(definition.name, []).append(subgraph)


def _add_outline(merge: Merge, name: str) -> None:
    sources = merge.sources[name]
    kind = sources[0][1].composed_kind
    if any(definition.composed_kind is not kind for _, definition in sources):
        sources = _of_one_kind(merge, name, kind)
    # Every schema has the built-in scalars, and so they are in no subgraph in particular.
    if kind is TypeKind.SCALAR and name in BUILT_IN_SCALARS:
        return
    merged = merge.types[name] = TypeDefinition(kind, name, has_definition=True)
    merged.description = merged_description(sources, name, merge.hints)
    for subgraph, definition in sources:
        merged.directives += _join_types(subgraph, definition)
    for subgraph, definition in sources:
        for interface in definition.interfaces:
            merged.interfaces[interface] = None
            merged.directives.append(
                AppliedDirective(
                    "join__implements", {"graph": subgraph.graph, "interface": interface}
                )
            )
    merge_applied_directives(merge, sources, merged, name)
    for _, definition in sources:
        merged.members.update(dict.fromkeys(definition.members))


def _of_one_kind(merge: Merge, name: str, kind: TypeKind) -> Sources[TypeDefinition]:
    """Report that `name` is of several kinds, and return the sources of `kind` to go on with.

    They are merged all the same, so that what is wrong with them is told in the same run.
    """
    sources = merge.sources[name]
    kinds: dict[TypeKind, list[str]] = {}
    for subgraph, definition in sources:
        kinds.setdefault(definition.composed_kind, []).append(subgraph.name)
    found = "; ".join(f"`{kind.value}` in {', '.join(who)}" for kind, who in kinds.items())
    merge.problems.report(
        "TYPE_KIND_MISMATCH",
        f"`{name}` is of different kinds: {found}",
        at=places(sources),
        coordinate=name,
        remedy="make it one kind in all subgraphs, or rename one of the types",
    )
    merge.sources[name] = [it for it in sources if it[1].composed_kind is kind]
    merge.of_other_kinds[name] = [it for it in sources if it[1].composed_kind is not kind]
    if kind is not TypeKind.INTERFACE:
        merge.interface_objects.pop(name, None)
    return merge.sources[name]


def _join_types(subgraph: Subgraph, definition: TypeDefinition) -> list[AppliedDirective]:
    base: dict[str, ConstValue] = {"graph": subgraph.graph}
    stands_for_interface = has_applied(definition, "interfaceObject")
    keys = keys_of(definition)
    uses: list[dict[str, ConstValue]] = []
    for key in keys:
        arguments = {**base, "key": normalised(string_argument(key, "fields") or "")}
        if key.in_extension or has_applied(definition, "extends"):
            arguments["extension"] = True
        if "resolvable" in key.arguments:
            arguments["resolvable"] = is_resolvable(key)
        uses.append(arguments)
    for arguments in uses or [base]:
        if stands_for_interface:
            arguments["isInterfaceObject"] = True
    return [AppliedDirective("join__type", arguments) for arguments in uses or [base]]

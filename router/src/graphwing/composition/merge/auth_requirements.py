"""Access requirements reach interfaces: reading through one needs what its types need."""

from __future__ import annotations

from collections.abc import Iterable

from graphwing.composition.definitions import (
    AppliedDirective,
    Element,
    FieldDefinition,
    TypeDefinition,
    TypeKind,
)
from graphwing.composition.field_facts import FieldKey
from graphwing.composition.merge.applied_directives import Use
from graphwing.composition.merge.directive_arguments import ARGUMENT_MERGERS, merged_arguments_of
from graphwing.composition.merge.merge_state import Merge, Subgraph
from graphwing.composition.values import same_value

AUTH_DIRECTIVES = ("authenticated", "requiresScopes", "policy")


def abstracted_uses(abstracted: list[tuple[Subgraph, FieldKey]]) -> list[Use]:
    """Return the access requirements that interface objects put on a field of an implementation."""
    return [
        (subgraph, use)
        for subgraph, key in abstracted
        for use in subgraph.schema.types[key[0]].fields[key[1]].directives
        if use.spec in AUTH_DIRECTIVES
    ]


def propagate_to_interfaces(merge: Merge) -> None:
    """Put on each interface, and its fields, all requirements of its implementations."""
    if not any(spec in merge.carried for spec in AUTH_DIRECTIVES):
        return
    implementations: dict[str, list[TypeDefinition]] = {}
    for definition in merge.types.values():
        if definition.kind is TypeKind.OBJECT:
            for name in definition.interfaces:
                implementations.setdefault(name, []).append(definition)
    for name, found in implementations.items():
        interface = merge.types.get(name)
        if interface is None:
            continue
        _collect(merge, interface, found, name)
        for item in interface.fields.values():
            fields: Iterable[FieldDefinition | None] = (it.fields.get(item.name) for it in found)
            _collect(merge, item, [it for it in fields if it is not None], f"{name}.{item.name}")


def _collect(merge: Merge, element: Element, below: Iterable[Element], coordinate: str) -> None:
    by_name: dict[str, list[AppliedDirective]] = {}
    for source in (element, *below):
        for use in source.directives:
            if use.spec in AUTH_DIRECTIVES:
                by_name.setdefault(use.name, []).append(use)
    if not by_name:
        return
    element.directives = [it for it in element.directives if it.spec not in AUTH_DIRECTIVES]
    for name, uses in by_name.items():
        element.directives.append(_combined(merge, name, uses, coordinate))


def _combined(
    merge: Merge, name: str, uses: list[AppliedDirective], coordinate: str
) -> AppliedDirective:
    first = uses[0]
    if all(same_value(first.arguments, use.arguments) for use in uses):
        return AppliedDirective(name, first.arguments, spec=first.spec)
    merge.hints.report(
        "MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS",
        f"`@{name}` on `{coordinate}` combines what the implementing types demand",
        coordinate=coordinate,
    )
    mergers = ARGUMENT_MERGERS[first.spec or ""]
    arguments = merged_arguments_of(mergers, [use.arguments for use in uses])
    return AppliedDirective(name, arguments, spec=first.spec)

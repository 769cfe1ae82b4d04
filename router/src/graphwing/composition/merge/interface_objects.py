"""`@interfaceObject`: fields for an interface from a subgraph without its implementations."""

from __future__ import annotations

from graphwing.composition.definitions import (
    AppliedDirective,
    FieldDefinition,
    InputValue,
    TypeDefinition,
    TypeKind,
)
from graphwing.composition.field_facts import FieldKey
from graphwing.composition.merge.merge_state import Merge, Overrides, Subgraph, places, quoted
from graphwing.composition.merge.sharing import check_sharing


def abstracted_sources(
    merge: Merge, owner: TypeDefinition, name: str
) -> list[tuple[Subgraph, FieldKey]]:
    """Return where field `name` of object `owner` comes from an interface object."""
    if not merge.interface_objects or owner.kind is not TypeKind.OBJECT:
        return []
    return [
        (subgraph, (interface, name))
        for interface in owner.interfaces
        for subgraph in merge.interface_objects.get(interface, ())
        if name in subgraph.schema.types[interface].fields
    ]


def check_interface_objects(merge: Merge) -> None:
    """Report interface objects of no interface, and those beside implementations of theirs."""
    for name, subgraphs in merge.interface_objects.items():
        merged = merge.types.get(name)
        if merged is None:
            continue
        is_everywhere = len(subgraphs) == len(merge.sources[name])
        if is_everywhere and name not in merge.of_other_kinds:
            merge.problems.report(
                "INTERFACE_OBJECT_USAGE_ERROR",
                f"`{name}` is an `@interfaceObject` wherever it is defined, so no subgraph knows"
                " what implements it",
                at=places(merge.sources[name]),
                coordinate=name,
                remedy=f"define `interface {name}` in the subgraph that has its implementations",
            )
        for subgraph in subgraphs:
            _check_no_implementations(merge, subgraph, merged)


def _check_no_implementations(merge: Merge, subgraph: Subgraph, interface: TypeDefinition) -> None:
    types = subgraph.schema.types
    found = [name for name in merge.implementations().get(interface.name, ()) if name in types]
    if found:
        merge.problems.report(
            "INTERFACE_OBJECT_USAGE_ERROR",
            f"`{interface.name}` is an `@interfaceObject` in `{subgraph.name}`, which also defines"
            f" {quoted(found)} as implementing it",
            at=[subgraph.schema.at(types[name].position) for name in (interface.name, *found)],
            coordinate=interface.name,
            remedy="move those types out of this subgraph, or define the interface itself here",
        )


def add_interface_object_fields(merge: Merge) -> None:
    """Give the implementations of an interface the fields that only its interface objects have."""
    for interface in merge.interface_objects:
        merged = merge.types.get(interface)
        if merged is None:
            continue
        from_objects = {
            name: item
            for subgraph in merge.interface_objects[interface]
            for name in subgraph.schema.types[interface].fields
            if (item := merged.fields.get(name)) is not None
        }
        for definition in merge.types.values():
            if definition.kind is TypeKind.OBJECT and interface in definition.interfaces:
                for name, item in from_objects.items():
                    if name not in definition.fields:
                        abstracted = abstracted_sources(merge, definition, name)
                        key = (definition.name, name)
                        check_sharing(merge, [], abstracted, Overrides(), key)
                        definition.fields[name] = _copy(item)


def _copy(item: FieldDefinition) -> FieldDefinition:
    copied = FieldDefinition(item.name, item.type, description=item.description)
    copied.arguments = {
        name: InputValue(
            name,
            argument.type,
            argument.default,
            argument.description,
            list(argument.directives),
        )
        for name, argument in item.arguments.items()
    }
    # Without a graph: the field is resolved on the interface, wherever that is.
    copied.directives = [
        AppliedDirective("join__field", {}),
        *(it for it in item.directives if it.name != "join__field"),
    ]
    return copied

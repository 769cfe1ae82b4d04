"""Interfaces with keys, and objects that stand for interfaces."""

from __future__ import annotations

from graphwing.composition.definitions import TypeDefinition, TypeKind, has_applied
from graphwing.composition.field_facts import FieldFacts
from graphwing.composition.field_sets import normalised, selects_what_exists
from graphwing.composition.problems import Problems
from graphwing.composition.subgraph_schema import (
    SubgraphSchema,
    is_resolvable,
    keys_of,
    string_argument,
)


def check_interface_entities(
    schema: SubgraphSchema, _facts: FieldFacts, problems: Problems
) -> None:
    """Report interface objects without keys, and interface keys that an implementation lacks."""
    for definition in schema.objects_and_interfaces():
        if has_applied(definition, "interfaceObject") and not keys_of(definition):
            problems.report(
                "INTERFACE_OBJECT_USAGE_ERROR",
                f"`{definition.name}` is an `@interfaceObject` without a key, so its fields"
                " could not be looked up",
                at=[schema.at(definition.position)],
                coordinate=definition.name,
                remedy="add the `@key` of the interface",
            )
        if definition.kind is TypeKind.INTERFACE:
            _check_interface_keys(schema, definition, problems)


def _check_interface_keys(
    schema: SubgraphSchema, interface: TypeDefinition, problems: Problems
) -> None:
    implementations = schema.implementations.get(interface.name, ())
    owners = [interface, *(schema.types[name] for name in implementations)]
    if not all(_has_keys(schema, owner) for owner in owners):
        return
    for key in keys_of(interface):
        fields = _fields(string_argument(key, "fields"))
        lacking = [
            name
            for name in implementations
            if not any(
                _fields(string_argument(it, "fields")) == fields
                and (is_resolvable(it) or not is_resolvable(key))
                for it in keys_of(schema.types[name])
            )
        ]
        if lacking:
            names = ", ".join(f"`{name}`" for name in lacking[:10])
            problems.report(
                "INTERFACE_KEY_NOT_ON_IMPLEMENTATION",
                f"the key `{' '.join(sorted(fields))}` of `{interface.name}` is missing, or not"
                f" resolved, on {names}",
                at=[schema.at(key.position)],
                coordinate=interface.name,
                remedy="add the key to every implementing type",
            )


def _has_keys(schema: SubgraphSchema, owner: TypeDefinition) -> bool:
    """Return whether all keys of `owner` are keys; others are reported, and not compared."""
    return all(
        selects_what_exists(key.arguments.get("fields"), owner, schema.types)
        for key in keys_of(owner)
    )


def _fields(text: str | None) -> frozenset[str]:
    """Return the words of a field set, in which neither order nor repetition counts."""
    return frozenset(normalised(text or "").split())

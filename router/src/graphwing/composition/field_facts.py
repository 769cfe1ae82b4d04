"""What a subgraph's directives say about each of its fields, worked out once per subgraph."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from graphwing.composition.definitions import (
    AppliedDirective,
    FieldDefinition,
    TypeDefinition,
    TypeKind,
    applied,
    has_applied,
)
from graphwing.composition.field_sets import (
    FieldSetError,
    TargetField,
    parse_field_set,
    split_context_field,
    target_fields,
)
from graphwing.composition.subgraph_schema import (
    ROOT_TYPES,
    SubgraphSchema,
    keys_of,
    string_argument,
)
from graphwing.composition.type_reference import named_type

_VARIABLE = re.compile(r"\$[_A-Za-z]\w*", re.ASCII)

FieldKey: TypeAlias = tuple[str, str]
"""The names of a type and of one of its fields."""


@dataclass(slots=True)
class FieldFacts:
    """The fields of one subgraph that are external, used by a directive, provided or shareable."""

    external: set[FieldKey] = field(default_factory=set[FieldKey])
    fake_external: set[FieldKey] = field(default_factory=set[FieldKey])
    provided: set[FieldKey] = field(default_factory=set[FieldKey])
    used: set[FieldKey] = field(default_factory=set[FieldKey])
    shareable: set[FieldKey] = field(default_factory=set[FieldKey])

    def is_external(self, key: FieldKey) -> bool:
        """Return whether the subgraph leaves the field to others."""
        return key in self.external

    def is_fully_external(self, key: FieldKey) -> bool:
        """Return whether the subgraph never resolves the field, not even on one path."""
        return key in self.external and key not in self.provided


def field_facts(schema: SubgraphSchema) -> FieldFacts:
    """Return the facts about the fields of `schema`."""
    facts = FieldFacts()
    _collect_keys(schema, facts)
    if "external" in schema.used_directives:
        for definition in schema.objects_and_interfaces():
            _collect_external(definition, facts)
    if not schema.used_directives.isdisjoint({"requires", "provides"}):
        for definition in schema.objects_and_interfaces():
            for item in definition.fields.values():
                _collect_field_directives(schema, definition, item, facts)
    facts.external -= facts.fake_external
    # What is provided on some path is resolved there, as it is where it belongs.
    facts.shareable |= facts.provided & facts.external
    if "fromContext" in schema.used_directives:
        _collect_context_selections(schema, facts)
    _collect_interface_fields(schema, facts)
    _collect_shareable(schema, facts)
    return facts


def _collect_keys(schema: SubgraphSchema, facts: FieldFacts) -> None:
    for definition in schema.objects_and_interfaces():
        is_extended = has_applied(definition, "extends")
        for key in keys_of(definition):
            for target in selected_fields(schema, key, definition):
                names = with_implementations(schema, target)
                facts.used.update(names)
                facts.shareable.update(names)
                # An extension could not name the key of its type without repeating the field,
                # which says nothing of the types that implement it.
                if key.in_extension or is_extended:
                    facts.fake_external.add((target.parent.name, target.field.name))


def _collect_external(definition: TypeDefinition, facts: FieldFacts) -> None:
    is_whole = has_applied(definition, "external")
    for item in definition.fields.values():
        if is_whole or has_applied(item, "external"):
            facts.external.add((definition.name, item.name))


def _collect_field_directives(
    schema: SubgraphSchema, definition: TypeDefinition, item: FieldDefinition, facts: FieldFacts
) -> None:
    for use in item.directives:
        if use.spec == "requires":
            for target in selected_fields(schema, use, definition):
                facts.used.update(with_implementations(schema, target))
        elif use.spec == "provides":
            returned = schema.types.get(named_type(item.type))
            if returned is None:
                continue
            for target in selected_fields(schema, use, returned):
                names = with_implementations(schema, target)
                facts.used.update(names)
                facts.provided.update(names)


def _collect_context_selections(schema: SubgraphSchema, facts: FieldFacts) -> None:
    """Count what contextual arguments read as used."""
    contexts: dict[str | None, list[TypeDefinition]] = {}
    for definition in schema.types.values():
        for use in applied(definition, "context"):
            contexts.setdefault(string_argument(use, "name"), []).append(definition)
    for definition in schema.objects_and_interfaces():
        for item in definition.fields.values():
            for argument in item.arguments.values():
                for use in applied(argument, "fromContext"):
                    name, text = split_context_field(string_argument(use, "field") or "")
                    for owner in contexts.get(name, ()):
                        for target in fields_selected_by(schema, text, owner):
                            facts.used.update(with_implementations(schema, target))


def _collect_interface_fields(schema: SubgraphSchema, facts: FieldFacts) -> None:
    """Count the fields that an interface needs as used."""
    for definition in schema.types.values():
        if definition.kind is TypeKind.INTERFACE:
            for implementation in schema.implementations.get(definition.name, ()):
                facts.used.update((implementation, name) for name in definition.fields)


def _collect_shareable(schema: SubgraphSchema, facts: FieldFacts) -> None:
    for definition in schema.objects_and_interfaces():
        whole = [use.in_extension for use in applied(definition, "shareable")]
        if schema.is_federation_1 and definition.name != "Subscription":
            # Federation 1 knew no `@shareable`: what several subgraphs resolved was meant to be.
            # Of extensions only those of entities and root types are included, as in the reference.
            is_extended_too = keys_of(definition) or definition.name in ROOT_TYPES
            whole = [False, True] if is_extended_too else [False]
        for item in definition.fields.values():
            if has_applied(item, "shareable") or item.in_extension in whole:
                facts.shareable.add((definition.name, item.name))


def selected_fields(
    schema: SubgraphSchema, use: AppliedDirective, parent: TypeDefinition
) -> Iterator[TargetField]:
    """Yield the fields that the `fields` argument of `use` reaches from `parent`."""
    yield from fields_selected_by(schema, string_argument(use, "fields"), parent)


def fields_selected_by(
    schema: SubgraphSchema, text: str | None, parent: TypeDefinition
) -> Iterator[TargetField]:
    """Yield the fields that the field set `text` reaches from `parent`."""
    if text is None:
        return
    try:
        # A variable has no value here, which is reported; its field is selected all the same.
        selections = parse_field_set(_VARIABLE.sub("null", text) if "$" in text else text)
    except FieldSetError:
        return
    yield from target_fields(selections, parent, schema.types)


def with_implementations(schema: SubgraphSchema, target: TargetField) -> list[FieldKey]:
    """Return the names of `target` and of what implements it."""
    name = target.field.name
    found = [(target.parent.name, name)]
    if target.parent.kind is TypeKind.INTERFACE:
        found += [(it, name) for it in schema.implementations.get(target.parent.name, ())]
    return found

"""Read a Federation 1 subgraph as Federation 2: drop what meant nothing, say what went unsaid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graphwing.composition.definitions import (
    AppliedDirective,
    FieldDefinition,
    TypeDefinition,
    TypeKind,
    applied,
    has_applied,
    remove_applied,
)
from graphwing.composition.field_facts import FieldFacts, FieldKey, field_facts
from graphwing.composition.field_sets import (
    FieldSet,
    FieldSetError,
    SelectedField,
    is_composite,
    parse_field_set,
    print_field_set,
)
from graphwing.composition.problems import Problems
from graphwing.composition.subgraph_schema import (
    ROOT_TYPES,
    SubgraphSchema,
    is_type_extension,
    keys_of,
    string_argument,
)
from graphwing.composition.type_reference import named_type
from graphwing.composition.values import ConstValue, EnumLiteral


def upgrade_federation_1(schema: SubgraphSchema, problems: Problems) -> None:
    """Change `schema`, written for Federation 1; report types that are left with nothing."""
    for definition in schema.objects_and_interfaces():
        _write_fields_as_text(definition)
        remove_applied(definition, "external")
        if definition.kind is TypeKind.INTERFACE:
            _clean_interface(definition)
    schema.index_implementations()
    _remove_external_from_keys(schema)
    _turn_extensions_into_definitions(schema)
    _remove_inactive_selections(schema)
    _remove_unused_external_fields(schema, problems)
    schema.index_implementations()


def adopt_keys(schemas: Sequence[SubgraphSchema]) -> None:
    """Let Federation 1 extensions that name no key have the key that the type has elsewhere."""
    for schema in schemas:
        for definition in schema.types.values() if schema.is_federation_1 else ():
            if definition.kind is not TypeKind.OBJECT or keys_of(definition):
                continue
            if is_type_extension(definition):
                for name in _first_keys(definition.name, schemas) & definition.fields.keys():
                    remove_applied(definition.fields[name], "external")


def remove_repeated_tags(
    schemas: Sequence[SubgraphSchema], facts: Mapping[str, FieldFacts]
) -> None:
    """Take off external Federation 1 fields what tags them as a subgraph does that resolves them.

    Tags that no other subgraph has stay, to be refused like all that describes the supergraph.
    """
    for schema in schemas:
        if not schema.is_federation_1 or "tag" not in schema.used_directives:
            continue
        for key in facts[schema.name].external:
            item = schema.types[key[0]].fields[key[1]]
            if has_applied(item, "tag"):
                repeated = _resolved_tags(key, schemas, facts)
                item.directives = [
                    use
                    for use in item.directives
                    if use.spec != "tag" or string_argument(use, "name") not in repeated
                ]


def _resolved_tags(
    key: FieldKey, schemas: Sequence[SubgraphSchema], facts: Mapping[str, FieldFacts]
) -> set[str | None]:
    """Return the tags of a field where it is resolved."""
    type_name, field_name = key
    found: set[str | None] = set()
    for schema in schemas:
        definition = schema.types.get(type_name)
        item = definition.fields.get(field_name) if definition is not None else None
        if item is not None and key not in facts[schema.name].external:
            found |= {string_argument(use, "name") for use in applied(item, "tag")}
    return found


def _first_keys(type_name: str, schemas: Sequence[SubgraphSchema]) -> set[str]:
    """Return the fields in the first key that each subgraph gives to a type."""
    found: set[str] = set()
    for schema in schemas:
        definition = schema.types.get(type_name)
        for key in keys_of(definition)[:1] if definition is not None else ():
            found |= _fields_in(key)
    return found


def _write_fields_as_text(definition: TypeDefinition) -> None:
    """Spell `fields: ["a", "b"]` and `fields: a` as Federation 2 does."""
    uses = keys_of(definition)
    for item in definition.fields.values():
        uses += applied(item, "requires") + applied(item, "provides")
    for use in uses:
        text = _as_text(use.arguments.get("fields"))
        if text is not None:
            use.arguments["fields"] = text


def _as_text(value: ConstValue) -> str | None:
    match value:
        case EnumLiteral(name):
            return name
        case list():
            parts = [_as_text(item) for item in value]
            return " ".join(part for part in parts if part is not None) if all(parts) else None
        case str():
            return value
        case _:
            return None


def _clean_interface(definition: TypeDefinition) -> None:
    remove_applied(definition, "key")
    for item in definition.fields.values():
        for spec in ("external", "requires", "provides"):
            remove_applied(item, spec)


def _remove_external_from_keys(schema: SubgraphSchema) -> None:
    """Let key fields of extensions be what they always were: resolved here."""
    for definition in schema.types.values():
        is_extended = has_applied(definition, "extends")
        for key in keys_of(definition):
            if key.in_extension or is_extended:
                for name in _fields_in(key) & definition.fields.keys():
                    remove_applied(definition.fields[name], "external")


def _fields_in(key: AppliedDirective) -> set[str]:
    """Return the fields of the type itself that `key` names."""
    text = _as_text(key.arguments.get("fields"))
    try:
        selections = parse_field_set(text) if text is not None else ()
    except FieldSetError:
        return set()  # the validation that follows reports it
    return {it.name for it in selections if isinstance(it, SelectedField)}


def _remove_inactive_selections(schema: SubgraphSchema) -> None:
    facts = field_facts(schema)
    for definition in schema.objects_and_interfaces():
        for item in definition.fields.values():
            returned = schema.types.get(named_type(item.type))
            for use in applied(item, "requires"):
                _prune(schema, facts, item, use, definition)
            for use in applied(item, "provides"):
                if returned is None or not is_composite(returned):
                    remove_applied(item, "provides")
                else:
                    _prune(schema, facts, item, use, returned)


def _prune(
    schema: SubgraphSchema,
    facts: FieldFacts,
    item: FieldDefinition,
    use: AppliedDirective,
    parent: TypeDefinition,
) -> None:
    text = string_argument(use, "fields")
    if text is None:
        return
    try:
        selections = parse_field_set(text)
    except FieldSetError:
        return  # the validation that follows reports it
    active = _active(schema, facts, selections, parent)
    if active == selections:
        return
    if active:
        use.arguments["fields"] = print_field_set(active)
    else:
        item.directives.remove(use)


def _active(
    schema: SubgraphSchema, facts: FieldFacts, selections: FieldSet, parent: TypeDefinition
) -> FieldSet:
    """Return `selections` without leaves that the subgraph resolves itself."""
    kept: list[FieldSet] = []
    for selection in selections:
        if not isinstance(selection, SelectedField):
            target = schema.types.get(selection.condition) if selection.condition else parent
            inner = _active(schema, facts, selection.selections, target) if target else ()
            if inner:
                kept.append((type(selection)(selection.condition, inner),))
            continue
        item = parent.fields.get(selection.name)
        if item is None or _is_external(schema, facts, parent, item):
            kept.append((selection,))
            continue
        target = schema.types.get(named_type(item.type))
        if is_composite(target) != bool(selection.selections):
            kept.append((selection,))  # the validation that follows reports it
            continue
        inner = _active(schema, facts, selection.selections, target) if target else ()
        if inner:
            kept.append((SelectedField(selection.name, selection.arguments, inner),))
    return tuple(selection for group in kept for selection in group)


def _is_external(
    schema: SubgraphSchema, facts: FieldFacts, parent: TypeDefinition, item: FieldDefinition
) -> bool:
    if parent.kind is TypeKind.INTERFACE:
        names = schema.implementations.get(parent.name, ())
        return any((name, item.name) in facts.external for name in names)
    return (parent.name, item.name) in facts.external


def _remove_unused_external_fields(schema: SubgraphSchema, problems: Problems) -> None:
    facts = field_facts(schema)
    unused = facts.external - facts.used
    touched: dict[str, list[str]] = {}
    for type_name, field_name in sorted(unused):
        touched.setdefault(type_name, []).append(field_name)
    referenced = {
        named_type(item.type) for it in schema.types.values() for item in it.fields.values()
    }
    referenced |= {name for it in schema.types.values() for name in it.members}
    for name, fields in touched.items():
        definition = schema.types[name]
        for field_name in fields:
            del definition.fields[field_name]
        # Federation gives every query root fields of its own.
        if definition.fields or name == "Query":
            continue
        if name in referenced or name in ROOT_TYPES:
            why = "is a root type" if name in ROOT_TYPES else "is returned by other fields"
            problems.report(
                "TYPE_WITH_ONLY_UNUSED_EXTERNAL",
                f"`{name}` has nothing but external fields that no directive uses, and {why}",
                at=[schema.at(definition.position)],
                coordinate=name,
                remedy="remove the type, or give it a field of its own",
            )
        else:
            del schema.types[name]


def _turn_extensions_into_definitions(schema: SubgraphSchema) -> None:
    for definition in schema.types.values():
        if definition.has_definition:
            continue
        definition.has_definition = True
        definition.has_extension = False
        for use in definition.directives:
            use.in_extension = False
        for item in definition.fields.values():
            item.in_extension = False

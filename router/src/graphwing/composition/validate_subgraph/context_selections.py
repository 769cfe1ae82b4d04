"""What `@fromContext` selects: one value, by one path, of every type that sets the context."""

from __future__ import annotations

from collections.abc import Sequence

from graphwing.composition.definitions import (
    TypeDefinition,
    TypeKind,
    has_applied,
)
from graphwing.composition.field_sets import (
    FieldSet,
    FieldSetError,
    SelectedField,
    SelectedType,
    parse_field_set,
)
from graphwing.composition.subgraph_schema import SubgraphSchema
from graphwing.composition.type_reference import TypeReference, list_depth, named_type


def selected_types(
    text: str, setting: Sequence[TypeDefinition], schema: SubgraphSchema
) -> list[TypeReference]:
    """Return the types of what `text` selects of the types `setting` the context.

    Raise `FieldSetError` when it is not one value of each.
    """
    selections = parse_field_set(text)
    for definition in setting:
        if has_applied(definition, "interfaceObject"):
            raise FieldSetError(
                f"reads from `{definition.name}`, which is an `@interfaceObject` here"
            )
    fragments = [it for it in selections if isinstance(it, SelectedType)]
    if not fragments:
        found = [_type_of_path(selections, it, schema) for it in setting]
    elif len(fragments) == len(selections):
        _check_conditions(fragments, setting, schema)
        found = [_type_of_path(it.selections, _narrowed(it, schema), schema) for it in fragments]
    else:
        raise FieldSetError("selects fields and fragments side by side")
    return list(dict.fromkeys(found))


def _check_conditions(
    fragments: Sequence[SelectedType], setting: Sequence[TypeDefinition], schema: SubgraphSchema
) -> None:
    """Raise `FieldSetError` unless the fragments and what sets the context fit together."""
    conditions = [_narrowed(it, schema).name for it in fragments]
    possible = {it.name: schema.possible_types(it.name) for it in setting}
    for name in conditions:
        if conditions.count(name) > 1:
            raise FieldSetError(f"selects on `{name}` twice")
        if not any(name in names for names in possible.values()):
            raise FieldSetError(f"selects on `{name}`, which does not set the context")
    for name, names in possible.items():
        if not any(condition in names for condition in conditions):
            raise FieldSetError(f"selects nothing of `{name}`, which sets the context, too")


def _narrowed(fragment: SelectedType, schema: SubgraphSchema) -> TypeDefinition:
    if fragment.condition is None:
        raise FieldSetError("uses a fragment without a type")
    if fragment.directives:
        raise FieldSetError("uses an alias or a directive")
    definition = schema.types.get(fragment.condition)
    if definition is None:
        raise FieldSetError(f"selects on `{fragment.condition}`, which does not exist")
    if definition.kind is not TypeKind.OBJECT:
        raise FieldSetError(f"selects on `{definition.name}`, which is not an object type")
    return definition


def _type_of_path(
    selections: FieldSet, definition: TypeDefinition, schema: SubgraphSchema
) -> TypeReference:
    """Return the type of the one value that `selections` lead to, or raise `FieldSetError`."""
    depth = 0
    while True:
        selection = _only_field(selections, definition)
        reference = _type_of_field(selection, definition)
        if not selection.selections:
            break
        # Of each item of a list, the value is taken: they are a list again.
        depth += list_depth(reference)
        definition = schema.types.get(named_type(reference), definition)
        selections = selection.selections
    # Nothing is sure to be there: what sets the context may be null above.
    return "[" * depth + reference.replace("!", "") + "]" * depth


def _only_field(selections: FieldSet, definition: TypeDefinition) -> SelectedField:
    if len(selections) != 1:
        raise FieldSetError(f"selects not exactly one field of `{definition.name}`")
    selection = selections[0]
    if isinstance(selection, SelectedType):
        raise FieldSetError(f"uses a fragment within its selection of `{definition.name}`")
    return selection


def _type_of_field(selection: SelectedField, definition: TypeDefinition) -> TypeReference:
    if selection.alias or selection.directives:
        raise FieldSetError("uses an alias or a directive")
    if selection.name == "__typename":
        return "String"
    item = definition.fields.get(selection.name)
    if item is None:
        raise FieldSetError(f"selects `{selection.name}`, which `{definition.name}` does not have")
    return item.type

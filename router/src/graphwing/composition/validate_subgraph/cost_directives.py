"""`@cost` and `@listSize` say something that can be computed."""

from __future__ import annotations

from typing import TypeAlias

from graphwing.composition.definitions import (
    AppliedDirective,
    FieldDefinition,
    TypeDefinition,
    TypeKind,
    first_applied,
    has_applied,
)
from graphwing.composition.field_facts import FieldFacts
from graphwing.composition.problems import Problems
from graphwing.composition.subgraph_schema import SubgraphSchema
from graphwing.composition.type_reference import is_list, named_type, nullable
from graphwing.composition.values import is_string_list

_SLICING_REMEDY = "name an argument of the field that is an `Int`"
_Complaint: TypeAlias = tuple[str, str, str]
"""The end of the code, what is wrong, and what to do."""


def check_cost_directives(schema: SubgraphSchema, _facts: FieldFacts, problems: Problems) -> None:
    """Report costs of interfaces and their fields, and list sizes of what is no list."""
    for definition in schema.objects_and_interfaces():
        _check_interface_object(schema, definition, problems)
        for item in definition.fields.values():
            coordinate = f"{definition.name}.{item.name}"
            cost = first_applied(item, "cost")
            if cost is not None and definition.kind is TypeKind.INTERFACE:
                problems.report(
                    "COST_APPLIED_TO_INTERFACE_FIELD",
                    f"`{coordinate}` is a field of an interface, and only objects' fields cost",
                    at=[schema.at(cost.position)],
                    coordinate=coordinate,
                    remedy="put `@cost` on the implementing types",
                )
            size = first_applied(item, "listSize")
            if size is not None:
                _check_list_size(schema, problems, coordinate, item, size)


def _check_interface_object(
    schema: SubgraphSchema, definition: TypeDefinition, problems: Problems
) -> None:
    cost = first_applied(definition, "cost")
    if cost is not None and has_applied(definition, "interfaceObject"):
        problems.report(
            "INVALID_GRAPHQL",
            f"`{definition.name}` is an interface in the supergraph, where `@cost` may not stand",
            at=[schema.at(cost.position)],
            coordinate=definition.name,
            remedy="put `@cost` on the fields of the interface object",
        )


def _check_list_size(
    schema: SubgraphSchema,
    problems: Problems,
    coordinate: str,
    item: FieldDefinition,
    use: AppliedDirective,
) -> None:
    for code, message, remedy in _list_size_complaints(schema, item, use):
        problems.report(
            f"LIST_SIZE_{code}",
            f"`@{use.name}` on `{coordinate}` {message}",
            at=[schema.at(use.position)],
            coordinate=coordinate,
            remedy=remedy,
        )


def _list_size_complaints(
    schema: SubgraphSchema, item: FieldDefinition, use: AppliedDirective
) -> list[_Complaint]:
    complaints: list[_Complaint] = []
    sized_fields = use.arguments.get("sizedFields")
    if not sized_fields and not is_list(nullable(item.type)):
        message = f"is on `{item.type}`, which is no list, without `sizedFields`"
        remedy = "remove it, or name in `sizedFields` the lists that the type holds"
        complaints.append(("APPLIED_TO_NON_LIST", message, remedy))
    assumed = use.arguments.get("assumedSize")
    if isinstance(assumed, int) and assumed < 0:
        remedy = "assume a size that is not negative"
        complaints.append(("INVALID_ASSUMED_SIZE", "assumes a negative size", remedy))
    slicing = use.arguments.get("slicingArguments")
    for name in slicing if is_string_list(slicing) else ():
        argument = item.arguments.get(name)
        if argument is None:
            message = f"slices by `{name}`, which the field does not take"
            complaints.append(("INVALID_SLICING_ARGUMENT", message, _SLICING_REMEDY))
        elif nullable(argument.type) != "Int":
            message = f"slices by `{name}`, which is `{argument.type}` and not `Int`"
            complaints.append(("INVALID_SLICING_ARGUMENT", message, _SLICING_REMEDY))
    returned = schema.types.get(named_type(item.type))
    for name in sized_fields if is_string_list(sized_fields) else ():
        complaints += _sized_field_complaints(name, returned, item)
    return complaints


def _sized_field_complaints(
    name: str, returned: TypeDefinition | None, item: FieldDefinition
) -> list[_Complaint]:
    sized = returned.fields.get(name) if returned is not None else None
    if sized is None:
        message = f"sizes `{name}`, which `{named_type(item.type)}` does not have"
        return [("INVALID_SIZED_FIELD", message, "name a field of the type that is a list")]
    if not is_list(nullable(sized.type)):
        message = f"sizes `{name}`, which is `{sized.type}` and no list"
        return [("APPLIED_TO_NON_LIST", message, "name a field of the type that is a list")]
    return []

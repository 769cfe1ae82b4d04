"""Whether a constant is a value of an input type."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from graphwing.composition.definitions import ABSENT, InputValue, TypeDefinition, TypeKind
from graphwing.composition.type_reference import (
    TypeReference,
    is_list,
    is_non_null,
    item_type,
    nullable,
)
from graphwing.composition.values import ConstValue, EnumLiteral, print_value

_LARGEST_INT = 2**31


def _is_int(value: ConstValue) -> bool:
    if isinstance(value, bool) or not isinstance(value, int):
        return False
    return -_LARGEST_INT <= value < _LARGEST_INT


def _is_float(value: ConstValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_id(value: ConstValue) -> bool:
    return isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool))


_BUILT_IN: Mapping[str, Callable[[ConstValue], bool]] = {
    "Int": _is_int,
    "Float": _is_float,
    "String": lambda value: isinstance(value, str),
    "Boolean": lambda value: isinstance(value, bool),
    "ID": _is_id,
}


def default_complaint(item: InputValue, types: Mapping[str, TypeDefinition]) -> str | None:
    """Return what is wrong with the default of `item`, or nothing."""
    if item.default is ABSENT:
        return None
    return value_complaint(item.default, item.type, types)


def value_complaint(
    value: ConstValue, reference: TypeReference, types: Mapping[str, TypeDefinition]
) -> str | None:
    """Return why `value` is not of type `reference`, or nothing when it is."""
    if value is None:
        return f"is null, and `{reference}` is not" if is_non_null(reference) else None
    reference = nullable(reference)
    if is_list(reference):
        items = value if isinstance(value, list) else [value]
        complaints = (value_complaint(item, item_type(reference), types) for item in items)
        return next((it for it in complaints if it is not None), None)
    check = _BUILT_IN.get(reference)
    if check is not None:
        return None if check(value) else _mismatch(value, reference)
    definition = types.get(reference)
    if definition is None or definition.kind is TypeKind.SCALAR:
        return None
    if definition.kind is TypeKind.ENUM:
        # Some libraries write enum values as strings; `coerced` puts that right.
        name = value.name if isinstance(value, EnumLiteral) else value
        known = isinstance(name, str) and name in definition.values
        return None if known else _mismatch(value, reference)
    return _object_complaint(value, definition, types)


def _mismatch(value: ConstValue, reference: TypeReference) -> str:
    text = print_value(value)
    return f"is `{text[:60]}`, which is no `{reference}`"


def _object_complaint(
    value: ConstValue, definition: TypeDefinition, types: Mapping[str, TypeDefinition]
) -> str | None:
    if not isinstance(value, dict):
        return _mismatch(value, definition.name)
    for name in value:
        if name not in definition.input_fields:
            return f"has a field `{name}`, which `{definition.name}` lacks"
    # Required fields may be left out: the reference takes such constants, and schemas rely on it.
    for name, inner in value.items():
        complaint = value_complaint(inner, definition.input_fields[name].type, types)
        if complaint is not None:
            return complaint
    return None


def coerced(
    value: ConstValue, reference: TypeReference, types: Mapping[str, TypeDefinition]
) -> ConstValue:
    """Return `value` as `reference` spells it: `RED` or `"RED"`, `3` for `3.0`, where it can be."""
    reference = nullable(reference)
    if is_list(reference) and isinstance(value, list):
        return [coerced(item, item_type(reference), types) for item in value]
    if is_list(reference):
        return coerced(value, item_type(reference), types)
    definition = types.get(reference)
    if definition is None:
        return _coerced_scalar(value, reference)
    if definition.kind is TypeKind.ENUM and isinstance(value, str):
        return EnumLiteral(value)
    if definition.kind is TypeKind.INPUT and isinstance(value, dict):
        fields = definition.input_fields
        return {
            name: coerced(it, fields[name].type, types) if name in fields else it
            for name, it in value.items()
        }
    return value


def _coerced_scalar(value: ConstValue, reference: TypeReference) -> ConstValue:
    if reference == "String" and isinstance(value, EnumLiteral):
        return value.name
    if reference == "Int" and isinstance(value, float) and value.is_integer():
        return int(value)
    return value

"""Constant GraphQL values as Python values, and back to text."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias, TypeGuard

from graphql import (
    BooleanValueNode,
    EnumValueNode,
    FloatValueNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
)
from graphql.language.print_string import print_string

# Longer literals are refused: converting them costs quadratic time.
_LONGEST_NUMBER = 300


@dataclass(frozen=True, slots=True)
class EnumLiteral:
    """The name of an enum value, which is not the string of the same letters."""

    name: str


ConstValue: TypeAlias = (
    "bool | int | float | str | EnumLiteral | list[ConstValue] | dict[str, ConstValue] | None"
)


class NumberTooLongError(ValueError):
    """A number literal that no GraphQL type could hold."""


def value_from_node(node: ValueNode) -> ConstValue:  # noqa: PLR0911 - one per kind
    """Return the value of the constant `node`, or raise `NumberTooLongError`."""
    match node:
        case StringValueNode():
            return node.value
        case BooleanValueNode():
            return node.value
        case NullValueNode():
            return None
        case EnumValueNode():
            return EnumLiteral(node.value)
        case IntValueNode() | FloatValueNode():
            return _number_from_text(node.value)
        case ListValueNode():
            return [value_from_node(item) for item in node.values]
        case ObjectValueNode():
            return {field.name.value: value_from_node(field.value) for field in node.fields}
        case _:
            raise TypeError(node)


def _number_from_text(text: str) -> int | float:
    if len(text) > _LONGEST_NUMBER:
        raise NumberTooLongError(text[:20])
    if text.lstrip("-").isdigit():
        return int(text)
    number = float(text)
    if not math.isfinite(number):
        raise NumberTooLongError(text)
    return number


def print_value(value: ConstValue) -> str:  # noqa: PLR0911 - one per kind
    """Return `value` as GraphQL text.

    >>> print_value({"a": [1, EnumLiteral("RED")], "b": None})
    '{a: [1, RED], b: null}'
    """
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case EnumLiteral(name):
            return name
        case str():
            return print_string(value)
        case int() | float():
            return str(value)
        case list():
            return f"[{', '.join(map(print_value, value))}]"
        case dict():
            return f"{{{', '.join(f'{key}: {print_value(item)}' for key, item in value.items())}}}"


def same_value(first: ConstValue, second: ConstValue) -> bool:
    """Return whether both are one value; the order of an object's fields does not matter."""
    return _comparable(first) == _comparable(second)


def _comparable(value: ConstValue) -> object:
    match value:
        case bool():
            return ("boolean", value)
        case str():
            return ("string", value)
        case list():
            return [_comparable(item) for item in value]
        case dict():
            return {key: _comparable(item) for key, item in value.items()}
        case _:
            return value


def is_string_list(value: ConstValue) -> TypeGuard[list[str]]:
    """Return whether `value` is a list of nothing but strings."""
    return isinstance(value, list) and all(isinstance(item, str) for item in value)

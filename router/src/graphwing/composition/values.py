"""Constant GraphQL values as Python values, and back to text."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TypeAlias, TypeGuard

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


def number_from_text(text: str) -> int | float:
    """Return the number that `text` spells, or raise `NumberTooLongError`."""
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
    return value_key(first) == value_key(second)


def value_key(value: ConstValue) -> Hashable:
    """Return what is equal for the same values, and only for them."""
    match value:
        case bool():
            return ("boolean", value)
        case str():
            return ("string", value)
        case list():
            return ("list", *map(value_key, value))
        case dict():
            return frozenset((key, value_key(item)) for key, item in value.items())
        case _:
            return value


def is_string_list(value: ConstValue) -> TypeGuard[list[str]]:
    """Return whether `value` is a list of nothing but strings."""
    return isinstance(value, list) and all(isinstance(item, str) for item in value)

"""Read leaf values as the API schema wants them: enums that exist, ids as text, the rest as sent.

Custom scalars belong to the subgraphs and pass untouched.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from graphql import GraphQLEnumType, GraphQLScalarType

from graphwing.execution.tree import Absent, Value

INVALID = Absent()
"""What a reader returns for a value that its type does not allow."""

LeafReader = Callable[[Value], Value]

_INT_MIN, _INT_MAX = -(2**31), 2**31 - 1


def leaf_reader(leaf: GraphQLScalarType | GraphQLEnumType) -> LeafReader | None:
    """Return the function that reads values of `leaf`, or nothing if they pass as they are."""
    if isinstance(leaf, GraphQLEnumType):
        names = frozenset(leaf.values)
        return lambda value: value if isinstance(value, str) and value in names else INVALID
    return _BUILT_IN.get(leaf.name)


def _read_int(value: Value) -> Value:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and _INT_MIN <= value <= _INT_MAX:
        return value
    return INVALID


def _read_float(value: Value) -> Value:
    if isinstance(value, float):
        # A built-in `Float` is a number, not its digits.
        return float(value) if math.isfinite(value) else INVALID
    return value if isinstance(value, int) and not isinstance(value, bool) else INVALID


def _read_string(value: Value) -> Value:
    return value if isinstance(value, str) else INVALID


def _read_boolean(value: Value) -> Value:
    return value if isinstance(value, bool) else INVALID


def _read_id(value: Value) -> Value:
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else INVALID


_BUILT_IN: dict[str, LeafReader] = {
    "Int": _read_int,
    "Float": _read_float,
    "String": _read_string,
    "Boolean": _read_boolean,
    "ID": _read_id,
}

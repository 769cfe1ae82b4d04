"""Type references as their canonical text (`[Track!]!`): flat, hashable, equal when alike.

>>> named_type("[Track!]!"), is_non_null("[Track!]!"), item_type("[Track!]")
('Track', True, 'Track!')
"""

from __future__ import annotations

from typing import TypeAlias

TypeReference: TypeAlias = str


def named_type(reference: TypeReference) -> str:
    """Return the name of the innermost type."""
    return reference.strip("[]!")


def is_non_null(reference: TypeReference) -> bool:
    """Return whether null is excluded at the outermost level."""
    return reference.endswith("!")


def is_list(reference: TypeReference) -> bool:
    """Return whether `reference` is a list, non-null or not."""
    return reference.startswith("[")


def nullable(reference: TypeReference) -> TypeReference:
    """Return `reference` without an outermost `!`."""
    return reference.removesuffix("!")


def item_type(reference: TypeReference) -> TypeReference:
    """Return what the list `reference` (nullable form) holds."""
    return reference[1:-1]


def list_depth(reference: TypeReference) -> int:
    """Return how many lists are nested in `reference`."""
    return reference.count("[")

"""How the arguments of one directive, filled in differently, combine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import TypeAlias

from graphwing.composition.values import ConstValue

ArgumentMerger: TypeAlias = Callable[[Sequence[ConstValue]], ConstValue]

# Requirements beyond this many alternatives are kept as they are, since combining multiplies them.
_MOST_ALTERNATIVES = 10_000


def maximum(values: Sequence[ConstValue]) -> ConstValue:
    """Return the largest number; null counts as no statement."""
    numbers = [value for value in values if isinstance(value, int | float)]
    return max(numbers) if numbers else None


def union(values: Sequence[ConstValue]) -> ConstValue:
    """Return all items of the lists, each once; null when no list is given."""
    lists = [value for value in values if isinstance(value, list)]
    if not lists:
        return None
    items: list[ConstValue] = []
    for found in lists:
        items += [item for item in found if item not in items]
    return items


def conjunction(values: Sequence[ConstValue]) -> ConstValue:
    """Return whether all say yes; null counts as no statement."""
    booleans = [value for value in values if isinstance(value, bool)]
    return all(booleans) if booleans else None


def all_requirements(values: Sequence[ConstValue]) -> ConstValue:
    """Return what satisfies every one of `values`, each a list of alternatives of needed names.

    >>> all_requirements([[["a"], ["b"]], [["a"]]])
    [['a']]
    """
    first, *others = (
        sorted(requirement_alternatives(value), key=_spelling) for value in values or [None]
    )
    combined = first
    for alternatives in others:
        if len(combined) * len(alternatives) > _MOST_ALTERNATIVES:
            combined = [_everything(combined) | _everything(alternatives)]
            continue
        combined = _minimal([one | other for one, other in product(combined, alternatives)])
    return [list[ConstValue](sorted(alternative)) for alternative in _minimal(combined)]


def requirement_alternatives(value: ConstValue) -> list[frozenset[str]]:
    """Return the alternatives in `value`; an empty list of them demands nothing."""
    if not isinstance(value, list) or not value:
        return [frozenset()]
    return [
        frozenset(str(name) for name in item) if isinstance(item, list) else frozenset({str(item)})
        for item in value
    ]


def _spelling(alternative: frozenset[str]) -> str:
    return ",".join(sorted(alternative))


def _everything(alternatives: list[frozenset[str]]) -> frozenset[str]:
    return frozenset[str]().union(*alternatives)


def _minimal(alternatives: list[frozenset[str]]) -> list[frozenset[str]]:
    """Return `alternatives` without those that another one makes superfluous."""
    kept: list[frozenset[str]] = []
    for alternative in sorted(alternatives, key=len):
        if not any(known <= alternative for known in kept):
            kept.append(alternative)
    return kept


ARGUMENT_MERGERS: Mapping[str, Mapping[str, ArgumentMerger]] = {
    "authenticated": {},
    "requiresScopes": {"scopes": all_requirements},
    "policy": {"policies": all_requirements},
    "cost": {"weight": maximum},
    "listSize": {
        "assumedSize": maximum,
        "slicingArguments": union,
        "sizedFields": union,
        "requireOneSlicingArgument": conjunction,
    },
}
"""For each directive whose arguments combine, how each of its arguments does."""


def merged_arguments_of(
    mergers: Mapping[str, ArgumentMerger], variants: Sequence[Mapping[str, ConstValue]]
) -> dict[str, ConstValue]:
    """Return the one set of arguments that `variants` combine to; what is null is left out."""
    merged = {
        name: merger([variant[name] for variant in variants if name in variant])
        for name, merger in mergers.items()
    }
    return {name: value for name, value in merged.items() if value is not None}

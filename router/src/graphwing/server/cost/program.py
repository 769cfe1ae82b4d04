"""Sums that depend on variables, written as straight Python; those that do not are numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from graphwing.execution.compile.source import Source

Variables: TypeAlias = Mapping[str, Any]
Amount: TypeAlias = int | str
"""A number, or what the program calls one that depends on variables."""
Reading: TypeAlias = Callable[[Variables], int]

MOST = 10**15
"""No amount that is known is larger: JSON can tell it, and it does not grow without end."""


class Program:
    """Writes each sum once, however often it is used: what is nested does not multiply."""

    def __init__(self) -> None:
        self._source = Source()
        self._lines = 0
        self._readings = 0
        self._source.line("def amount(variables):")

    def read(self, reading: Reading) -> Amount:
        """Return what `reading` finds in the variables."""
        name = f"read{self._readings}"
        self._readings += 1
        self._source.names[name] = reading
        return self._assigned(f"{name}(variables)")

    def total(self, amounts: Iterable[Amount]) -> Amount:
        """Return the sum."""
        known = 0
        others: list[str] = []
        for amount in amounts:
            if isinstance(amount, int):
                known = min(known + amount, MOST)
            else:
                others.append(amount)
        if not others:
            return known
        if len(others) == 1 and not known:
            return others[0]
        # Not one `+` after another: Python reads those in as many steps into the depth.
        return self._assigned(f"sum(({', '.join(others)},), {known})")

    def product(self, one: Amount, other: Amount) -> Amount:
        """Return the product."""
        if isinstance(one, int) and isinstance(other, int):
            return min(one * other, MOST)
        if 0 in {one, other}:
            return 0
        if one == 1:
            return other
        return one if other == 1 else self._assigned(f"{one} * {other}")

    def largest(self, amounts: Iterable[Amount], *, least: int = 0) -> Amount:
        """Return the largest of some amounts, or `least` if that is larger."""
        distinct = dict.fromkeys(amounts)
        known = max([least, *(one for one in distinct if isinstance(one, int))])
        others = [one for one in distinct if not isinstance(one, int)]
        if not others:
            return known
        return self._assigned(f"max({', '.join([*others, str(known)])})")

    def compiled(self, amount: str) -> Reading:
        """Return the function that computes `amount`; nothing can be added after that."""
        self._source.line(f"    return {amount}")
        return self._source.compiled()["amount"]

    def _assigned(self, expression: str) -> str:
        name = f"a{self._lines}"
        self._lines += 1
        self._source.line(f"    {name} = {expression}")
        return name

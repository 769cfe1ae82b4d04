"""Which conditional overrides hold for a request: those that are named, and shares of the traffic.

A label `percent(12.5)` holds for so many requests of a hundred; any other one while the settings
name it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator

from graphwing.supergraph import Supergraph

_PERCENT = re.compile(r"percent\(([0-9]{1,3}(?:\.[0-9]{1,8})?)\)")


class OverrideLabels:
    """Chooses the labels of `@override(label:)` that hold for a request."""

    def __init__(
        self,
        supergraph: Supergraph,
        named: Iterable[str],
        *,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Take the labels that always hold, and what gives a number from 0 to 1."""
        known = frozenset(_labels_in(supergraph))
        self._always = known.intersection(named)
        self._shares = {
            label: float(share[1]) / 100
            for label in known - self._always
            if (share := _PERCENT.fullmatch(label))
        }
        self._chance = chance

    def choose(self) -> frozenset[str]:
        """Return the labels that hold for the next request."""
        if not self._shares:
            return self._always
        # One number for all: who is among the first 5 % is among the first 10 % too.
        number = self._chance()
        return self._always.union(label for label, share in self._shares.items() if number < share)


def _labels_in(supergraph: Supergraph) -> Iterator[str]:
    for definition in supergraph.types.values():
        for field in definition.fields.values():
            for join in field.joins.values():
                if join.override_label is not None:
                    yield join.override_label

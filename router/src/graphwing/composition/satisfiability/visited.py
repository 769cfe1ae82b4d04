"""Which situations a walk has met: who comes with less help than before finds the same faults."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from graphwing.composition.satisfiability.budget import Budget
from graphwing.composition.satisfiability.contexts import Context
from graphwing.composition.satisfiability.labels import Labels
from graphwing.composition.satisfiability.options import Stand

Situation: TypeAlias = tuple[str, frozenset[Context]]
"""A type, and the contexts that are set on the way there."""
_Sets: TypeAlias = dict[Labels, list[frozenset[Stand]]]

_SETS_COMPARED = 64
_COMPARED_IN_A_STEP = 8


@dataclass(slots=True)
class Visited:
    """The sets of places in which each situation was met, by what was decided about labels.

    Whatever cannot be had in some places once labels are decided cannot be had in fewer places
    before they are: a path from there can decide them the same way. So a visit is covered by an
    earlier one that had no more places and that took no more for granted.
    """

    budget: Budget
    _found: dict[Situation, _Sets] = field(default_factory=dict[Situation, _Sets])

    def covers(self, situation: Situation, labels: Labels, places: frozenset[Stand]) -> bool:
        """Return whether a visit would find nothing that an earlier one did not."""
        by_labels = self._found.get(situation)
        if by_labels is None:
            return False
        # What was met first has mostly decided least.
        for count, (earlier, sets) in enumerate(by_labels.items(), 1):
            if earlier <= labels and any(it <= places for it in sets[-_SETS_COMPARED:]):
                return True
            if not count % _COMPARED_IN_A_STEP:
                self.budget.spend()
        return False

    def add(self, situation: Situation, labels: Labels, places: frozenset[Stand]) -> None:
        """Remember a visit."""
        self._found.setdefault(situation, {}).setdefault(labels, []).append(places)

    def update(self, other: Visited) -> None:
        """Remember all visits in `other`, too."""
        for situation, by_labels in other._found.items():
            mine = self._found.setdefault(situation, {})
            for labels, sets in by_labels.items():
                mine.setdefault(labels, []).extend(sets)

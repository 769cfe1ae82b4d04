"""How much work planning one operation may take. Counted, not timed: planning knows no clock."""

from __future__ import annotations

from dataclasses import dataclass, field

from graphwing.errors import PlanningBudgetError


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one operation may need; far above what people write."""

    depth: int = 100
    """Nested fields."""
    selections: int = 100_000
    """Fields after fragments are expanded."""
    steps: int = 100_000
    """Steps of the search for paths."""
    parts: int = 32
    """Deferred parts; what is beyond them comes with the part it is in."""
    combinations: int = 2_000
    """Combinations of paths to compare; beyond it the best so far is taken."""


@dataclass(slots=True)
class Budget:
    """What is left of the limits while one operation is planned."""

    limits: Limits = field(default_factory=Limits)
    _selections: int = 0
    _steps: int = 0
    _combinations: int = 0

    def check_depth(self, depth: int) -> None:
        """Raise `PlanningBudgetError` when fields are nested deeper than allowed."""
        if depth > self.limits.depth:
            raise PlanningBudgetError("nested fields", limit=self.limits.depth)

    def count_selection(self) -> None:
        """Count a field, or raise `PlanningBudgetError`."""
        self._selections += 1
        if self._selections > self.limits.selections:
            raise PlanningBudgetError("fields", limit=self.limits.selections)

    def count_step(self) -> None:
        """Count a step of the search, or raise `PlanningBudgetError`."""
        self._steps += 1
        if self._steps > self.limits.steps:
            raise PlanningBudgetError("steps of planning", limit=self.limits.steps)

    def may_combine(self) -> bool:
        """Count a comparison of combinations, and tell whether it may still be made."""
        self._combinations += 1
        return self._combinations <= self.limits.combinations

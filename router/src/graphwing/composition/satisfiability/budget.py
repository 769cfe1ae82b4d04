"""How much work the search for what cannot be answered may take."""

from __future__ import annotations

from dataclasses import dataclass


class BudgetExceededError(Exception):
    """The search has taken more steps than it may."""


@dataclass(slots=True)
class Budget:
    """How many steps a search may still take."""

    steps: int

    def spend(self, steps: int = 1) -> None:
        """Count `steps`, or raise `BudgetExceededError` when there were too many."""
        self.steps -= steps
        if self.steps < 0:
            raise BudgetExceededError

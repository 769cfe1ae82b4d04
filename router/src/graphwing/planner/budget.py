"""How much work planning one operation may take, and how long.

Work is counted, so that what is refused is refused on every machine. Time is the last resort;
planning knows no clock but the one it is given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from graphwing.errors import PlanningBudgetError, PlanningTimeoutError

Clock = Callable[[], float]
"""Returns seconds that only ever grow."""

# Steps and fields between two looks at the clock; each takes some ten microseconds.
_LOOK_EVERY = 64
_MOST_WHEN_LATE = 2
_SPARE_STEPS = 3_000


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one operation may need; far above what people write."""

    depth: int = 100
    """Nested fields."""
    selections: int = 20_000
    """Fields after fragments are expanded."""
    steps: int = 100_000
    """Steps of the search for paths."""
    parts: int = 32
    """Deferred parts; what is beyond them comes with the part it is in."""
    combinations: int = 2_000
    """Combinations of paths to compare; beyond it the best so far is taken."""
    soft_seconds: float = 1.0
    """After that the best so far is taken, and only the most promising paths are followed."""
    hard_seconds: float = 10.0
    """After that planning ends with an error."""


class TakesLongerError(Exception):
    """Planning was to be given up unless it is quick; nothing is wrong with the operation."""


@dataclass(slots=True)
class Patience:
    """How much work of any kind may be done before planning is given up as not quick."""

    left: int

    def count(self) -> None:
        """Count some work, or raise `TakesLongerError`."""
        self.left -= 1
        if self.left < 0:
            raise TakesLongerError


@dataclass(slots=True)
class Budget:
    """What is left of the limits while one operation is planned."""

    limits: Limits = field(default_factory=Limits)
    clock: Clock | None = None
    """Without one, time does not matter."""
    patience: Patience | None = None
    """Without it, planning need not be quick."""
    is_late: bool = False
    """Whether there is only time left for what is necessary."""
    _started: float = 0.0
    _selections: int = 0
    _steps: int = 0
    _combinations: int = 0

    def __post_init__(self) -> None:
        """Let time count from now on."""
        self._started = self.clock() if self.clock is not None else 0.0

    def again(self) -> Budget:
        """Return as much work as there was at first, but no extra time."""
        return self._within(self.limits)

    def hurried(self) -> Budget:
        """Return as much work, but only the time after which there is some left for the rest."""
        return self._within(replace(self.limits, hard_seconds=self.limits.soft_seconds))

    def spare(self) -> Budget:
        """Return what may be spent on looking for something better: little, and no extra time."""
        steps = min(_SPARE_STEPS, self.limits.steps - self._steps)
        seconds = self.limits.soft_seconds
        return self._within(replace(self.limits, steps=steps, hard_seconds=seconds))

    def check_depth(self, depth: int) -> None:
        """Raise `PlanningBudgetError` when fields are nested deeper than allowed."""
        if depth > self.limits.depth:
            raise PlanningBudgetError("nested fields", limit=self.limits.depth)

    def check_size(self, fields: int) -> None:
        """Raise `PlanningBudgetError` when an operation has more fields than allowed."""
        if fields > self.limits.selections:
            raise PlanningBudgetError("fields", limit=self.limits.selections)

    def count_selection(self) -> None:
        """Count a field, or raise `PlanningBudgetError`."""
        self._count_work()
        self._selections += 1
        self.check_size(self._selections)
        if self._selections % _LOOK_EVERY == 0:
            self._look_at_clock()

    def count_step(self) -> None:
        """Count a step of the search, or raise `PlanningBudgetError`."""
        self._count_work()
        self._steps += 1
        if self._steps > self.limits.steps:
            raise PlanningBudgetError("steps of planning", limit=self.limits.steps)
        if self._steps % _LOOK_EVERY == 0:
            self._look_at_clock()

    def may_combine(self) -> bool:
        """Count a comparison of combinations, and tell whether it may still be made."""
        self._count_work()
        self._combinations += 1
        self._look_at_clock()
        return self._combinations <= self.limits.combinations and not self.is_late

    def most(self, usual: int) -> int:
        """Return how many alternatives to follow where there is time for so many."""
        return min(usual, _MOST_WHEN_LATE) if self.is_late else usual

    def _within(self, limits: Limits) -> Budget:
        budget = Budget(limits, self.clock, self.patience)
        budget._started = self._started
        return budget

    def _count_work(self) -> None:
        if self.patience is not None:
            self.patience.count()

    def _look_at_clock(self) -> None:
        """Note that time runs out, or raise `PlanningTimeoutError`."""
        if self.clock is None:
            return
        passed = self.clock() - self._started
        if passed > self.limits.hard_seconds:
            raise PlanningTimeoutError(seconds=self.limits.hard_seconds)
        self.is_late = passed > self.limits.soft_seconds

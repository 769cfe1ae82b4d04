"""Whether an operation has a program, and whether it is of use."""

from __future__ import annotations

from dataclasses import dataclass

from graphwing.execution.compile.program import Program
from graphwing.execution.compile.represent import Obstacle

_MISFITS_ALLOWED = 100
"""Answers in a row that an operation's program cannot take, before it is given up."""


@dataclass(slots=True, eq=False)
class Compilation:
    """How far an operation is compiled, for certain values of its conditions."""

    program: Program | None = None
    obstacle: str = "it is new"
    """Why there is no program."""
    _uses: int = 0
    _misfits: int = 0

    def forget(self) -> None:
        """Let go of the program; if the operation comes again, it is compiled again."""
        self.program, self.obstacle = None, "it was not asked for lately"
        self._uses = 0

    def used(self) -> int:
        """Count one more use and return how many there were."""
        self._uses += 1
        return self._uses

    def fits(self) -> None:
        """Note that the program has answered."""
        self._misfits = 0

    def does_not_fit(self, obstacle: Obstacle) -> None:
        """Note why the program has not answered; give it up if that is always so."""
        if obstacle in {Obstacle.SHAPE, Obstacle.MISSING}:
            self._misfits += 1
            if self._misfits >= _MISFITS_ALLOWED:
                self.program, self.obstacle = None, f"always {obstacle.value}"

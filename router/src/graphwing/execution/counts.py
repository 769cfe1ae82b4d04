"""How requests were answered."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Counts:
    """How many requests were answered in which way, since the router opened."""

    compiled: int = 0
    """By code that was generated for their plan."""
    known: int = 0
    """Without asking anybody: introspection, and `__typename` of the root."""
    interpreted: Counter[str] = field(default_factory=Counter[str])
    """By walking their plan, by the reason."""
    exceeded: Counter[str] = field(default_factory=Counter[str])
    """How many operations were beyond a limit, by its code, whether they were refused or not."""

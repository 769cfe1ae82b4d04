"""What operations may cost, by `@cost` and `@listSize` of the graph."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec


class DemandControl(msgspec.Struct, frozen=True):
    """What operations may cost, by `@cost` and `@listSize` of the graph."""

    mode: Literal["off", "measure", "enforce"] = "off"
    """Whether nothing is estimated, or all, and whether what is too dear is refused then."""
    max: Annotated[int, msgspec.Meta(ge=1)] | None = None
    """What an operation may cost; `enforce` needs it."""
    list_size: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 10
    """How long a list is taken to be that neither the client nor the graph limits."""
    extensions: bool = False
    """Whether clients are told in `extensions.cost`."""
    headers: bool = False
    """Whether they are told in the headers `x-cost-estimated`, `x-cost-max` and `x-cost-actual`."""
    actual: bool = False
    """Whether they are told, too, what it was in the end, which takes time for each response."""

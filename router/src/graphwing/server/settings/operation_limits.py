"""What an operation may be made of."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

Most = Annotated[int, msgspec.Meta(ge=1)]


class OperationLimits(msgspec.Struct, frozen=True):
    """What an operation may be made of, counted with the fragments where they are spread.

    Operations of one document are counted together. The numbers are far above what clients send
    that mean well; `None` is no limit.
    """

    mode: Literal["enforce", "measure"] = "enforce"
    """Whether an operation beyond a limit is refused, or only logged and counted."""
    depth: Most | None = 50
    """Fields in fields."""
    height: Most | None = 10_000
    """Fields altogether."""
    aliases: Most | None = 1_000
    """Fields that are called something else."""
    root_fields: Most | None = 200
    """Fields of the query, mutation or subscription itself."""
    directives: Most | None = 1_000
    """Directives, wherever they stand."""
    fragments: Most | None = 5_000
    """Spreads of fragments, inline ones too."""
    values: Most | None = 2_000
    """Arguments that are written out, and what is in their lists and objects."""
    recursion: Most | None = 200
    """Selection sets, lists, objects and list types in one another."""
    variables: Most | None = 20_000
    """Values of the variables of a request, with what is in their lists and objects."""

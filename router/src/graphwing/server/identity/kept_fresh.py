"""Headers for subgraphs that age."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping

_FRESH_SECONDS = 15.0


def kept_fresh(
    headers: Callable[[], Awaitable[Mapping[str, str]]],
    *,
    clock: Callable[[], float] = time.monotonic,
) -> Callable[[], Awaitable[Mapping[str, str]]]:
    """Return a function that returns `headers`, made anew when they have grown old.

    Signatures are good for a minute and tokens expire, while a subscription may stay for days.
    """
    made: Mapping[str, str] = {}
    made_at = float("-inf")

    async def fresh() -> Mapping[str, str]:
        nonlocal made, made_at
        if clock() - made_at >= _FRESH_SECONDS:
            made, made_at = await headers(), clock()
        return made

    return fresh

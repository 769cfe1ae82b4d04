"""Token buckets: a client may send so many requests at once, and so many more as time goes by."""

from __future__ import annotations

from collections import OrderedDict
from typing import Protocol


class RateLimitStore(Protocol):
    """Where it is remembered how much clients have sent; several routers may share one."""

    async def take(self, key: str) -> float:
        """Count one request, and return 0; or, if it is one too many, the seconds to wait."""
        ...


class TokenBuckets:
    """A bucket for each of the clients that were seen last.

    Of a full bucket nothing is kept, and of another a single number: when it will be full again
    (as in the generic cell rate algorithm). A client that is forgotten begins with a full one.
    """

    def __init__(self, *, rate: float, burst: int, most: int) -> None:
        """Take how many tokens come in a second, how many a bucket has, and how many buckets."""
        self._interval = 1 / rate
        self._depth = burst / rate
        self._most = most
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        """Return how many clients are remembered."""
        return len(self._full_at)

    def take(self, key: str, now: float) -> float:
        """Take a token and return 0; if there is none, return the seconds until there is one."""
        full_at = max(now, self._full_at.get(key, now)) + self._interval
        missing = full_at - now - self._depth
        # What is missing by less than a token's thousandth is an error of rounding.
        if missing > self._interval / 1000:
            self._full_at.move_to_end(key)
            return missing
        self._full_at[key] = full_at
        self._full_at.move_to_end(key)
        if len(self._full_at) > self._most:
            self._full_at.popitem(last=False)
        return 0.0

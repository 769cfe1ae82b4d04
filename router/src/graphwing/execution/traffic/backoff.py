"""How long to wait before asking again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime


def next_delay(
    before: float, *, least: float, most: float, uniform: Callable[[float, float], float]
) -> float:
    """Return the seconds to wait after having waited `before`: decorrelated jitter.

    Those who failed together do not come back together.

    >>> next_delay(0.2, least=0.1, most=0.5, uniform=lambda low, high: high)
    0.5
    """
    return min(most, uniform(least, max(least, 3 * before)))


def retry_after(value: str | None, *, now: float) -> float:
    """Return the seconds that a `retry-after` header asks for, at the Unix time `now`.

    What cannot be read asks for nothing.
    https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3

    >>> retry_after("7", now=0), retry_after("Thu, 01 Jan 1970 00:00:09 GMT", now=5)
    (7.0, 4.0)
    """
    if value is None:
        return 0.0
    if value.isascii() and value.isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
        return max(0.0, moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() - now)
    except (ValueError, OverflowError):
        return 0.0

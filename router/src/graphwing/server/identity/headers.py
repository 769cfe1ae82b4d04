"""Which headers of a client reach the subgraphs."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping

from graphwing.errors import SettingsError
from graphwing.server.identity.claims import CLAIMS_HEADERS

# They belong to one connection or one body, so that passing them on would corrupt the next.
# https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1
_HOP_BY_HOP = frozenset(
    {
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "accept",
        "accept-encoding",
        "expect",
        "host",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)

_FRESH_SECONDS = 15.0


def propagated_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return `names` in lower case, or raise `SettingsError` for one that must not be passed on."""
    lower = tuple(name.lower() for name in names)
    for name in lower:
        if name in _HOP_BY_HOP or name in CLAIMS_HEADERS:
            raise SettingsError(
                f"the header `{name}` cannot be propagated",
                place="headers.propagate",
                remedy="remove it; the router writes it itself",
            )
    return lower


def propagated(headers: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """Return those of `headers` (lower-case names) that are to be passed on."""
    return {name: headers[name] for name in names if name in headers}


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

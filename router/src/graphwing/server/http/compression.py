"""Send responses compressed to clients that accept it.

https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3
"""

from __future__ import annotations

import asyncio
import zlib
from functools import lru_cache, partial

from msgspec.structs import replace

from graphwing.server.http.media_type import accepted
from graphwing.server.http.request import Headers
from graphwing.server.http.response import HttpResponse

_GZIP = frozenset({"gzip", "x-gzip"})
# More than this would hold up other requests; a thread compresses while they go on.
_QUICK_BYTES = 128 * 1024


class Compression:
    """Compresses responses that are large enough for it."""

    def __init__(self, *, minimum: int, level: int) -> None:
        self._minimum = minimum
        self._level = level

    async def applied(self, response: HttpResponse, headers: Headers) -> HttpResponse:
        """Return the response as the client with these `headers` gets it."""
        body = response.body
        if len(body) < self._minimum:
            return response
        told = {**(response.headers or {}), "vary": "accept-encoding"}
        if not _accepts_gzip(headers.get("accept-encoding", "")):
            return replace(response, headers=told)
        compress = partial(zlib.compress, body, self._level, 16 + zlib.MAX_WBITS)
        small = compress() if len(body) <= _QUICK_BYTES else await asyncio.to_thread(compress)
        if len(small) >= len(body):
            return replace(response, headers=told)
        return replace(response, body=small, headers={**told, "content-encoding": "gzip"})


# Clients send the same header again and again.
@lru_cache(maxsize=256)
def _accepts_gzip(accept_encoding: str) -> bool:
    """Return whether a client takes what gzip makes.

    >>> _accepts_gzip("br, gzip;q=0.8"), _accepts_gzip("gzip;q=0, *"), _accepts_gzip("*")
    (True, False, True)
    """
    qualities = {one.name: one.quality for one in accepted(accept_encoding)}
    named = [quality for name, quality in qualities.items() if name in _GZIP]
    return max(named) > 0 if named else qualities.get("*", 0) > 0

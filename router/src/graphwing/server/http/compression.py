"""Send responses compressed to clients that accept it: with zstd where it is installed, or gzip.

Zstd takes a part of the time that gzip takes, and makes less of it; only old clients lack it.

https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache, partial
from importlib import import_module
from typing import cast

from msgspec.structs import replace

from graphwing.server.http.media_type import accepted
from graphwing.server.http.request import Headers
from graphwing.server.http.response import HttpResponse

_Compress = Callable[[bytes], bytes]

# More than this would hold up other requests; a thread compresses while they go on.
_QUICK_BYTES = 32 * 1024


class Compression:
    """Compresses responses that are large enough for it."""

    def __init__(self, *, minimum: int, level: int) -> None:
        self._minimum = minimum
        self._encodings: dict[str, _Compress] = {}
        """Those that are there, the best first."""
        zstd = _zstd()
        if zstd is not None:
            self._encodings["zstd"] = zstd
        self._encodings["gzip"] = partial(zlib.compress, level=level, wbits=16 + zlib.MAX_WBITS)

    async def applied(self, response: HttpResponse, headers: Headers) -> HttpResponse:
        """Return the response as the client with these `headers` gets it."""
        body = response.body
        if len(body) < self._minimum:
            return response
        told = {**(response.headers or {}), "vary": "accept-encoding"}
        name = _chosen(headers.get("accept-encoding", ""), tuple(self._encodings))
        if name is None:
            return replace(response, headers=told)
        compress = self._encodings[name]
        is_quick = len(body) <= _QUICK_BYTES
        small = compress(body) if is_quick else await asyncio.to_thread(compress, body)
        if len(small) >= len(body):
            return replace(response, headers=told)
        return replace(response, body=small, headers={**told, "content-encoding": name})


# Clients send the same header again and again.
@lru_cache(maxsize=256)
def _chosen(accept_encoding: str, offered: tuple[str, ...]) -> str | None:
    """Return the first of `offered` that a client likes best, or nothing if it takes none.

    >>> _chosen("br, gzip", ("zstd", "gzip")), _chosen("gzip;q=0.5, zstd", ("zstd", "gzip"))
    ('gzip', 'zstd')
    """
    liked = {one.name: one.quality for one in accepted(accept_encoding)}
    others = liked.get("*", 0.0)
    best = max(offered, key=lambda name: liked.get(name, others))
    return best if liked.get(best, others) > 0 else None


def _zstd() -> _Compress | None:
    """Return what compresses with zstd: Python from 3.14 on, or the package for those before."""
    for package in ("compression", "backports"):
        with suppress(ImportError):
            return cast("_Compress", import_module(f"{package}.zstd").compress)
    return None

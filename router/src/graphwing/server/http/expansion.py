"""Read the bodies of requests that come compressed, never more than may be read.

https://www.rfc-editor.org/rfc/rfc9110#section-8.4
"""

from __future__ import annotations

import zlib

from graphwing.errors import BodyTooLargeError, ContentEncodingUnknownError, RequestError

# What zlib calls the two formats.
_FORMATS = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


def expanded(body: bytes, encoding: str, limit: int) -> bytes:
    """Return what a body is that comes with the `Content-Encoding` `encoding`.

    Raises `ContentEncodingUnknownError`, `BodyTooLargeError` as soon as it has more than `limit`
    bytes, and `RequestError` when it is not what it says.

    >>> expanded(zlib.compress(b"{}"), "deflate", 2)
    b'{}'
    """
    name = encoding.strip().lower()
    if name == "identity":
        return body
    if name not in _FORMATS:
        raise ContentEncodingUnknownError(name)
    whole = b""
    try:
        # A body in the format of gzip may have several members, one after another.
        # https://www.rfc-editor.org/rfc/rfc1952#section-2.2
        while body or not whole:
            member = zlib.decompressobj(_FORMATS[name])
            whole += member.decompress(body, limit + 1 - len(whole))
            if len(whole) > limit:
                raise BodyTooLargeError(limit)
            if not member.eof:
                raise RequestError(f"the body ends before its `{name}` does")
            body = member.unused_data
    except zlib.error as error:
        raise RequestError(f"the body is not `{name}`") from error
    return whole

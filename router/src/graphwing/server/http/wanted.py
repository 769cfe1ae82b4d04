"""What a client wants its response to be like, read from its `Accept` header."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from graphwing.errors import MediaTypeRefusedError
from graphwing.server.http.incremental_type import IncrementalType, incremental_type
from graphwing.server.http.media_type import response_media_type
from graphwing.server.http.stream_type import StreamType, stream_type


class Wanted(NamedTuple):
    """The forms of a response that a client accepts."""

    whole: str | None
    """The media type of a response that is sent at once."""
    in_parts: IncrementalType | None
    stream: StreamType | None


# Clients send the same header again and again.
@lru_cache(maxsize=256)
def wanted(accept: str | None) -> Wanted:
    """Return what a client accepts, or raise `MediaTypeRefusedError` if that is nothing.

    >>> wanted("text/event-stream").whole is None
    True
    """
    in_parts, stream = incremental_type(accept), stream_type(accept)
    try:
        return Wanted(response_media_type(accept), in_parts, stream)
    except MediaTypeRefusedError:
        if in_parts is None and stream is None:
            raise
    return Wanted(None, in_parts, stream)

"""Choose the media type of a response from what the client accepts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from graphwing.errors import MediaTypeRefusedError

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"

# Which of ours a client gets for what it lists; a wildcard gets what old clients know.
_OFFERED = {
    GRAPHQL_RESPONSE: GRAPHQL_RESPONSE,
    JSON: JSON,
    "application/*": JSON,
    "*/*": JSON,
}


class MediaRange(NamedTuple):
    """One of the media ranges that a client accepts."""

    name: str
    """In lower case."""
    parameters: Mapping[str, str]
    """By names in lower case; `q` is not among them."""
    quality: float
    """From 0, which refuses it, to 1."""


# Clients send the same header again and again.
@lru_cache(maxsize=256)
def accepted(accept: str) -> tuple[MediaRange, ...]:
    """Return the media ranges of an `Accept` header.

    >>> accepted("text/html;q=0.5")
    (MediaRange(name='text/html', parameters={}, quality=0.5),)
    """
    return tuple(_media_range(part) for part in accept.split(","))


def _media_range(text: str) -> MediaRange:
    name, *pieces = text.split(";")
    parameters = dict(_parameter(piece) for piece in pieces)
    quality = _quality(parameters.pop("q", "1"))
    return MediaRange(name.strip().lower(), parameters, quality)


def _parameter(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip().lower(), value.strip().strip('"')


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def response_media_type(accept: str | None) -> str:
    """Return the media type that the client likes most, or raise `MediaTypeRefusedError`.

    >>> response_media_type("text/html, application/json;q=0.9, */*;q=0.1")
    'application/json'
    """
    if not accept:
        return JSON
    best, best_quality = None, 0.0
    for one in accepted(accept):
        if one.name in _OFFERED and one.quality > best_quality:
            best, best_quality = _OFFERED[one.name], one.quality
    if best is None:
        raise MediaTypeRefusedError((GRAPHQL_RESPONSE, JSON))
    return best

"""Choose the media type of a response from what the client accepts."""

from __future__ import annotations

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


def response_media_type(accept: str | None) -> str:
    """Return the media type that the client likes most, or raise `MediaTypeRefusedError`.

    >>> response_media_type("text/html, application/json;q=0.9, */*;q=0.1")
    'application/json'
    """
    if not accept:
        return JSON
    best, best_quality = None, 0.0
    for part in accept.split(","):
        media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = _quality(parameters)
        if media_range in _OFFERED and quality > best_quality:
            best, best_quality = _OFFERED[media_range], quality
    if best is None:
        raise MediaTypeRefusedError((GRAPHQL_RESPONSE, JSON))
    return best


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0

"""Errors about who is asking, and about the headers that are passed on."""

from __future__ import annotations

from graphwing.errors.base import RequestError


class IdentityUnavailableError(RequestError):
    """The client sent credentials, and the keys that would verify them could not be had so far."""

    code = "IDENTITY_UNAVAILABLE"
    status = 503

    def __init__(self) -> None:
        super().__init__("the token cannot be verified just now; try again later")

    def headers(self) -> dict[str, str]:
        """Return the HTTP headers that this refusal needs."""
        return {"retry-after": "5"}


class HeaderInvalidError(RequestError):
    """A header that is to be passed on has a name or a value that HTTP does not know."""

    code = "INVALID_HEADER"

    def __init__(self, name: str) -> None:
        super().__init__(f"the header {name!r:.80} has characters that no header may have")

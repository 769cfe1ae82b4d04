"""Refuse requests that any page could make a browser send, with the cookies of whoever looks at it.

A browser asks before it sends what no HTML form could send. A POST is such a request already, for
it has to be JSON; a GET is one if it says so.

https://fetch.spec.whatwg.org/#cors-safelisted-request-header
"""

from __future__ import annotations

from collections.abc import Iterable

from graphwing.errors import CrossSiteRequestError
from graphwing.server.http.request import Headers

_SENT_BY_FORMS = frozenset(
    {"", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain"}
)
# A page cannot set this header. `none` is a person, who has typed the address.
# https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
_OWN = frozenset({"same-origin", "none"})


class CsrfPrevention:
    """Knows the headers that no page can have a browser send unasked."""

    def __init__(self, headers: Iterable[str]) -> None:
        self._headers = tuple(name.lower() for name in headers)
        self._told = ", ".join(f"`{name}`" for name in self._headers)

    def require(self, headers: Headers) -> None:
        """Raise `CrossSiteRequestError` for a request that may come from anywhere."""
        if any(headers.get(name) for name in self._headers):
            return
        content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        if content_type in _SENT_BY_FORMS and headers.get("sec-fetch-site") not in _OWN:
            raise CrossSiteRequestError(self._told)

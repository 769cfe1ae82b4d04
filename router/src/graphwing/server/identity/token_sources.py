"""Where a client may put its token: a header or a cookie."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from graphwing.errors import UnauthenticatedError


@dataclass(frozen=True, slots=True)
class HeaderToken:
    """A header that holds a token, after a word such as `Bearer` if there is a scheme."""

    header: str = "authorization"
    scheme: str | None = "Bearer"

    def token(self, headers: Mapping[str, str]) -> str | None:
        """Return the token, nothing without the header; raise `UnauthenticatedError`."""
        value = headers.get(self.header)
        if value is None or self.scheme is None:
            return value
        scheme, _, token = value.partition(" ")
        if scheme.lower() != self.scheme.lower() or not token:
            raise UnauthenticatedError(
                f"send the token as `{self.header.title()}: {self.scheme} <token>`"
            )
        return token


@dataclass(frozen=True, slots=True)
class CookieToken:
    """A cookie that holds a token."""

    cookie: str

    def token(self, headers: Mapping[str, str]) -> str | None:
        """Return the token, nothing without the cookie; raise `UnauthenticatedError`."""
        found = {
            value
            for name, value in _cookies(headers.get("cookie", ""))
            if name == self.cookie and value
        }
        if len(found) > 1:
            # A sister domain can set a second one, and nobody knows which comes first.
            raise UnauthenticatedError(f"the cookie `{self.cookie}` is there twice")
        return found.pop() if found else None


TokenSource = HeaderToken | CookieToken


def _cookies(header: str) -> Iterator[tuple[str, str]]:
    """Yield the pairs of a Cookie header.

    >>> list(_cookies('a=1; b="2";c; d=x=y'))
    [('a', '1'), ('b', '2'), ('c', ''), ('d', 'x=y')]
    """
    for pair in header.split(";"):
        name, _, value = pair.partition("=")
        if name.strip():
            yield name.strip(), value.strip().removeprefix('"').removesuffix('"')

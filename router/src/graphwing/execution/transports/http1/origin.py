"""Read the address of a subgraph: `http:`, `https:`, or `unix:` for a socket in the file system."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

_PORTS = {"http": 80, "https": 443}
# What RFC 3986 allows in a path or query beside letters, digits and `_.-~`; `%` is quoted already.
_ALLOWED = "/:@!$&'()*+,;=%?"


class AddressError(ValueError):
    """An address that cannot be connected to, whatever is there."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where to connect, and what requests say of it."""

    host: str
    port: int
    target: str = "/"
    """Path and query."""
    is_secure: bool = False
    socket: str | None = None
    """The path of a Unix socket, which is connected to in place of host and port."""
    authorization: str | None = None
    """The header that user and password of the address make."""

    @property
    def authority(self) -> str:
        """Return the `host` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = _PORTS["https" if self.is_secure else "http"]
        return host if self.port == usual else f"{host}:{self.port}"


def read_address(address: str) -> Origin:
    """Return what `address` means, or raise `AddressError`.

    >>> read_address("http://music:8000/graphql").authority
    'music:8000'
    >>> read_address("unix:/run/music.sock?path=/graphql").socket
    '/run/music.sock'
    """
    try:
        parts = urlsplit(address)
        if parts.scheme == "unix":
            return _unix(parts)
        return _internet(parts)
    except ValueError as error:
        raise AddressError(address) from error


def _unix(parts: SplitResult) -> Origin:
    path = parse_qs(parts.query).get("path", ["/graphql"])[0]
    if not parts.path or parts.netloc:
        raise ValueError(parts.path)
    return Origin("localhost", _PORTS["http"], quote(path, _ALLOWED), socket=unquote(parts.path))


def _internet(parts: SplitResult) -> Origin:
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError(parts.scheme)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    return Origin(
        parts.hostname.encode("idna").decode() if not parts.hostname.isascii() else parts.hostname,
        parts.port or _PORTS[parts.scheme],
        quote(target, _ALLOWED),
        is_secure=parts.scheme == "https",
        authorization=_basic(parts),
    )


def _basic(parts: SplitResult) -> str | None:
    if parts.username is None:
        return None
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"

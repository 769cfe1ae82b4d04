"""Names and values of headers: which may be written, and which no rule may touch."""

from __future__ import annotations

import re

from graphwing.errors import SettingsError
from graphwing.server.identity.claims import CLAIMS_HEADERS

# They belong to one connection, so that passing them on would corrupt the next.
# https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1
_HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_OF_BODY = frozenset({"content-encoding", "content-length", "content-type"})

TO_SUBGRAPHS = (
    _HOP_BY_HOP | _OF_BODY | CLAIMS_HEADERS | {"accept", "accept-encoding", "expect", "host"}
)
"""What the router writes itself in requests to subgraphs, or nobody may."""

TO_CLIENTS = (
    _HOP_BY_HOP
    | _OF_BODY
    | {"age", "cache-control", "content-range", "date", "etag", "expires", "last-modified"}
    | {"server", "vary"}
    | {
        f"access-control-{name}"
        for name in (
            "allow-credentials",
            "allow-headers",
            "allow-methods",
            "allow-origin",
            "expose-headers",
            "max-age",
        )
    }
)
"""What the router writes itself in responses: it says of many answers what each says of itself."""

BY_NAME_ONLY = frozenset({"authorization", "cookie", "set-cookie", "x-request-deadline"})
"""Credentials, and what the router may say itself: a pattern does not mean them."""

# https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9a-z]+")
# https://www.rfc-editor.org/rfc/rfc9110#section-5.5
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


def is_name(name: str) -> bool:
    """Return whether `name` is the name of a header, in lower case."""
    return _TOKEN.fullmatch(name) is not None


def is_value(value: str) -> bool:
    r"""Return whether `value` can be that of a header: no line break, no null, no other text.

    >>> is_value("a b"), is_value("a\r\nx: y"), is_value("달")
    (True, False, False)
    """
    return _VALUE.fullmatch(value) is not None


def checked_name(name: str, reserved: frozenset[str], place: str) -> str:
    """Return a name that a rule has, in lower case, or raise `SettingsError`."""
    lower = name.lower()
    if not is_name(lower):
        raise SettingsError(
            f"{name!r} is no name of a header", place=place, remedy="write one such as `x-tenant`"
        )
    # Where headers become variables, as in CGI, an underscore is as good as a hyphen.
    if lower.replace("_", "-") in reserved:
        raise SettingsError(
            f"the header `{lower}` cannot be propagated",
            place=place,
            remedy="remove it; the router writes it itself",
        )
    return lower


def checked_value(value: str, place: str) -> str:
    """Return a value that a rule has, or raise `SettingsError`."""
    if not is_value(value):
        raise SettingsError(
            "it has characters that no header may have",
            place=place,
            remedy="write it in one line, in ASCII or Latin-1",
        )
    return value


def named_in(connection: str | None) -> frozenset[str]:
    """Return the headers that a Connection header says are for this connection only.

    >>> sorted(named_in("close, X-Tenant"))
    ['close', 'x-tenant']
    """
    if connection is None:
        return frozenset()
    return frozenset(name.strip().lower() for name in connection.split(","))

"""What a client says in `connection_init`, as headers: a browser can give a WebSocket none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphwing.errors import HeaderInvalidError
from graphwing.server.headers.names import TO_SUBGRAPHS, is_name, is_value

# Those of the handshake are from the proxies before us, or from the browser itself.
_OF_HANDSHAKE = TO_SUBGRAPHS | {"forwarded", "origin", "via", "x-real-ip"}
_OF_PROXIES = "x-forwarded-"


def said_headers(payload: Mapping[str, Any]) -> dict[str, str]:
    """Return the entries that are headers, by lower-case name; raise `HeaderInvalidError`.

    What only the handshake can say is passed over: the address of a client is not its own word.
    """
    said: dict[str, str] = {}
    for key, value in payload.items():
        name = key.lower()
        alike = name.replace("_", "-")
        if not isinstance(value, str) or alike in _OF_HANDSHAKE or alike.startswith(_OF_PROXIES):
            continue
        if not is_name(name) or not is_value(value):
            raise HeaderInvalidError(key)
        said[name] = value
    return said

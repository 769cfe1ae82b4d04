"""Who a client is, for those who count its requests."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, TypeAlias

Peer: TypeAlias = tuple[str, int]
"""Address and port of whoever opened a connection, as ASGI has them."""

CLIENT_ADDRESS: ContextVar[str] = ContextVar("CLIENT_ADDRESS", default="")
"""The address of the client whose request is under way, as far as it is known."""

# A household or a server has at least that many addresses to choose from.
_IPV6_NETWORK = 64


@dataclass(frozen=True, slots=True)
class Client:
    """What is known of the client that sends a request."""

    headers: Mapping[str, str]
    """Their names are lower-case."""
    claims: Mapping[str, Any] | None
    """What its verified token says, if it sent one."""
    address: str


def client_address(peer: Peer | None, forwarded_for: str | None, *, trusted_proxies: int) -> str:
    """Return the address of the client behind so many proxies that tell the truth.

    Each of them adds the address that it was asked from to `x-forwarded-for`; what stands left of
    these was sent by the client and may be anything. IPv6 addresses of one network are one client.

    >>> peer, forwarded_for = ("192.0.2.1", 4711), "10.0.0.1, 203.0.113.7"
    >>> client_address(peer, forwarded_for, trusted_proxies=1)
    '203.0.113.7'
    >>> client_address(peer, forwarded_for, trusted_proxies=0)
    '192.0.2.1'
    """
    known = peer[0] if peer else ""
    chain = [part.strip() for part in (forwarded_for or "").split(",")] if trusted_proxies else []
    told = chain[-min(trusted_proxies, len(chain))] if chain else ""
    return _network(told) or _network(known) or ""


# Clients send more than one request, and to read an address takes longer than to count it.
@lru_cache(maxsize=4096)
def _network(address: str) -> str | None:
    """Return the address, or the network of one of IPv6; nothing if it is none."""
    text = address
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        known = ip_address(text)
    except ValueError:
        return None
    if isinstance(known, IPv6Address):
        if known.ipv4_mapped is not None:
            return str(known.ipv4_mapped)
        return str(ip_network((known.packed, _IPV6_NETWORK), strict=False))
    return str(known)

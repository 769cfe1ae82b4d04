"""Limit how many requests one client sends."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from time import monotonic
from typing import Any, TypeAlias, cast

from graphwing.errors import RateLimitedError, SettingsError
from graphwing.server.graph.app_import import imported
from graphwing.server.http.request import Headers
from graphwing.server.settings.traffic import ClientKeySettings, RateLimitSettings
from graphwing.server.traffic.client import CLIENT_ADDRESS, Client
from graphwing.server.traffic.token_buckets import RateLimitStore, TokenBuckets

ClaimsOf: TypeAlias = Callable[[Headers], Awaitable[Mapping[str, Any] | None]]
KeyOf: TypeAlias = Callable[[Headers, str], Awaitable[str | None]]
"""Returns what tells a client apart, of its headers and its address."""

# The headers of the request that is counted already.
_COUNTED: ContextVar[Headers | None] = ContextVar("_COUNTED", default=None)

_PLACE = "traffic.rate_limit.by"
# A key that somebody else writes must not fill the memory.
_LONGEST_KEY = 256


class RateLimit:
    """Counts the requests of each client and refuses those that are too many."""

    def __init__(self, key_of: KeyOf | None, store: RateLimitStore) -> None:
        """Take what tells clients apart, if it is not their address, and where to remember them."""
        self._key_of = key_of
        self._store = store

    async def count(self, headers: Headers) -> None:
        """Count one request unless that is done, or raise `RateLimitedError`.

        Raises `UnauthenticatedError` for a token that is not valid, where it tells clients apart.
        """
        if _COUNTED.get() is headers:
            _COUNTED.set(None)
            return
        await self._count(headers)

    async def count_ahead(self, headers: Headers) -> None:
        """Count the request of these headers now and not when it is answered.

        Raises what `count` does.
        """
        await self._count(headers)
        _COUNTED.set(headers)

    async def _count(self, headers: Headers) -> None:
        address = CLIENT_ADDRESS.get()
        key = None if self._key_of is None else await self._key_of(headers, address)
        # The kind is part of it: nobody gets the place of an address by calling itself so.
        name = f"address:{address}" if key is None else f"key:{key[:_LONGEST_KEY]}"
        seconds = await self._store.take(name)
        if seconds > 0:
            raise RateLimitedError(seconds)


class InMemory:
    """Remembers clients in this process."""

    def __init__(self, buckets: TokenBuckets, *, clock: Callable[[], float] = monotonic) -> None:
        self._buckets = buckets
        self._clock = clock

    async def take(self, key: str) -> float:
        """Count one request, and return 0; or, if it is one too many, the seconds to wait."""
        return self._buckets.take(key, self._clock())


def rate_limit(
    settings: RateLimitSettings | None,
    claims_of: ClaimsOf | None,
    *,
    clock: Callable[[], float] = monotonic,
) -> RateLimit | None:
    """Return the rate limit that `settings` describe, if any, or raise `SettingsError`.

    `claims_of` is how tokens are verified, if they are.
    """
    if settings is None:
        return None
    by = settings.by
    if sum(one is not None for one in (by.claim, by.header, by.python)) > 1:
        raise SettingsError(
            "more than one of `claim`, `header` and `python` is set",
            place=_PLACE,
            remedy="keep the one that should be used",
        )
    rate = settings.requests / settings.per
    buckets = TokenBuckets(
        rate=rate, burst=settings.burst or settings.requests, most=settings.clients
    )
    return RateLimit(_key_of(by, claims_of), InMemory(buckets, clock=clock))


def _key_of(by: ClientKeySettings, claims_of: ClaimsOf | None) -> KeyOf | None:
    if by.claim is not None:
        if claims_of is None:
            raise SettingsError(
                "tokens are not verified, so that there is no claim",
                place=f"{_PLACE}.claim",
                remedy="add a section `identity`",
            )
        return _claim_key(by.claim, claims_of)
    if by.header is not None:
        return _header_key(by.header.lower())
    return None if by.python is None else _imported_key(by.python, claims_of)


def _claim_key(claim: str, claims_of: ClaimsOf) -> KeyOf:
    async def key_of(headers: Headers, _: str) -> str | None:
        value = (await claims_of(headers) or {}).get(claim)
        return None if value is None else str(value)

    return key_of


def _header_key(header: str) -> KeyOf:
    async def key_of(headers: Headers, _: str) -> str | None:
        return headers.get(header)

    return key_of


def _imported_key(name: str, claims_of: ClaimsOf | None) -> KeyOf:
    place = f"{_PLACE}.python"
    function = imported(name, place=place, what="function", example="package.module:function")
    if not callable(function):
        raise SettingsError(f"`{name}` is no function", place=place)
    call = cast("Callable[[Client], Any]", function)

    async def key_of(headers: Headers, address: str) -> str | None:
        claims = None if claims_of is None else await claims_of(headers)
        key = call(Client(headers, claims, address))
        if inspect.isawaitable(key):
            key = await key
        return None if key is None else str(key)

    return key_of

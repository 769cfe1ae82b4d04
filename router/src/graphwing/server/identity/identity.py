"""Who is asking: verify a token, and tell subgraphs in a form they can trust."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any, Protocol

from graphwing.errors import SettingsError, UnauthenticatedError
from graphwing.server.identity.claims import signed_claims
from graphwing.server.identity.issuer import Issuer
from graphwing.server.identity.token_sources import HeaderToken, TokenSource


class Identity:
    """Knows clients by the tokens of one or more issuers, and vouches for them to subgraphs."""

    def __init__(  # noqa: PLR0913 - one for each thing to decide
        self,
        *issuers: Issuer,
        forward_secret: str | None = None,
        sources: Iterable[TokenSource] = (HeaderToken(),),
        refuses_invalid: bool = True,
        leeway: float = 0.0,
        token_limit: int = 8192,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Take whose tokens count; without a secret, claims are verified and not forwarded.

        The first of `sources` that has a token counts. A token that is not valid is refused, or
        its client treated as anybody. Raises `SettingsError` when the extra `graphwing[identity]`
        is not installed.
        """
        names = [one.name for one in issuers]
        for name in names:
            if names.count(name) > 1:
                raise SettingsError(
                    f"the issuer `{name}` is there twice",
                    place="identity.issuers",
                    remedy="put its audiences into one list",
                )
        self._tokens = _token_verifier(issuers, leeway=leeway, limit=token_limit, clock=clock)
        self._sources = tuple(sources)
        self._refuses_invalid = refuses_invalid
        self._forward_secret = forward_secret
        self._clock = clock

    async def open(self) -> None:
        """Read the keys of the issuers."""
        await self._tokens.open()

    async def close(self) -> None:
        """End what is under way."""
        await self._tokens.close()

    async def claims(self, headers: Mapping[str, str]) -> Mapping[str, Any] | None:
        """Return what a client's token says, nothing if it sent none; names are lower-case.

        It waits only where a key has to be fetched first. Raises `UnauthenticatedError` for a token
        that is not valid, and `IdentityUnavailableError` while there are no keys to verify it with.
        """
        try:
            for source in self._sources:
                token = source.token(headers)
                if token is not None:
                    return await self._tokens.claims(token)
        except UnauthenticatedError:
            if self._refuses_invalid:
                raise
        return None

    def signed(self, claims: Mapping[str, Any] | None) -> dict[str, str]:
        """Return the headers that carry verified claims to subgraphs; nobody's need none."""
        if claims is None or self._forward_secret is None:
            return {}
        return signed_claims(claims, secret=self._forward_secret, now=int(self._clock()))


class _Tokens(Protocol):
    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def claims(self, token: str) -> Mapping[str, Any]: ...


def _token_verifier(
    issuers: Iterable[Issuer], *, leeway: float, limit: int, clock: Callable[[], float]
) -> _Tokens:
    try:
        tokens = import_module("graphwing.server.identity.tokens")
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"verifying tokens needs the package `{error.name}`",
            place="identity",
            remedy="pip install 'graphwing[identity]'",
        ) from error
    return tokens.TokenVerifier(issuers, leeway=leeway, limit=limit, clock=clock)

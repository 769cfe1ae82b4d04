"""Who is asking: verify a bearer token, and tell subgraphs in a form they can trust."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from graphwing.errors import SettingsError, UnauthenticatedError
from graphwing.server.identity.claims import signed_claims


class Identity:
    """Knows clients by the tokens of one issuer, and vouches for them to subgraphs."""

    def __init__(
        self,
        *,
        key_file: Path,
        issuer: str,
        audience: str,
        forward_secret: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Take the issuer's JWKS file; without a secret, claims are verified and not forwarded.

        Raises `SettingsError` when the extra `graphwing[identity]` is not installed.
        """
        self._tokens = _token_verifier(key_file, issuer, audience)
        self._forward_secret = forward_secret
        self._clock = clock

    async def claims(self, headers: Mapping[str, str]) -> Mapping[str, Any] | None:
        """Return what a client's token says, nothing if it sent none; names are lower-case.

        It waits only where a key has to be fetched first. Raises `UnauthenticatedError` for a token
        that is not valid.
        """
        authorization = headers.get("authorization")
        if authorization is None:
            return None
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise UnauthenticatedError("send the token as `Authorization: Bearer <token>`")
        return self._tokens.claims(token)

    def signed(self, claims: Mapping[str, Any] | None) -> dict[str, str]:
        """Return the headers that carry verified claims to subgraphs; nobody's need none."""
        if claims is None or self._forward_secret is None:
            return {}
        return signed_claims(claims, secret=self._forward_secret, now=int(self._clock()))


class _Tokens(Protocol):
    def claims(self, token: str) -> Mapping[str, Any]: ...


def _token_verifier(key_file: Path, issuer: str, audience: str) -> _Tokens:
    try:
        tokens = import_module("graphwing.server.identity.tokens")
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"verifying tokens needs the package `{error.name}`",
            place="identity",
            remedy="pip install 'graphwing[identity]'",
        ) from error
    return tokens.TokenVerifier(key_file=key_file, issuer=issuer, audience=audience)

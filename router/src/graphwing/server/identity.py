"""Who is asking: verify a bearer token, and tell subgraphs in a form they can trust."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jwt

from graphwing.errors import UnauthenticatedError
from graphwing.server.claims import signed_claims

_log = logging.getLogger("graphwing")

# Asymmetric only: with a public key set, accepting HMAC would make the public key a secret.
_ALGORITHMS = frozenset({"EdDSA", "ES256", "RS256"})


class Identity:
    """Verifies the tokens of one issuer with the keys in a JWKS file."""

    def __init__(
        self,
        *,
        key_file: Path,
        issuer: str,
        audience: str,
        forward_secret: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._key_file = key_file
        self._issuer = issuer
        self._audience = audience
        self._forward_secret = forward_secret
        self._clock = clock
        self._keys: dict[str | None, jwt.PyJWK] = {}
        self._keys_from: int | None = None
        """When the file that the keys are from was written."""

    def headers_for_subgraphs(self, authorization: str | None) -> dict[str, str]:
        """Return the headers that carry the client's verified claims, none if it sent no token.

        Raises `UnauthenticatedError` for a token that is not valid.
        """
        if authorization is None:
            return {}
        claims = self._verified(authorization)
        if self._forward_secret is None:
            return {}
        return signed_claims(claims, secret=self._forward_secret, now=int(self._clock()))

    def _verified(self, authorization: str) -> Mapping[str, Any]:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise UnauthenticatedError("send the token as `Authorization: Bearer <token>`")
        try:
            header = jwt.get_unverified_header(token)
            key = self._key(header.get("kid"))
            algorithm = header.get("alg")
            if key is None or algorithm not in _ALGORITHMS or algorithm != key.algorithm_name:
                raise UnauthenticatedError("the token is not signed with a key that is known here")
            return jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                issuer=self._issuer,
                audience=self._audience,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except jwt.ExpiredSignatureError as error:
            raise UnauthenticatedError("the token has expired") from error
        except jwt.PyJWTError as error:
            raise UnauthenticatedError("the token is not valid") from error

    def _key(self, key_id: str | None) -> jwt.PyJWK | None:
        """Return a key; an unknown one makes us look whether the file has changed."""
        if key_id not in self._keys:
            self._read_keys()
        return self._keys.get(key_id)

    def _read_keys(self) -> None:
        try:
            written = self._key_file.stat().st_mtime_ns
            if written == self._keys_from:
                return
            keys = jwt.PyJWKSet.from_json(self._key_file.read_text())
        except (OSError, ValueError, jwt.PyJWTError) as error:
            _log.warning("the keys in %s cannot be read: %s", self._key_file, error)
            return
        self._keys = {key.key_id: key for key in keys.keys}
        self._keys_from = written

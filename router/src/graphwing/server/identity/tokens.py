"""Verify JSON Web Tokens with the keys in a JWKS file. Needs PyJWT, which is an extra."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jwt

from graphwing.errors import UnauthenticatedError

_log = logging.getLogger("graphwing")

# Asymmetric only: with a public key set, accepting HMAC would make the public key a secret.
_ALGORITHMS = frozenset({"EdDSA", "ES256", "RS256"})


class TokenVerifier:
    """Verifies the tokens of one issuer for one audience."""

    def __init__(self, *, key_file: Path, issuer: str, audience: str) -> None:
        self._key_file = key_file
        self._issuer = issuer
        self._audience = audience
        self._keys: dict[str | None, jwt.PyJWK] = {}
        self._keys_from: int | None = None
        """When the file that the keys are from was written."""

    def claims(self, token: str) -> Mapping[str, Any]:
        """Return what a valid token says, or raise `UnauthenticatedError`."""
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
            keys = jwt.PyJWKSet.from_json(self._key_file.read_text(encoding="utf-8"))
        except (OSError, ValueError, jwt.PyJWTError) as error:
            _log.warning("the keys in %s cannot be read: %s", self._key_file, error)
            return
        self._keys = {key.key_id: key for key in keys.keys}
        self._keys_from = written

"""Read a JSON Web Key Set: which of its keys verify tokens, and by which algorithms.

https://www.rfc-editor.org/rfc/rfc7517
"""

from __future__ import annotations

import logging
from base64 import urlsafe_b64encode
from collections.abc import Collection, Mapping
from typing import Any

import jwt
import msgspec

from graphwing.server.identity.key_source import KeysUnreadableError

_log = logging.getLogger("graphwing")

_MOST_KEYS = 200

_RSA = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
_BY_CURVE = {
    "P-256": ("ES256",),
    "P-384": ("ES384",),
    "P-521": ("ES512",),
    "Ed25519": ("EdDSA",),
}

_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})

Keys = Mapping[tuple[str | None, str], jwt.PyJWK]
"""Keys by their id and the algorithm that they verify with."""


class _KeySet(msgspec.Struct):
    keys: list[dict[str, Any]]


_decode = msgspec.json.Decoder(_KeySet).decode


def read_jwks(text: bytes, algorithms: Collection[str]) -> Keys:
    """Return the keys that verify by one of `algorithms`, or raise `KeysUnreadableError`.

    Secrets among them are passed over: what is published is no secret.
    """
    try:
        jwks = _decode(text).keys
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise KeysUnreadableError(f"they are no JSON Web Key Set: {error}") from error
    if len(jwks) > _MOST_KEYS:
        raise KeysUnreadableError(f"they are more than {_MOST_KEYS}")
    keys: dict[tuple[str | None, str], jwt.PyJWK] = {}
    for jwk in jwks:
        key_id: object = jwk.get("kid")
        if not _verifies(jwk) or not (key_id is None or isinstance(key_id, str)):
            continue
        for algorithm in _algorithms_of(jwk):
            key = _key(jwk, algorithm) if algorithm in algorithms else None
            if key is not None:
                keys[key_id, algorithm] = key
    return keys


def secret_keys(secret: str, algorithms: Collection[str]) -> Keys:
    """Return the keys that a shared secret is; they have no id."""
    encoded = urlsafe_b64encode(secret.encode()).decode()
    return {
        (None, algorithm): jwt.PyJWK({"kty": "oct", "k": encoded}, algorithm)
        for algorithm in algorithms
    }


def _verifies(jwk: Mapping[str, Any]) -> bool:
    operations: object = jwk.get("key_ops")
    may_verify = not isinstance(operations, list) or "verify" in operations
    return jwk.get("use") in {None, "sig"} and may_verify


def _algorithms_of(jwk: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a key may verify by: what it says, as far as its type allows it."""
    possible: tuple[str, ...] = ()
    match jwk.get("kty"):
        case "RSA":
            possible = _RSA
        case "EC" | "OKP":
            possible = _BY_CURVE.get(str(jwk.get("crv")), ())
        case _:
            pass
    said: object = jwk.get("alg")
    if said is None:
        return possible
    return tuple(one for one in possible if one == said)


def _key(jwk: Mapping[str, Any], algorithm: str) -> jwt.PyJWK | None:
    public = {name: value for name, value in jwk.items() if name not in _PRIVATE}
    try:
        return jwt.PyJWK(public, algorithm)
    except (jwt.PyJWTError, TypeError, ValueError) as error:
        _log.warning("the key `%s` of an issuer cannot be used: %s", jwk.get("kid"), error)
        return None

"""Verify JSON Web Tokens: signature, issuer, audience and time. Needs PyJWT, which is an extra.

https://www.rfc-editor.org/rfc/rfc8725
"""

from __future__ import annotations

import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

import jwt
import msgspec

from graphwing.errors import UnauthenticatedError
from graphwing.server.identity.issuer import Issuer
from graphwing.server.identity.jwks import secret_keys
from graphwing.server.identity.key_set import KeySet, Renewal, SecretKeys
from graphwing.server.identity.key_source import KeyAddress, KeyFile

_REQUIRED = ["exp", "iss", "aud", "sub"]
_FILE_RENEWAL = Renewal(max_age=10.0, cooldown=0.0, retry=1.0)
"""To look whether a file has changed costs nothing."""
_MOST_KEPT = 4096
"""How many verified tokens are remembered."""


class _Keys(Protocol):
    version: int

    @property
    def is_outdated(self) -> bool: ...

    async def find(self, key_id: str | None, algorithm: str) -> jwt.PyJWK | None: ...

    def renew_if_old(self) -> None: ...

    async def open(self) -> None: ...

    async def close(self) -> None: ...


class _Header(msgspec.Struct):
    """What is read of a token's header. That it names keys (`jku`, `jwk`, `x5u`) is ignored."""

    alg: str
    kid: str | None = None


class _Payload(msgspec.Struct):
    iss: str


_Part = TypeVar("_Part", _Header, _Payload)
_decode_header = msgspec.json.Decoder(_Header).decode
_decode_payload = msgspec.json.Decoder(_Payload).decode


@dataclass(frozen=True, slots=True)
class _Known:
    """A token that was verified: what it says, until when, and by which keys."""

    claims: Mapping[str, Any]
    until: float
    keys: _Keys
    version: int


class TokenVerifier:
    """Verifies the tokens of several issuers, each with keys and audiences of its own."""

    def __init__(
        self,
        issuers: Iterable[Issuer],
        *,
        leeway: float = 0.0,
        limit: int = 8192,
        clock: Callable[[], float] = time.time,
        keys_of: Callable[[Issuer], _Keys] | None = None,
    ) -> None:
        """Take who may issue tokens, and how large these may be."""
        self._issuers = {one.name: (one, (keys_of or _keys_of)(one)) for one in issuers}
        self._leeway = leeway
        self._limit = limit
        self._clock = clock
        self._known: dict[bytes, _Known] = {}

    async def open(self) -> None:
        """Read the keys of all issuers; one that is not there is asked again later."""
        for _, keys in self._issuers.values():
            await keys.open()

    async def close(self) -> None:
        """End what is under way."""
        for _, keys in self._issuers.values():
            await keys.close()

    async def claims(self, token: str) -> Mapping[str, Any]:
        """Return what a valid token says; one that was verified before is only looked up.

        Raises `UnauthenticatedError`, and `IdentityUnavailableError` as long as there are no keys.
        """
        if len(token) > self._limit:
            raise UnauthenticatedError(f"the token is larger than {self._limit} bytes")
        digest = sha256(token.encode("utf-8", "surrogatepass")).digest()
        known = self._known.get(digest)
        if known is not None:
            keys = known.keys
            is_same = known.version == keys.version and not keys.is_outdated
            if is_same and known.until > self._clock():
                keys.renew_if_old()
                return known.claims
            del self._known[digest]
        return await self._verified(token, digest)

    async def _verified(self, token: str, digest: bytes) -> Mapping[str, Any]:
        header = _part(token, 0, _decode_header)
        issuer, keys = self._issuer_of(token)
        # Of this issuer only: what one signs is nothing that another says.
        key = await keys.find(header.kid, header.alg)
        if key is None:
            raise UnauthenticatedError("the token is not signed with a key that is known here")
        version = keys.version
        claims = MappingProxyType(self._decoded(token, key, issuer))
        _require_text(claims)
        if len(self._known) >= _MOST_KEPT:
            # Those that were verified first, whoever uses them; the next use verifies them again.
            for oldest in [*self._known][: _MOST_KEPT // 8]:
                del self._known[oldest]
        until = float(claims["exp"]) + self._leeway
        self._known[digest] = _Known(claims, until, keys, version)
        return claims

    def _issuer_of(self, token: str) -> tuple[Issuer, _Keys]:
        name = _part(token, 1, _decode_payload).iss
        issuer = self._issuers.get(name)
        if issuer is None:
            raise UnauthenticatedError("the token is of an issuer that is not known here")
        return issuer

    def _decoded(self, token: str, key: jwt.PyJWK, issuer: Issuer) -> dict[str, Any]:
        try:
            return jwt.decode(
                token,
                key,
                # The algorithm is the key's, whatever the token says.
                algorithms=[key.algorithm_name],
                issuer=issuer.name,
                audience=issuer.audiences,
                leeway=self._leeway,
                options={"require": _REQUIRED, "enforce_minimum_key_length": True},
            )
        except jwt.ExpiredSignatureError as error:
            raise UnauthenticatedError("the token has expired") from error
        except jwt.ImmatureSignatureError as error:
            raise UnauthenticatedError("the token is not valid yet") from error
        except jwt.InvalidAudienceError as error:
            raise UnauthenticatedError("the token is for another audience") from error
        except (jwt.PyJWTError, ValueError) as error:
            raise UnauthenticatedError("the token is not valid") from error


def _require_text(claims: Mapping[str, Any]) -> None:
    """Raise `UnauthenticatedError` for claims that cannot be written as JSON for subgraphs."""
    try:
        msgspec.json.encode({**claims})
    except (UnicodeEncodeError, RecursionError) as error:
        # Half a surrogate pair: JSON can escape it, and it stands for no character.
        raise UnauthenticatedError("the token is not valid") from error


def _part(token: str, index: int, decode: Callable[[bytes], _Part]) -> _Part:
    parts = token.split(".")
    if len(parts) != 3:  # noqa: PLR2004 - header, payload, signature
        raise UnauthenticatedError("the token is not valid")
    try:
        return decode(urlsafe_b64decode(parts[index] + "=="))
    except (ValueError, msgspec.MsgspecError, RecursionError) as error:
        raise UnauthenticatedError("the token is not valid") from error


def _keys_of(issuer: Issuer) -> _Keys:
    """Return where the keys of an issuer are found."""
    if issuer.secret is not None:
        return SecretKeys(secret_keys(issuer.secret, issuer.algorithms))
    if issuer.key_file is not None:
        return KeySet(KeyFile(issuer.key_file), issuer.algorithms, renewal=_FILE_RENEWAL)
    assert issuer.key_url is not None  # noqa: S101 - an issuer has one of the three
    source = KeyAddress(issuer.key_url, timeout=issuer.timeout)
    renewal = Renewal(max_age=issuer.cache, cooldown=issuer.cooldown)
    return KeySet(source, issuer.algorithms, renewal=renewal)

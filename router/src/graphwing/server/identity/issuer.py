"""Somebody whose tokens are believed, and how they are verified."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from graphwing.errors import SettingsError

ASYMMETRIC = frozenset(
    {"EdDSA", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512"}
)
"""What verifies with a key that everybody may know."""
SYMMETRIC = {"HS256": 32, "HS384": 48, "HS512": 64}
"""What verifies with a secret, and how many bytes that needs.

https://www.rfc-editor.org/rfc/rfc7518#section-3.2
"""


class Issuer:
    """An issuer of tokens: its name as in `iss`, whom they are for, and its keys.

    The keys are in a file, at a URL, or one secret that it shares with us.
    """

    def __init__(  # noqa: PLR0913 - one for each thing to decide
        self,
        name: str,
        audience: str | Iterable[str],
        *,
        key_file: Path | None = None,
        key_url: str | None = None,
        secret: str | None = None,
        algorithms: Iterable[str] = (),
        cache: float = 600.0,
        cooldown: float = 30.0,
        timeout: float = 5.0,
        place: str = "identity",
    ) -> None:
        """Raise `SettingsError` for what would verify nothing, or too much."""
        self.name = name
        self.audiences = (audience,) if isinstance(audience, str) else tuple(audience)
        self.key_file = key_file
        self.key_url = key_url
        self.secret = secret
        self.algorithms = frozenset(algorithms) or (
            ASYMMETRIC if secret is None else frozenset({"HS256"})
        )
        self.cache = cache
        self.cooldown = cooldown
        self.timeout = timeout
        self._check(place)

    def _check(self, place: str) -> None:
        if not self.name:
            raise SettingsError("it is missing", place=f"{place}.issuer", remedy="set it")
        if not all(self.audiences) or not self.audiences:
            raise SettingsError(
                "without an audience the tokens for any other service would be valid here",
                place=f"{place}.audience",
                remedy="set what `aud` says in tokens for this router",
            )
        given = [one for one in (self.key_file, self.key_url, self.secret) if one is not None]
        if len(given) != 1:
            raise SettingsError(
                f"the keys of `{self.name}` are given {len(given)} times",
                place=f"{place}.jwks",
                remedy="give one of `jwks.file`, `jwks.url` and `secret`",
            )
        self._check_algorithms(place)

    def _check_algorithms(self, place: str) -> None:
        possible = ASYMMETRIC if self.secret is None else SYMMETRIC.keys()
        kind = "public keys" if self.secret is None else "a secret"
        for algorithm in sorted(self.algorithms - possible):
            # A public key that counts as a secret is one that everybody knows.
            raise SettingsError(
                f"`{algorithm}` does not verify with {kind}",
                place=f"{place}.algorithms",
                remedy=f"possible are {', '.join(sorted(possible))}",
            )
        if self.secret is not None:
            needed = max(SYMMETRIC[one] for one in self.algorithms)
            if len(self.secret.encode()) < needed:
                raise SettingsError(
                    f"a secret of less than {needed} bytes can be guessed",
                    place=f"{place}.secret",
                    remedy="make a longer one, by `openssl rand -hex 32` or alike",
                )

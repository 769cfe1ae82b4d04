"""Settings: whose tokens are valid, where clients put them, and what subgraphs are told."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from graphwing.server.settings.reader import Duration, DurationOrZero, Secret

Algorithm = Literal[
    "EdDSA",
    "ES256",
    "ES384",
    "ES512",
    "PS256",
    "PS384",
    "PS512",
    "RS256",
    "RS384",
    "RS512",
    "HS256",
    "HS384",
    "HS512",
]
"""How a token may be signed. https://www.rfc-editor.org/rfc/rfc7518#section-3.1"""


class JwksSettings(msgspec.Struct, frozen=True):
    """Where the public keys of an issuer are."""

    file: Path | None = None
    """A JWKS; it is read again when it has changed."""
    url: str | None = None
    """Where the issuer publishes a JWKS."""
    cache: Duration = Duration(600)
    """How long keys from a URL are used before they are fetched again."""
    cooldown: Duration = Duration(30)
    """How soon after that a token with an unknown key may make us fetch them again."""
    timeout: Duration = Duration(5)
    """How long a fetch may take."""


class IssuerSettings(msgspec.Struct, frozen=True):
    """One issuer of tokens: either its keys or the secret that it shares with us."""

    issuer: str | None = None
    """What `iss` of its tokens is."""
    audience: str | list[str] | None = None
    """Whom its tokens must be for: one of these."""
    jwks: JwksSettings | None = None
    """Where the public keys are that its tokens are signed with."""
    secret: Secret | None = None
    """What its tokens are signed with, instead of keys: HMAC."""
    algorithms: list[Algorithm] = []
    """How its tokens may be signed; with keys, all that are asymmetric, with a secret, HS256."""


class TokenSettings(msgspec.Struct, frozen=True):
    """One place where a client may put its token: a header or a cookie."""

    header: str | None = None
    """The name of a header."""
    scheme: str | None = None
    """The word before the token: `Bearer` in `authorization`, none in other headers."""
    cookie: str | None = None
    """The name of a cookie."""


class ForwardSettings(msgspec.Struct, frozen=True):
    """How verified claims are signed for subgraphs."""

    secret: Secret
    """Signs them (HMAC-SHA256); a subgraph verifies them with the same."""


class IdentitySettings(IssuerSettings, frozen=True):
    """Whose tokens are valid. Without this section nobody is anybody.

    A single issuer is described here, several in `issuers`.
    """

    issuers: list[IssuerSettings] = []
    """Several issuers, each with keys and audiences of its own."""
    tokens: list[TokenSettings] = []
    """Where tokens are looked for, the header `authorization` if nothing is said; the first place
    that has one counts."""
    token_limit: Annotated[int, msgspec.Meta(ge=1)] = 8192
    """Bytes that a token may have."""
    leeway: DurationOrZero = DurationOrZero(0)
    """How far the clocks of an issuer and ours may be apart."""
    invalid_token: Literal["error", "anonymous"] = "error"  # noqa: S105 - no password
    """What the client of a token that is not valid gets: status 401, or what anybody gets."""
    forward: ForwardSettings | None = None
    """How verified claims reach subgraphs; they do not without this section."""

"""Make an identity of its settings."""

from __future__ import annotations

from collections.abc import Iterator

from graphwing.errors import SettingsError
from graphwing.server.identity.identity import Identity
from graphwing.server.identity.issuer import Issuer
from graphwing.server.identity.token_sources import CookieToken, HeaderToken, TokenSource
from graphwing.server.settings.identity import (
    IdentitySettings,
    IssuerSettings,
    JwksSettings,
    TokenSettings,
)


def identity_from_settings(settings: IdentitySettings) -> Identity:
    """Return who is known by `settings`, or raise `SettingsError`."""
    sources = [
        _source(one, place=f"identity.tokens[{index}]") for index, one in enumerate(settings.tokens)
    ]
    return Identity(
        *_issuers(settings),
        forward_secret=settings.forward.secret if settings.forward else None,
        sources=sources or (HeaderToken(),),
        refuses_invalid=settings.invalid_token == "error",  # noqa: S105 - no password
        leeway=settings.leeway,
        token_limit=settings.token_limit,
    )


def _issuers(settings: IdentitySettings) -> Iterator[Issuer]:
    is_single = settings.issuer or settings.audience or settings.jwks or settings.secret
    if is_single and settings.issuers:
        raise SettingsError(
            "there are `issuers`, and one beside them",
            place="identity",
            remedy="put all of them into `issuers`",
        )
    if not settings.issuers:
        yield _issuer(settings, "identity")
    for index, one in enumerate(settings.issuers):
        yield _issuer(one, f"identity.issuers[{index}]")


def _issuer(settings: IssuerSettings, place: str) -> Issuer:
    jwks = settings.jwks or JwksSettings()
    if settings.jwks is None and settings.secret is None:
        raise SettingsError(
            "it is missing", place=f"{place}.jwks", remedy="set it, to the keys of the issuer"
        )
    if settings.jwks is not None and jwks.file is None and jwks.url is None:
        raise SettingsError(
            "it says neither `file` nor `url`", place=f"{place}.jwks", remedy="set one of them"
        )
    if jwks.file is not None and not jwks.file.is_file():
        raise SettingsError(
            f"the key file `{jwks.file}` does not exist",
            place=f"{place}.jwks.file",
            remedy="give the JWKS file of the tokens' issuer",
        )
    if jwks.url is not None and not jwks.url.startswith(("https://", "http://")):
        raise SettingsError(
            f"`{jwks.url}` is no address of HTTP",
            place=f"{place}.jwks.url",
            remedy="write it as `https://host/path`",
        )
    return Issuer(
        settings.issuer or "",
        settings.audience or "",
        key_file=jwks.file,
        key_url=jwks.url,
        secret=settings.secret,
        algorithms=settings.algorithms,
        cache=jwks.cache,
        cooldown=jwks.cooldown,
        timeout=jwks.timeout,
        place=place,
    )


def _source(settings: TokenSettings, place: str) -> TokenSource:
    if (settings.header is None) == (settings.cookie is None):
        raise SettingsError(
            "a token is in a header or in a cookie", place=place, remedy="set one of the two"
        )
    if settings.cookie is not None:
        return CookieToken(settings.cookie)
    assert settings.header is not None  # noqa: S101 - one of the two is there
    header = settings.header.lower()
    standard = "Bearer" if header == "authorization" else None
    return HeaderToken(header, settings.scheme or standard)

"""Who is asking: the claims that the router verified and signed for us (RFC 9421, HMAC)."""

import re
from base64 import b64decode, urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest, digest
from uuid import UUID

from pydantic import BaseModel, ValidationError

from kit.errors import ClaimsError

CLAIMS = "graphwing-claims"
ACCEPTED_SECONDS = 60

# The one form that the router writes; anything else was not written by it.
_INPUT = re.compile(
    r"graphwing="
    r'(?P<parameters>\("graphwing-claims"\);created=(?P<created>[0-9]{1,12})'
    r';keyid="graphwing";alg="hmac-sha256")'
)
_SIGNATURE = re.compile(r"graphwing=:(?P<value>[A-Za-z0-9+/]+={0,2}):")


@dataclass(frozen=True, slots=True)
class Viewer:
    """The signed-in user who makes the request."""

    id: UUID
    roles: frozenset[str]


class _Claims(BaseModel):
    """What we need of the claims; the router has checked issuer and audience."""

    sub: UUID
    exp: float
    roles: frozenset[str] = frozenset()


def read_viewer(headers: Mapping[str, str], *, secret: str, now: float) -> Viewer | None:
    """Return who the router says is asking, None when nobody; raise `ClaimsError` on a forgery."""
    claims = headers.get(CLAIMS)
    if claims is None:
        return None
    _verify(claims, headers, secret=secret, now=now)
    try:
        padding = "=" * (-len(claims) % 4)
        known = _Claims.model_validate_json(urlsafe_b64decode(claims + padding))
    except (ValueError, ValidationError) as error:
        raise ClaimsError("they are not the claims of a user") from error
    if known.exp <= now:
        raise ClaimsError("they have expired")
    return Viewer(id=known.sub, roles=known.roles)


def _verify(claims: str, headers: Mapping[str, str], *, secret: str, now: float) -> None:
    """Raise `ClaimsError` unless the router signed `claims`, and did so just now."""
    signed = _INPUT.fullmatch(headers.get("signature-input", ""))
    signature = _SIGNATURE.fullmatch(headers.get("signature", ""))
    if signed is None or signature is None:
        raise ClaimsError("they are not signed")
    # https://www.rfc-editor.org/rfc/rfc9421#section-2.5
    base = f'"{CLAIMS}": {claims}\n"@signature-params": {signed["parameters"]}'
    expected = digest(secret.encode(), base.encode(), sha256)
    if not compare_digest(expected, b64decode(signature["value"] + "==")):
        raise ClaimsError("the signature is not the router's")
    if abs(now - int(signed["created"])) > ACCEPTED_SECONDS:
        raise ClaimsError(f"they were not signed within {ACCEPTED_SECONDS} seconds")

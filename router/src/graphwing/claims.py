"""For subgraphs: believe what the router says about the client, and nobody else.

An ASGI middleware that verifies the claims which the router signs (RFC 9421, HMAC-SHA256). It
needs nothing but Python, and importing it imports nothing of the router.
"""

from __future__ import annotations

import json
import re
import time
from base64 import b64encode, urlsafe_b64decode
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from hashlib import sha256
from hmac import compare_digest, digest
from typing import Any, cast

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

CLAIMS = "graphwing-claims"
ACCEPTED_SECONDS = 60
"""How far the time of a signature may be from now: who copies it can use it no longer."""

_HEADERS = (CLAIMS, "signature-input", "signature")
_MOST_CHARACTERS = 64 * 1024

# The one form that the router writes; anything else was not written by it.
_INPUT = re.compile(
    r"graphwing="
    r'(?P<parameters>\("graphwing-claims"\);created=(?P<created>[0-9]{1,12})'
    r';keyid="graphwing";alg="hmac-sha256")',
    re.ASCII,
)
_SIGNATURE = re.compile(r"graphwing=:(?P<value>[A-Za-z0-9+/]{43}=):", re.ASCII)


class ClaimsError(Exception):
    """The claims are not the router's, or no longer; the text says why."""


def verified_claims(
    headers: Mapping[str, str],
    secrets: Sequence[str],
    *,
    now: float | None = None,
    accepted_seconds: float = ACCEPTED_SECONDS,
) -> dict[str, Any] | None:
    """Return what the router says of the client, nothing for an anonymous one.

    `headers` have lower-case names. One of `secrets` has to be the router's: with the new and the
    old one a secret is changed without a pause. Raises `ClaimsError` for a forgery.
    """
    claims = headers.get(CLAIMS)
    if claims is None:
        return None
    now = time.time() if now is None else now
    created = _signed_at(claims, headers, secrets)
    if abs(now - created) > accepted_seconds:
        raise ClaimsError(f"they were not signed within {accepted_seconds:g} seconds")
    said = _read(claims)
    expires = said.get("exp")
    if isinstance(expires, bool) or not isinstance(expires, int | float) or expires <= now:
        raise ClaimsError("they have expired")
    return said


class ClaimsMiddleware:
    """Gives an ASGI application the verified claims: `scope["state"]["claims"]`, or none there.

    Starlette and FastAPI know them as `request.state.claims`. Claims that are not the router's are
    refused with status 401, a WebSocket with 403; so is an anonymous client where one is `required`
    to be known.
    """

    def __init__(
        self,
        app: AsgiApp,
        *,
        secrets: Sequence[str],
        required: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Take the secrets that the router may sign with; raise `ValueError` for none."""
        if isinstance(secrets, str) or not secrets or not all(secrets):
            raise ValueError("give the secrets that the router may sign with, as a list")
        self._app = app
        self._secrets = tuple(secrets)
        self._required = required
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its claims, or refuse it."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        try:
            headers, others = _divided(scope["headers"])
            claims = self._verified(headers)
        except ClaimsError as error:
            await _refuse(scope, receive, send, error)
            return
        kept: Mapping[str, Any] = scope.get("state") or {}
        state = {**kept, "claims": claims}
        await self._app({**scope, "headers": others, "state": state}, receive, send)

    def _verified(self, headers: Mapping[str, str]) -> dict[str, Any] | None:
        claims = verified_claims(headers, self._secrets, now=self._clock())
        if claims is None and self._required:
            raise ClaimsError("there are none")
        return claims


def _signed_at(claims: str, headers: Mapping[str, str], secrets: Sequence[str]) -> int:
    """Return when the router signed the claims, or raise `ClaimsError` if it did not."""
    if len(claims) > _MOST_CHARACTERS:
        raise ClaimsError("they are too long")
    signed = _INPUT.fullmatch(headers.get("signature-input", ""))
    signature = _SIGNATURE.fullmatch(headers.get("signature", ""))
    if signed is None or signature is None:
        raise ClaimsError("they are not signed")
    # https://www.rfc-editor.org/rfc/rfc9421#section-2.5
    base = f'"{CLAIMS}": {claims}\n"@signature-params": {signed["parameters"]}'
    given = signature["value"].encode()
    # All are compared, so that nobody learns from the time it takes which of them is in use.
    text = base.encode("utf-8", "replace")
    matches = [
        compare_digest(b64encode(digest(one.encode(), text, sha256)), given) for one in secrets
    ]
    if not any(matches):
        raise ClaimsError("the signature is not the router's")
    return int(signed["created"])


def _read(claims: str) -> dict[str, Any]:
    try:
        said: object = json.loads(urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    except (ValueError, RecursionError) as error:
        raise ClaimsError("they cannot be read") from error
    if not isinstance(said, dict):
        raise ClaimsError("they are no object")
    return cast("dict[str, Any]", said)


def _divided(
    raw: Sequence[tuple[bytes, bytes]],
) -> tuple[dict[str, str], list[tuple[bytes, bytes]]]:
    """Return the headers of the claims, and all without those that only look like them."""
    found: dict[str, str] = {}
    others: list[tuple[bytes, bytes]] = []
    for name, value in raw:
        lower = name.decode("latin-1").lower()
        if lower in _HEADERS:
            if lower in found:
                raise ClaimsError(f"the header `{lower}` is there twice")
            found[lower] = value.decode("latin-1")
        # Some frameworks take an underscore for a hyphen.
        elif lower.replace("_", "-") in _HEADERS:
            continue
        others.append((name, value))
    return found, others


async def _refuse(scope: Scope, receive: Receive, send: Send, error: ClaimsError) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    message = f"the claims are refused: {error}"
    body = json.dumps(
        {"errors": [{"message": message, "extensions": {"code": "CLAIMS_REFUSED"}}]}
    ).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 401, "headers": headers})
    await send({"type": "http.response.body", "body": body})

"""Let pages of other origins ask, as far as policies say.

https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graphwing.errors import OriginRefusedError, SettingsError
from graphwing.server.headers.names import is_name
from graphwing.server.http.media_type import JSON
from graphwing.server.http.request import Message, Scope, Send
from graphwing.server.http.request_headers import RequestHeaders
from graphwing.server.http.response import HttpResponse, refusal
from graphwing.server.settings.http import CorsPolicySettings

_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#@\s,]+")
_LONGEST_ORIGIN = 512
_ANY = "*"
# Frames without an origin, files, and whatever else has none.
_NONE = "null"
_ANYONE = "https://anyone.invalid"

_Fields = list[tuple[bytes, bytes]]


class Cors:
    """Answers what browsers ask on behalf of pages, and marks what these pages may read."""

    def __init__(self, policies: Sequence[CorsPolicySettings]) -> None:
        """Raise `SettingsError` for a policy that cannot hold."""
        self._policies = [
            _Policy.of(one, f"http.cors.policies[{index}]") for index, one in enumerate(policies)
        ]

    async def preflight(self, scope: Scope, send: Send) -> bool:
        """Answer a browser that asks whether a page may ask; return whether it was that.

        https://fetch.spec.whatwg.org/#cors-preflight-request
        """
        headers = RequestHeaders(scope["headers"])
        origin = headers.get("origin")
        if origin is None or headers.get("access-control-request-method") is None:
            return False
        policy = self._policy(origin)
        if policy is None:
            response = refusal(OriginRefusedError(), JSON)
            await _send(send, response, [(b"vary", b"origin")])
            return True
        asked = headers.get("access-control-request-headers")
        fields = [*policy.granted(origin), *policy.permitted(asked)]
        fields.append((b"vary", b"origin, access-control-request-headers"))
        await send({"type": "http.response.start", "status": 204, "headers": fields})
        await send({"type": "http.response.body", "body": b""})
        return True

    def sending(self, scope: Scope, send: Send) -> Send:
        """Return what sends a response that its page may read if a policy says so."""
        origin = RequestHeaders(scope["headers"]).get("origin")
        policy = None if origin is None else self._policy(origin)
        fields: _Fields = [(b"vary", b"origin")]
        if origin is not None and policy is not None:
            fields += policy.granted(origin)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *fields]
            await send(message)

        return sending

    def _policy(self, origin: str) -> _Policy | None:
        if len(origin) > _LONGEST_ORIGIN:
            return None
        return next((one for one in self._policies if one.fits(origin)), None)


@dataclass(frozen=True, slots=True)
class _Policy:
    origins: frozenset[str]
    patterns: tuple[re.Pattern[str], ...]
    settings: CorsPolicySettings

    @classmethod
    def of(cls, settings: CorsPolicySettings, place: str) -> _Policy:
        """Return the policy in settings, or raise `SettingsError`."""
        for index, origin in enumerate(settings.origins):
            if origin not in {_ANY, _NONE} and not _ORIGIN.fullmatch(origin):
                raise SettingsError(
                    f"`{origin}` is no origin",
                    place=f"{place}.origins[{index}]",
                    remedy="write it in lower case, `https://host:port`, with nothing after that",
                )
        for key, names in (("headers", settings.headers), ("expose", settings.expose)):
            for index, name in enumerate(names):
                if not is_name(name.lower()):
                    raise SettingsError(
                        f"{name!r} is no name of a header", place=f"{place}.{key}[{index}]"
                    )
        patterns = tuple(_compiled(settings, place))
        policy = cls(frozenset(settings.origins), patterns, settings)
        if not policy.origins and not policy.patterns:
            raise SettingsError(
                "it is for no origin", place=place, remedy="give `origins` or `patterns`"
            )
        if settings.credentials:
            policy._require_somebody(place)
        return policy

    def fits(self, origin: str) -> bool:
        """Return whether this policy is for pages of `origin`."""
        return (
            origin in self.origins
            or _ANY in self.origins
            or any(pattern.fullmatch(origin) for pattern in self.patterns)
        )

    def granted(self, origin: str) -> Iterator[tuple[bytes, bytes]]:
        """Yield the headers by which a page may read a response."""
        is_any = _ANY in self.origins
        yield b"access-control-allow-origin", b"*" if is_any else origin.encode("latin-1")
        if self.settings.credentials:
            yield b"access-control-allow-credentials", b"true"
        if self.settings.expose:
            yield b"access-control-expose-headers", ", ".join(self.settings.expose).encode()

    def permitted(self, asked: str | None) -> Iterator[tuple[bytes, bytes]]:
        """Yield the headers by which a page may send a request; `asked` are those it wants."""
        settings = self.settings
        yield b"access-control-allow-methods", ", ".join(settings.methods).encode()
        headers = asked if _ANY in settings.headers else ", ".join(settings.headers)
        if headers:
            yield b"access-control-allow-headers", headers.encode("latin-1")
        yield b"access-control-max-age", b"%d" % settings.max_age

    def _require_somebody(self, place: str) -> None:
        """Raise `SettingsError` if whoever likes could use the cookies of whoever comes by."""
        if {_ANY, _NONE} & self.origins or any(one.fullmatch(_ANYONE) for one in self.patterns):
            raise SettingsError(
                "every page of the world could ask in the name of whoever looks at it",
                place=f"{place}.credentials",
                remedy="name the origins that may, or take `credentials` away",
            )


def _compiled(settings: CorsPolicySettings, place: str) -> Iterator[re.Pattern[str]]:
    for index, pattern in enumerate(settings.patterns):
        try:
            yield re.compile(pattern)
        except (re.error, OverflowError) as error:
            raise SettingsError(
                f"`{pattern}` is no regular expression: {error}",
                place=f"{place}.patterns[{index}]",
            ) from error


async def _send(send: Send, response: HttpResponse, fields: _Fields) -> None:
    fields = [*fields, (b"content-type", b"application/json; charset=utf-8")]
    fields.append((b"content-length", b"%d" % len(response.body)))
    await send({"type": "http.response.start", "status": response.status, "headers": fields})
    await send({"type": "http.response.body", "body": response.body})

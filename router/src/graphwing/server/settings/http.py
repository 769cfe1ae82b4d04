"""How clients may speak HTTP to the router."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from graphwing.server.settings.reader import Duration

CSRF_HEADERS = ("apollo-require-preflight", "x-apollo-operation-name", "x-graphwing-preflight")


class CsrfSettings(msgspec.Struct, frozen=True):
    """Refuse what any page could make a browser send without asking first."""

    enabled: bool = True
    """Whether such requests are refused."""
    headers: list[str] = msgspec.field(default_factory=lambda: [*CSRF_HEADERS])
    """A request with one of these cannot be such a one."""


class CorsPolicySettings(msgspec.Struct, frozen=True):
    """What pages of some origins may do."""

    origins: list[str] = []
    """As browsers write them, `https://shop.example`; `*` for all."""
    patterns: list[str] = []
    """Regular expressions that an origin has to match as a whole."""
    methods: list[Literal["GET", "POST"]] = msgspec.field(default_factory=lambda: ["GET", "POST"])
    """What they may ask with."""
    headers: list[str] = msgspec.field(
        default_factory=lambda: ["authorization", "content-type", *CSRF_HEADERS]
    )
    """What they may send; `*` for all that they want to."""
    expose: list[str] = []
    """What they may read of the headers of a response."""
    credentials: bool = False
    """Whether the browser may send cookies along."""
    max_age: Duration = Duration(600)
    """How long the browser may remember that it has asked."""


class CorsSettings(msgspec.Struct, frozen=True):
    """Which pages of other origins may ask."""

    policies: list[CorsPolicySettings] = []
    """The first that fits an origin counts; without one a page may not ask."""


class BatchingSettings(msgspec.Struct, frozen=True):
    """Several requests in one."""

    enabled: bool = False
    """Whether they are answered."""
    limit: Annotated[int, msgspec.Meta(ge=1)] = 10
    """How many may come at once."""


class CompressionSettings(msgspec.Struct, frozen=True):
    """Responses that are sent smaller than they are."""

    enabled: bool = False
    """Whether they are, for clients that accept it."""
    minimum: Annotated[int, msgspec.Meta(ge=0)] = 4096
    """Bytes that a response has to have for it."""
    level: Annotated[int, msgspec.Meta(ge=1, le=9)] = 1
    """How hard gzip tries: from 1, which is fast, to 9."""


class HttpSettings(msgspec.Struct, frozen=True):
    """How clients may speak HTTP to the router."""

    csrf: CsrfSettings = CsrfSettings()
    """Whether requests are refused that any page could make a browser send."""
    cors: CorsSettings = CorsSettings()
    """Which pages of other origins may ask."""
    batching: BatchingSettings = BatchingSettings()
    """Whether several requests may come in one."""
    compression: CompressionSettings = CompressionSettings()
    """Whether responses are compressed."""

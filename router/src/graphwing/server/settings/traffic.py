"""How many requests there may be, for how long, and what happens to those that fail."""

from __future__ import annotations

from typing import Annotated

import msgspec

from graphwing.server.settings.reader import Duration

Percent = Annotated[float, msgspec.Meta(gt=0, le=100)]
_Count = Annotated[int, msgspec.Meta(ge=1)]
_CountFromZero = Annotated[int, msgspec.Meta(ge=0)]
_Bytes = Annotated[int, msgspec.Meta(ge=1)]


class RetrySettings(msgspec.Struct, frozen=True):
    """When a query is sent to a subgraph again. A mutation never is."""

    attempts: Annotated[int, msgspec.Meta(ge=0, le=10)] = 1
    """How often; never if it is 0."""
    delay: Duration = Duration(0.05)
    """The shortest pause before that."""
    longest_delay: Duration = Duration(1)
    """The longest pause; each may be up to three times as long as the one before."""
    attempt_timeout: Duration | None = None
    """How long one attempt may take. Without it the first may use up the whole timeout."""
    budget: Percent = 10.0
    """Percent of the requests to the subgraph that may be sent again."""
    floor: Annotated[float, msgspec.Meta(ge=0)] = 1.0
    """How many a second may be sent again however few requests there are."""


class BreakerSettings(msgspec.Struct, frozen=True):
    """When a subgraph is no longer asked."""

    enabled: bool = True
    """Whether there is a breaker where this section is."""
    failures: Percent = 50.0
    """Percent of its requests that fail: by a timeout, the connection, or a status of 5xx."""
    requests: _Count = 20
    """How many must have ended within the window."""
    window: Duration = Duration(10)
    """How long the past is that counts."""
    pause: Duration = Duration(5)
    """How long it is left alone until one request tries."""


class ConcurrencySettings(msgspec.Struct, frozen=True):
    """How many requests may be under way at once."""

    enabled: bool = True
    """Whether there is a limit where this section is."""
    limit: _Count = 100
    """How many."""
    queue: _CountFromZero = 1000
    """How many more may wait for one of these places."""
    patience: Duration = Duration(5)
    """How long they may wait."""


class SubgraphTraffic(msgspec.Struct, frozen=True):
    """How a subgraph is asked."""

    retry: RetrySettings | None = None
    """When a query is sent to it again."""
    breaker: BreakerSettings | None = None
    """When it is no longer asked; there is no breaker without this section."""
    concurrency: ConcurrencySettings | None = None
    """How many requests it may get at once; there is no limit without this section."""
    answer_limit: _Bytes | None = None
    """Bytes that an answer over HTTP may have, unpacked."""
    tell_deadline: bool | None = None
    """Whether it is told how many milliseconds the router waits, as `x-request-deadline`."""

    def over(self, others: SubgraphTraffic) -> SubgraphTraffic:
        """Return these settings, with those of `others` where there are none."""
        return SubgraphTraffic(
            self.retry or others.retry,
            self.breaker or others.breaker,
            self.concurrency or others.concurrency,
            self.answer_limit or others.answer_limit,
            others.tell_deadline if self.tell_deadline is None else self.tell_deadline,
        )


class ClientKeySettings(msgspec.Struct, frozen=True):
    """What makes requests those of one client; its address where it has nothing of that."""

    claim: str | None = None
    """A claim of its verified token, such as `sub`."""
    header: str | None = None
    """A header, such as `apollographql-client-name`: clients can send what they like."""
    python: str | None = None
    """A function to import, `package.module:function`, that gets a `graphwing.Client`."""


class RateLimitSettings(msgspec.Struct, frozen=True):
    """How many requests one client may send."""

    requests: _Count
    """How many it may send in the time of `per`."""
    per: Duration = Duration(1)
    """The time."""
    burst: _Count | None = None
    """How many at once after a pause; `requests` if it is not set."""
    by: ClientKeySettings = ClientKeySettings()
    """What makes requests those of one client."""
    clients: _Count = 100_000
    """How many clients are remembered; who was not seen for longest is forgotten first."""


class TrafficSettings(msgspec.Struct, frozen=True):
    """What keeps the router and its subgraphs from having too much to do."""

    request_timeout: Duration | None = Duration(30)
    """How long a whole request may take; subscriptions may take as long as they want."""
    trusted_proxies: _CountFromZero = 0
    """How many proxies stand before the router that say truly in `x-forwarded-for` who asks."""
    in_flight: ConcurrencySettings | None = None
    """How many requests of clients may be under way at once; no limit without this section."""
    rate_limit: RateLimitSettings | None = None
    """How many requests one client may send; there is no limit without this section."""
    subgraphs: SubgraphTraffic = SubgraphTraffic()
    """How subgraphs are asked that have no `traffic` of their own."""

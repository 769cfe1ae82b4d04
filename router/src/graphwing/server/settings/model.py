"""The settings of a router that runs as a server: one file, every key with its meaning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, cast

import msgspec

from graphwing.errors import SettingsError
from graphwing.execution.transports.event_streams import StreamProtocol
from graphwing.server.app import BODY_LIMIT
from graphwing.server.documents.documents import LONGEST_DOCUMENT
from graphwing.server.http.protocol import RouterProtocol
from graphwing.server.operations.rules import MOST_TOKENS
from graphwing.server.settings.authorization import AuthorizationSettings
from graphwing.server.settings.demand_control import DemandControl
from graphwing.server.settings.documents import DocumentSettings
from graphwing.server.settings.files import read_text
from graphwing.server.settings.headers import HeaderSettings, RuleSettings
from graphwing.server.settings.http import HttpSettings
from graphwing.server.settings.identity import IdentitySettings
from graphwing.server.settings.operation_limits import OperationLimits
from graphwing.server.settings.profiles import Profile, with_profile
from graphwing.server.settings.reader import (
    Duration,
    DurationOrZero,
    read_sections,
    sections_in,
)
from graphwing.server.settings.sharing import SharingSettings
from graphwing.server.settings.traffic import SubgraphTraffic, TrafficSettings
from graphwing.server.streams.subscriptions import SubscriptionSettings
from graphwing.server.telemetry.settings import TelemetrySettings

Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]


class Listen(msgspec.Struct, frozen=True):
    """Where clients reach the router."""

    host: str = "127.0.0.1"
    """The address, of IPv4 or IPv6; `0.0.0.0` for all of this machine."""
    port: Port = 4000
    """The port; a free one if it is 0."""


class ReconnectSettings(msgspec.Struct, frozen=True):
    """What happens when the events of a subgraph break off; at first the subscription ends."""

    attempts: Annotated[int, msgspec.Meta(ge=0)] = 0
    """How often in a row they are asked for again."""
    delay: Duration = Duration(1)
    """How long before the first time; twice as long before each further one, up to 30 s."""


class EventSettings(msgspec.Struct, frozen=True):
    """How the events of a subgraph are asked for."""

    protocol: StreamProtocol = "auto"
    """A WebSocket, server-sent events, or `auto`: the first, and the second where it is refused."""
    url: str | None = None
    """Where, if it is not where the other requests go; `path` where only the path differs."""
    path: str | None = None
    """The path, where only that differs."""
    ping: Duration = Duration(15)
    """When a silent WebSocket is asked for a sign of life."""
    silence: Duration = Duration(30)
    """When a silent WebSocket is given up."""
    reconnect: ReconnectSettings = ReconnectSettings()
    """What happens when they break off."""


class SubgraphSettings(msgspec.Struct, frozen=True):
    """How to reach one subgraph: over HTTP or in this process."""

    url: str | None = None
    """Its address, `http:`, `https:` or `unix:`; where the supergraph says, if it is not given."""
    asgi: str | None = None
    """An application to import, `shop.app:app`, or to make, `shop.app:create_app()`."""
    path: str = "/graphql"
    """Where that application answers GraphQL."""
    timeout: Duration | None = None
    """How long to wait for it; as long as for all others, if it is not given."""
    subscriptions: EventSettings = EventSettings()
    """How its events are asked for."""
    headers: RuleSettings = RuleSettings()
    """Which headers pass to it and back, after the rules for all."""
    traffic: SubgraphTraffic = SubgraphTraffic()
    """What it may be asked; as `traffic.subgraphs` says, section by section, if not given."""


class Limits(msgspec.Struct, frozen=True):
    """What a request may weigh."""

    body: Annotated[int, msgspec.Meta(ge=1)] = BODY_LIMIT
    """Bytes of a request's body."""
    headers: Annotated[int, msgspec.Meta(ge=1)] = RouterProtocol.header_bytes
    """Bytes of a request's line and headers."""
    read: Duration = Duration(RouterProtocol.read_seconds)
    """How long a client may take to send a request."""
    operation: OperationLimits = OperationLimits()
    """What an operation may be made of."""
    document: Annotated[int, msgspec.Meta(ge=1)] = LONGEST_DOCUMENT
    """Characters of a document that a client sends."""
    tokens: Annotated[int, msgspec.Meta(ge=1)] = MOST_TOKENS
    """Names, numbers, texts and signs in a document."""


class PlanningSettings(msgspec.Struct, frozen=True):
    """How long a new operation may be planned."""

    soft_limit: Duration = Duration(1)
    """After that the best plan so far is taken."""
    hard_limit: Duration = Duration(10)
    """After that the operation is refused."""


class HealthSettings(msgspec.Struct, frozen=True):
    """What clients may ask of the router itself."""

    verbose: bool = True
    """Whether `/readyz?verbose` tells clients what it looked at, subgraphs by name."""


class ShutdownSettings(msgspec.Struct, frozen=True):
    """How the router takes leave on SIGTERM."""

    lame_duck: DurationOrZero = DurationOrZero(0)
    """How long it goes on as before, only no longer ready, so that load balancers notice."""
    drain: DurationOrZero = DurationOrZero(30)
    """How long requests that are under way may take after that."""


class Settings(msgspec.Struct, frozen=True):
    """All settings."""

    profile: Profile | None = None
    """A set of other defaults; what is written in the file wins over it."""
    supergraph: Path | None = None
    """The composed supergraph; without it the subgraphs are composed when the router opens."""
    reload_every: Duration | None = None
    """How often to look whether the graph has changed; it stays as it is if this is not set."""
    listen: Listen = Listen()
    """Where clients reach the router."""
    timeout: Duration = Duration(10)
    """How long to wait for a subgraph that has no timeout of its own."""
    subgraphs: dict[str, SubgraphSettings] = {}
    """How to reach them, by name."""
    headers: HeaderSettings = HeaderSettings()
    """Which headers of clients subgraphs see."""
    identity: IdentitySettings | None = None
    """Whose tokens are valid; without this section nobody is anybody."""
    authorization: AuthorizationSettings = AuthorizationSettings()
    """How access rules of the supergraph are enforced."""
    limits: Limits = Limits()
    """What a request may weigh."""
    planning: PlanningSettings = PlanningSettings()
    """How long a new operation may be planned."""
    sharing: SharingSettings = SharingSettings()
    """Which queries are answered once that come several times at the same time."""
    introspection: bool = True
    """Whether clients may ask for the schema; `__typename` they may in any case."""
    demand_control: DemandControl = DemandControl()
    """What operations may cost, by `@cost` and `@listSize` of the graph."""
    suggestions: bool | None = None
    """Whether errors name what may have been meant; as `introspection` if it is not set."""
    http: HttpSettings = HttpSettings()
    """How clients may speak HTTP to the router."""
    documents: DocumentSettings = DocumentSettings()
    """Which documents are answered, and how clients may name them."""
    override_labels: list[str] = []
    """The labels of `@override(label:)` that hold; those like `percent(5)` need not be named."""
    subscriptions: SubscriptionSettings = SubscriptionSettings()
    """How clients are served that stay."""
    health: HealthSettings = HealthSettings()
    """What clients may ask of the router itself."""
    shutdown: ShutdownSettings = ShutdownSettings()
    """How the router takes leave."""
    traffic: TrafficSettings = TrafficSettings()
    """What keeps the router and its subgraphs from having too much to do."""
    telemetry: TelemetrySettings = TelemetrySettings()
    """What of its work the router shows."""


def load_settings(path: Path, profile: Profile | None = None) -> Settings:
    """Return the settings in the YAML or TOML file `path`, or raise `SettingsError`.

    They are those of the `profile`, if it is given, and else of the one that the file names.
    """
    return _without_problem(_read(path, read_text(path, what="settings"), profile))


def settings_of_profile(profile: Profile | None) -> Settings:
    """Return the settings without a file."""
    return _without_problem(_read(Path(), "", profile))


def read_or_problems(path: Path, profile: Profile | None = None) -> Settings | list[SettingsError]:
    """Return the settings in a file, or all that is wrong with them, if it is readable at all.

    Raises `SettingsError` for a file that is not.
    """
    text = read_text(path, what="settings")
    try:
        return _read(path, text, profile)
    except SettingsError as error:
        return [error]


class _ProfileChoice(msgspec.Struct, frozen=True):
    profile: Profile | None = None


def _read(path: Path, text: str, profile: Profile | None) -> Settings | list[SettingsError]:
    sections = sections_in(path, text)
    if isinstance(sections, dict):
        entries = cast("dict[Any, object]", sections)
        sections = with_profile(profile or _profile_in(path, entries), entries)
    read = read_sections(path, sections, Settings)
    if isinstance(read, list):
        return read
    return [*_contradictions(path, read)] or read


def _profile_in(path: Path, entries: Mapping[Any, object]) -> Profile | None:
    """Return the profile that a file names; what is none is reported with all else."""
    named = {key: entries[key] for key in ("profile",) if key in entries}
    choice = read_sections(path, named, _ProfileChoice)
    return None if isinstance(choice, list) else choice.profile


def _contradictions(path: Path, settings: Settings) -> Iterator[SettingsError]:
    for name, one in settings.subgraphs.items():
        if one.url and one.asgi:
            yield SettingsError(
                "`url` and `asgi` are both set",
                place=f"{path}: subgraphs.{name}",
                remedy="keep the one that should be used",
            )


def _without_problem(read: Settings | list[SettingsError]) -> Settings:
    if isinstance(read, list):
        raise read[0]
    return read

"""The settings of a router that runs as a server: one file, every key with its meaning."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec

from graphwing.errors import SettingsError
from graphwing.execution.transports.event_streams import StreamProtocol
from graphwing.server.app import BODY_LIMIT
from graphwing.server.settings.reader import Duration, read_settings
from graphwing.server.settings.sharing import SharingSettings
from graphwing.server.streams.subscriptions import SubscriptionSettings

Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]


class Listen(msgspec.Struct, frozen=True):
    """Where clients reach the router."""

    host: str = "127.0.0.1"
    port: Port = 4000


class ReconnectSettings(msgspec.Struct, frozen=True):
    """What happens when the events of a subgraph break off; at first the subscription ends."""

    attempts: Annotated[int, msgspec.Meta(ge=0)] = 0
    delay: Duration = Duration(1)


class EventSettings(msgspec.Struct, frozen=True):
    """How the events of a subgraph are asked for."""

    protocol: StreamProtocol = "auto"
    url: str | None = None
    """Where, if it is not where the other requests go; `path` where only the path differs."""
    path: str | None = None
    ping: Duration = Duration(15)
    silence: Duration = Duration(30)
    reconnect: ReconnectSettings = ReconnectSettings()


class SubgraphSettings(msgspec.Struct, frozen=True):
    """How to reach one subgraph: over HTTP or in this process."""

    url: str | None = None
    asgi: str | None = None
    """An application to import, `shop.app:app`, or to make, `shop.app:create_app()`."""
    path: str = "/graphql"
    """Where that application answers GraphQL."""
    timeout: Duration | None = None
    subscriptions: EventSettings = EventSettings()


class HeaderSettings(msgspec.Struct, frozen=True):
    """Which headers of clients subgraphs see."""

    propagate: list[str] = []


class JwksSettings(msgspec.Struct, frozen=True):
    """Where the public keys of the issuer are."""

    file: Path


class ForwardSettings(msgspec.Struct, frozen=True):
    """How verified claims are signed for subgraphs."""

    secret: Annotated[str, msgspec.Meta(min_length=1)]


class IdentitySettings(msgspec.Struct, frozen=True):
    """Whose tokens are valid. Without this section nobody is anybody."""

    jwks: JwksSettings
    issuer: str
    audience: str
    forward: ForwardSettings | None = None


class Limits(msgspec.Struct, frozen=True):
    """What a request may weigh."""

    body: Annotated[int, msgspec.Meta(ge=1)] = BODY_LIMIT
    """Bytes of a request's body."""


class PlanningSettings(msgspec.Struct, frozen=True):
    """How long a new operation may be planned."""

    soft_limit: Duration = Duration(1)
    """After that the best plan so far is taken."""
    hard_limit: Duration = Duration(10)
    """After that the operation is refused."""


class Settings(msgspec.Struct, frozen=True):
    """All settings."""

    supergraph: Path | None = None
    reload_every: Duration | None = None
    """How often to look whether the graph has changed; it stays as it is if this is not set."""
    listen: Listen = Listen()
    timeout: Duration = Duration(10)
    """How long to wait for a subgraph that has no timeout of its own."""
    subgraphs: dict[str, SubgraphSettings] = {}
    headers: HeaderSettings = HeaderSettings()
    identity: IdentitySettings | None = None
    limits: Limits = Limits()
    planning: PlanningSettings = PlanningSettings()
    sharing: SharingSettings = SharingSettings()
    override_labels: list[str] = []
    """The labels of `@override(label:)` that hold; those like `percent(5)` need not be named."""
    subscriptions: SubscriptionSettings = SubscriptionSettings()


def load_settings(path: Path) -> Settings:
    """Return the settings in the YAML or TOML file `path`, or raise `SettingsError`."""
    settings = read_settings(path, Settings)
    for name, one in settings.subgraphs.items():
        if one.url and one.asgi:
            raise SettingsError(
                "`url` and `asgi` are both set",
                place=f"{path}: subgraphs.{name}",
                remedy="keep the one that should be used",
            )
    return settings

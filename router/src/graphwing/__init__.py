"""graphwing: a GraphQL federation router for Python."""

from typing import TYPE_CHECKING, Any

from graphwing.errors import (
    CompositionError,
    CompositionProblem,
    FederationError,
    OperationError,
    PlanningError,
    RequestError,
    SettingsError,
    SubgraphError,
    SubgraphTimeoutError,
    SupergraphError,
)
from graphwing.execution import Reconnect, SubgraphAnswer, SubgraphRequest, Transport
from graphwing.execution.transports.event_streams import EventStreams
from graphwing.planner import Planner, render_json, render_text
from graphwing.server.access.authorization import Authorization, Caller
from graphwing.server.configured import router_from_settings
from graphwing.server.documents.documents import Documents
from graphwing.server.graph.subgraph import Subgraph
from graphwing.server.identity.identity import Identity
from graphwing.server.identity.issuer import Issuer
from graphwing.server.identity.token_sources import CookieToken, HeaderToken
from graphwing.server.operations.rules import OperationRules
from graphwing.server.router import Router
from graphwing.server.settings.demand_control import DemandControl
from graphwing.server.settings.documents import (
    AutomaticSettings,
    DocumentSettings,
    TrustedSettings,
)
from graphwing.server.settings.http import (
    BatchingSettings,
    CompressionSettings,
    CorsPolicySettings,
    CorsSettings,
    CsrfSettings,
    HttpSettings,
)
from graphwing.server.settings.model import Settings, load_settings
from graphwing.server.settings.operation_limits import OperationLimits
from graphwing.server.settings.sharing import SharingSettings
from graphwing.server.settings.traffic import (
    BreakerSettings,
    ClientKeySettings,
    ConcurrencySettings,
    RateLimitSettings,
    RetrySettings,
    SubgraphTraffic,
    TrafficSettings,
)
from graphwing.server.streams.subscriptions import SubscriptionSettings
from graphwing.server.traffic.client import Client
from graphwing.supergraph import Supergraph, parse_supergraph

if TYPE_CHECKING:
    from graphwing.composition import SubgraphSdl, compose

__all__ = [
    "Authorization",
    "AutomaticSettings",
    "BatchingSettings",
    "BreakerSettings",
    "Caller",
    "Client",
    "ClientKeySettings",
    "CompositionError",
    "CompositionProblem",
    "CompressionSettings",
    "ConcurrencySettings",
    "CookieToken",
    "CorsPolicySettings",
    "CorsSettings",
    "CsrfSettings",
    "DemandControl",
    "DocumentSettings",
    "Documents",
    "EventStreams",
    "FederationError",
    "HeaderToken",
    "HttpSettings",
    "Identity",
    "Issuer",
    "OperationError",
    "OperationLimits",
    "OperationRules",
    "Planner",
    "PlanningError",
    "RateLimitSettings",
    "Reconnect",
    "RequestError",
    "RetrySettings",
    "Router",
    "Settings",
    "SettingsError",
    "SharingSettings",
    "Subgraph",
    "SubgraphAnswer",
    "SubgraphError",
    "SubgraphRequest",
    "SubgraphSdl",
    "SubgraphTimeoutError",
    "SubgraphTraffic",
    "SubscriptionSettings",
    "Supergraph",
    "SupergraphError",
    "TrafficSettings",
    "Transport",
    "TrustedSettings",
    "compose",
    "load_settings",
    "parse_supergraph",
    "render_json",
    "render_text",
    "router_from_settings",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 (as the language has it)
    """Import composition when it is used: a router of a supergraph starts without it."""
    if name in {"SubgraphSdl", "compose"}:
        from graphwing import composition  # noqa: PLC0415

        return getattr(composition, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""graphwing: a GraphQL federation router for Python."""

from graphwing.composition import SubgraphSdl, compose
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
from graphwing.server.configured import router_from_settings
from graphwing.server.identity import Identity
from graphwing.server.router import Router
from graphwing.server.settings import Settings, load_settings
from graphwing.server.sharing import SharingSettings
from graphwing.server.sources import Subgraph
from graphwing.server.subscriptions import SubscriptionSettings
from graphwing.supergraph import Supergraph, parse_supergraph

__all__ = [
    "CompositionError",
    "CompositionProblem",
    "EventStreams",
    "FederationError",
    "Identity",
    "OperationError",
    "Planner",
    "PlanningError",
    "Reconnect",
    "RequestError",
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
    "SubscriptionSettings",
    "Supergraph",
    "SupergraphError",
    "Transport",
    "compose",
    "load_settings",
    "parse_supergraph",
    "render_json",
    "render_text",
    "router_from_settings",
]

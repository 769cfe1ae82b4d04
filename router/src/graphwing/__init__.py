"""graphwing: a GraphQL federation router for Python."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

# What is imported when it is first used: parts of it are of use alone, and start so at once.
_HOMES = {
    "Authorization": "graphwing.server.access.authorization",
    "AutomaticSettings": "graphwing.server.settings.documents",
    "BatchingSettings": "graphwing.server.settings.http",
    "BreakerSettings": "graphwing.server.settings.traffic",
    "Caller": "graphwing.server.access.authorization",
    "Client": "graphwing.server.traffic.client",
    "ClientKeySettings": "graphwing.server.settings.traffic",
    "CompositionError": "graphwing.errors",
    "CompositionProblem": "graphwing.errors",
    "CompressionSettings": "graphwing.server.settings.http",
    "ConcurrencySettings": "graphwing.server.settings.traffic",
    "CookieToken": "graphwing.server.identity.token_sources",
    "CorsPolicySettings": "graphwing.server.settings.http",
    "CorsSettings": "graphwing.server.settings.http",
    "CsrfSettings": "graphwing.server.settings.http",
    "DemandControl": "graphwing.server.settings.demand_control",
    "DocumentSettings": "graphwing.server.settings.documents",
    "Documents": "graphwing.server.documents.documents",
    "EventStreams": "graphwing.execution.transports.event_streams",
    "FederationError": "graphwing.errors",
    "HeaderToken": "graphwing.server.identity.token_sources",
    "HttpSettings": "graphwing.server.settings.http",
    "Identity": "graphwing.server.identity.identity",
    "Issuer": "graphwing.server.identity.issuer",
    "OperationError": "graphwing.errors",
    "OperationLimits": "graphwing.server.settings.operation_limits",
    "OperationRules": "graphwing.server.operations.rules",
    "Planner": "graphwing.planner",
    "PlanningError": "graphwing.errors",
    "RateLimitSettings": "graphwing.server.settings.traffic",
    "Reconnect": "graphwing.execution",
    "RequestError": "graphwing.errors",
    "RetrySettings": "graphwing.server.settings.traffic",
    "Router": "graphwing.server.router",
    "Settings": "graphwing.server.settings.model",
    "SettingsError": "graphwing.errors",
    "SharingSettings": "graphwing.server.settings.sharing",
    "Subgraph": "graphwing.server.graph.subgraph",
    "SubgraphAnswer": "graphwing.execution",
    "SubgraphError": "graphwing.errors",
    "SubgraphRequest": "graphwing.execution",
    "SubgraphSdl": "graphwing.composition",
    "SubgraphTimeoutError": "graphwing.errors",
    "SubgraphTraffic": "graphwing.server.settings.traffic",
    "SubscriptionSettings": "graphwing.server.streams.subscriptions",
    "Supergraph": "graphwing.supergraph",
    "SupergraphError": "graphwing.errors",
    "TrafficSettings": "graphwing.server.settings.traffic",
    "Transport": "graphwing.execution",
    "TrustedSettings": "graphwing.server.settings.documents",
    "compose": "graphwing.composition",
    "load_settings": "graphwing.server.settings.model",
    "parse_supergraph": "graphwing.supergraph",
    "render_json": "graphwing.planner",
    "render_text": "graphwing.planner",
    "router_from_settings": "graphwing.server.configured",
}

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
    """Import what is used from where it lives."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found = getattr(import_module(home), name)
    return found

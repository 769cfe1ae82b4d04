"""Make a router of its settings."""

from __future__ import annotations

from typing import cast

from msgspec.structs import replace

from graphwing.errors import FederationError, SettingsError
from graphwing.execution import Reconnect
from graphwing.execution.transports.event_streams import EventStreams
from graphwing.planner import Limits
from graphwing.server.access.authorization import Authorization, Policies
from graphwing.server.documents.documents import Documents
from graphwing.server.graph.app_import import imported, imported_app
from graphwing.server.graph.subgraph import ADDRESSES, Subgraph
from graphwing.server.headers.configured import headers_from_settings
from graphwing.server.http.rules import HttpRules
from graphwing.server.identity.configured import identity_from_settings
from graphwing.server.operations.rules import OperationRules
from graphwing.server.router import Router
from graphwing.server.settings.authorization import AuthorizationSettings
from graphwing.server.settings.demand_control import DemandControl
from graphwing.server.settings.model import (
    EventSettings,
    Settings,
    SubgraphSettings,
)
from graphwing.server.settings.traffic import SubgraphTraffic
from graphwing.server.streams.subscriptions import SubscriptionSettings
from graphwing.server.telemetry.configured import require_metrics_possible
from graphwing.server.telemetry.telemetry import Telemetry


def router_from_settings(settings: Settings, telemetry: Telemetry | None = None) -> Router:
    """Return the router that `settings` describe, not yet open, watched by `telemetry`.

    Without a supergraph in the settings, the subgraphs are composed when the router opens.
    Raises `SettingsError` and `SupergraphError`.
    """
    _require_patience("subscriptions", settings.subscriptions)
    _require_order("traffic.subgraphs", settings.traffic.subgraphs)
    return Router(
        {name: subgraph_from_settings(name, one) for name, one in settings.subgraphs.items()},
        supergraph=settings.supergraph,
        timeout=settings.timeout,
        identity=settings.identity and identity_from_settings(settings.identity),
        authorization=_authorization(settings.authorization),
        headers=headers_from_settings(
            settings.headers, {name: one.headers for name, one in settings.subgraphs.items()}
        ),
        override_labels=settings.override_labels,
        sharing=settings.sharing,
        rules=OperationRules(
            limits=settings.limits.operation,
            demand_control=_demand_control(settings.demand_control),
            tokens=settings.limits.tokens,
            introspection=settings.introspection,
            suggestions=settings.suggestions,
        ),
        documents=_documents(settings),
        telemetry=telemetry,
        traffic=settings.traffic,
        planning=Limits(
            soft_seconds=settings.planning.soft_limit, hard_seconds=settings.planning.hard_limit
        ),
    )


def settings_problems(settings: Settings) -> list[FederationError]:
    """Return why a router of these settings would not start, as far as that can be known before.

    What they name is looked at: files are read, applications are imported, nobody is asked.
    """
    problems: list[FederationError] = []
    try:
        require_metrics_possible(settings.telemetry)
    except SettingsError as problem:
        problems.append(problem)
    try:
        HttpRules(settings.http)
    except SettingsError as problem:
        problems.append(problem)
    usable: dict[str, SubgraphSettings] = {}
    for name, one in settings.subgraphs.items():
        try:
            subgraph_from_settings(name, one)
            usable[name] = one
        except FederationError as problem:
            problems.append(problem)
    if usable or settings.supergraph or not settings.subgraphs:
        try:
            router_from_settings(replace(settings, subgraphs=usable))
        except FederationError as problem:
            problems.append(problem)
    return problems


def subgraph_from_settings(name: str, settings: SubgraphSettings) -> Subgraph:
    """Return the subgraph `name` as `settings` describe it, or raise `SettingsError`."""
    place = f"subgraphs.{name}"
    events = settings.subscriptions
    _require_order(f"{place}.traffic", settings.traffic)
    if settings.url and not settings.url.startswith(ADDRESSES):
        raise SettingsError(
            f"`{settings.url}` is no address of HTTP",
            place=f"{place}.url",
            remedy="write it as `http://host:port/path`, or `unix:/run/its.sock?path=/graphql`",
        )
    return Subgraph(
        url=settings.url,
        app=imported_app(settings.asgi, place=place) if settings.asgi else None,
        path=settings.path,
        timeout=settings.timeout,
        streams=_streams(place, events),
        reconnect=Reconnect(events.reconnect.attempts, events.reconnect.delay),
        traffic=settings.traffic,
    )


def _streams(place: str, events: EventSettings) -> EventStreams:
    if events.url and not events.url.startswith(("http://", "https://", "ws://", "wss://")):
        raise SettingsError(
            f"`{events.url}` is no address of a stream",
            place=f"{place}.subscriptions.url",
            remedy="write it as `ws://host:port/path`, or `http://` for `sse`",
        )
    _require_patience(f"{place}.subscriptions", events)
    return EventStreams(events.protocol, events.url, events.path, events.ping, events.silence)


def _require_patience(place: str, settings: EventSettings | SubscriptionSettings) -> None:
    if settings.silence <= settings.ping:
        raise SettingsError(
            f"{settings.silence:g} s are over before a ping after {settings.ping:g} s is answered",
            place=f"{place}.silence",
            remedy="make it longer than `ping`",
        )


def _authorization(settings: AuthorizationSettings) -> Authorization:
    return Authorization(
        mode=settings.mode,
        scopes_claim=settings.scopes_claim,
        policies=_policies(settings.policies) if settings.policies else None,
    )


def _policies(name: str) -> Policies:
    place = "authorization.policies"
    example = "package.module:function"
    found = imported(name, place=place, what="function", example=example)
    if not callable(found):
        raise SettingsError(f"`{name}` is no function", place=place)
    return cast("Policies", found)


def _documents(settings: Settings) -> Documents:
    trusted = settings.documents.trusted
    if trusted.mode != "off" and not trusted.manifests:
        raise SettingsError(
            "there is no manifest, so no document would be trusted",
            place="documents.trusted.manifests",
            remedy="give the manifests that the builds of clients write",
        )
    return Documents(settings.documents, longest=settings.limits.document)


def _require_order(place: str, settings: SubgraphTraffic) -> None:
    retry = settings.retry
    if retry is not None and retry.longest_delay < retry.delay:
        raise SettingsError(
            f"{retry.longest_delay:g} s is shorter than the shortest pause, {retry.delay:g} s",
            place=f"{place}.retry.longest_delay",
            remedy="make it longer than `delay`",
        )


def _demand_control(settings: DemandControl) -> DemandControl:
    if settings.mode == "enforce" and settings.max is None:
        raise SettingsError(
            "nothing is too dear as long as it is not said what operations may cost",
            place="demand_control.max",
            remedy="set it; `mode: measure` with `extensions: true` shows what operations cost",
        )
    return settings

"""The ways to subgraphs, each open for as long as some generation of the graph uses it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any

from graphwing.execution import Endpoint, Transport
from graphwing.execution.loop_hold import LoopHold
from graphwing.execution.transports.deadline import DeadlineTransport
from graphwing.execution.transports.in_process import AsgiTransport, SchemaTransport
from graphwing.execution.transports.sharing import SharingTransport
from graphwing.server.graph.checks import NOWHERE, way_check
from graphwing.server.graph.subgraph import NowhereTransport, Subgraph
from graphwing.server.headers.header_rules import HeaderRules
from graphwing.server.settings.traffic import SubgraphTraffic
from graphwing.server.telemetry.telemetry import Telemetry
from graphwing.server.traffic.to_subgraph import ToSubgraph, TrafficView

_Key = tuple[str, str | None]

# What nobody has to see of an address.
_PASSWORD = re.compile(r"(?<=://)[^/@\s]*@")


@dataclass(slots=True)
class _Way:
    transport: Transport
    origin: Transport
    """What sends, without all that stands before it."""
    users: int = 0


class Ways:
    """Opens ways to subgraphs. One that several generations have in common stays open."""

    def __init__(  # noqa: PLR0913 - one for each thing to decide
        self,
        subgraphs: Mapping[str, Subgraph],
        *,
        timeout: float,
        shares_requests: bool,
        traffic: SubgraphTraffic | None = None,
        telemetry: Telemetry | None = None,
        headers: HeaderRules | None = None,
    ) -> None:
        """Take how to reach some subgraphs; the others are where the supergraph says.

        `timeout` and `traffic` are for those that have none of their own; `telemetry` watches what
        is sent, and `headers` say what passes.
        """
        self._telemetry = telemetry
        self._headers = headers or HeaderRules()
        self._subgraphs = subgraphs
        self._timeout = timeout
        self._shares_requests = shares_requests
        self._traffic = traffic or SubgraphTraffic()
        self._open: dict[_Key, _Way] = {}
        self._shaping: dict[str, ToSubgraph] = {}

    def traffic(self) -> dict[str, TrafficView]:
        """Return how it stands with requests to each subgraph that was ever asked."""
        return {name: shaping.view() for name, shaping in self._shaping.items()}

    async def use(self, name: str, url: str | None, until: AsyncExitStack) -> Endpoint:
        """Return the way to a subgraph, open at least until the stack is closed.

        `url` is where the supergraph says it is.
        """
        given = self._subgraphs.get(name, Subgraph())
        if not given.is_reachable:
            given = replace(given, url=url)
        timeout = self._timeout if given.timeout is None else given.timeout
        key = (name, given.url)
        way = self._open.get(key)
        if way is None:
            settings = given.traffic.over(self._traffic)
            origin = given.transport(
                name, answer_limit=settings.answer_limit, wanted=self._headers.wanted(name)
            )
            way = _Way(self._around(name, origin, settings, timeout), origin)
            await way.transport.open()
            self._open[key] = way
        way.users += 1
        until.push_async_callback(self._leave, key, way)
        return Endpoint(way.transport, timeout, given.reconnect)

    def loop_holds(self) -> dict[str, LoopHold]:
        """Return, by subgraph in this process, how long it holds the event loop."""
        return {
            name: way.origin.hold
            for (name, _), way in self._open.items()
            if isinstance(way.origin, AsgiTransport | SchemaTransport)
        }

    def checks(self) -> dict[str, Any]:
        """Return, by subgraph, which ways are open and what they say of themselves."""
        checks: dict[str, Any] = {}
        for (name, url), way in self._open.items():
            address = _PASSWORD.sub("", url) if url else "in this process"
            if isinstance(way.origin, NowhereTransport):
                address = NOWHERE
            check = way_check(address, self._shaping[name].view())
            # For a while two generations may have different ways to one subgraph.
            checks[name if name not in checks else f"{name} ({address})"] = check
        return checks

    def _around(
        self,
        name: str,
        origin: Transport,
        settings: SubgraphTraffic,
        timeout: float,
    ) -> Transport:
        """Return what leads to a subgraph; `origin`, the innermost part of it, is what sends."""
        shaping = self._shaping.get(name)
        if shaping is None:
            shaping = self._shaping[name] = ToSubgraph(name, settings, timeout=timeout)
        telemetry = self._telemetry
        transport = shaping.around(origin if telemetry is None else telemetry.sent_on(name, origin))
        if self._shares_requests and not self._headers.sets_cookies(name):
            transport = SharingTransport(transport, name, usual_seconds=timeout)
        else:
            transport = DeadlineTransport(transport, name)
        transport = self._headers.around(transport, name)
        return transport if telemetry is None else telemetry.asked_on(name, transport)

    async def _leave(self, key: _Key, way: _Way) -> None:
        way.users -= 1
        if not way.users:
            del self._open[key]
            await way.transport.close()

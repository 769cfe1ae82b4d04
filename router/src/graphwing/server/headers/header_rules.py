"""The rules of a router about headers, and what they cost: nothing where there are none."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from graphwing.execution import ExecutionResult
from graphwing.execution.transport import (
    AnswerHeaders,
    RawAnswer,
    SubgraphAnswer,
    SubgraphRequest,
    Transport,
)
from graphwing.execution.transports.around import AroundTransport
from graphwing.server.headers.answers import MergedHeaders
from graphwing.server.headers.names import TO_CLIENTS, TO_SUBGRAPHS
from graphwing.server.headers.rules import Propagate, Rule, apply_rules


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules for requests to subgraphs, and for their answers."""

    request: Sequence[Rule] = ()
    response: Sequence[Rule] = ()


class ForwardedHeaders(dict[str, str]):
    """What all subgraphs are told of a client, with what rules for single ones need beside."""

    __slots__ = ("answered", "own")

    def __init__(self, headers: Mapping[str, str], own: Mapping[str, str]) -> None:
        super().__init__(headers)
        self.own = own
        """The client's headers that rules of single subgraphs read."""
        self.answered: list[tuple[str, AnswerHeaders]] = []
        """The headers of answers, by subgraph, in the order in which they came."""


def everything_in(forwarded: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return all that subgraphs can be told of a client: who has the same is the same to them."""
    own = forwarded.own.items() if isinstance(forwarded, ForwardedHeaders) else ()
    return (*forwarded.items(), *own)


class HeaderRules:
    """Which headers pass, to all subgraphs and to single ones, and back."""

    def __init__(
        self, general: RuleSet | None = None, subgraphs: Mapping[str, RuleSet] | None = None
    ) -> None:
        """Take the rules for all subgraphs, and those that single ones have after them."""
        self._general = general or RuleSet()
        self._subgraphs = subgraphs or {}
        self._own_reads = [
            rule.names
            for rules in self._subgraphs.values()
            for rule in rules.request
            if isinstance(rule, Propagate)
        ]
        self._needs_more = bool(self._subgraphs or self._general.response)
        self._reach_clients = bool(self._general.response) or any(
            rules.response for rules in self._subgraphs.values()
        )

    def forwarded(self, client: Mapping[str, str]) -> dict[str, str]:
        """Return what all subgraphs are told of a client; raise `HeaderInvalidError`."""
        told: dict[str, str] = {}
        apply_rules(self._general.request, client, told, TO_SUBGRAPHS)
        if not self._needs_more:
            return told
        own = {
            name: value
            for name, value in client.items()
            if name == "connection"
            or any(names.mean(name, TO_SUBGRAPHS) for names in self._own_reads)
        }
        return ForwardedHeaders(told, own if self._own_reads else {})

    def on(self, result: ExecutionResult, forwarded: Mapping[str, str]) -> ExecutionResult:
        """Return a result with the headers that its client gets of those of the answers."""
        if not isinstance(forwarded, ForwardedHeaders) or not self._reach_clients:
            return result
        merged = MergedHeaders()
        own: list[Rule] = []
        for subgraph, headers in forwarded.answered:
            merged.take(headers, self._response_rules(subgraph))
            own += self._subgraphs[subgraph].response if subgraph in self._subgraphs else ()
        passed = merged.finish(self._general.response, own)
        return msgspec.structs.replace(result, headers=passed)

    @property
    def set_cookies(self) -> bool:
        """Return whether clients may get cookies of a subgraph, each its own."""
        return any(self.sets_cookies(name) for name in ("", *self._subgraphs))

    def sets_cookies(self, subgraph: str) -> bool:
        """Return whether clients get the cookies of this subgraph: no two may get the same."""
        return any(
            isinstance(rule, Propagate) and rule.names.name == "set-cookie"
            for rule in self._response_rules(subgraph)
        )

    def wanted(self, subgraph: str) -> Callable[[str], bool] | None:
        """Return what says which headers of an answer are to be read; nothing if none are."""
        rules = [one for one in self._response_rules(subgraph) if isinstance(one, Propagate)]
        if not rules:
            return None

        def is_wanted(name: str) -> bool:
            return name == "connection" or any(one.names.mean(name, TO_CLIENTS) for one in rules)

        return is_wanted

    def around(self, transport: Transport, subgraph: str) -> Transport:
        """Return a transport that keeps to the rules of this subgraph, if there are any."""
        own = self._subgraphs.get(subgraph, RuleSet()).request
        if not own and not self._response_rules(subgraph):
            return transport
        return _RuledTransport(transport, subgraph, own, nobody=self.forwarded({}))

    def _response_rules(self, subgraph: str) -> Sequence[Rule]:
        own = self._subgraphs.get(subgraph)
        general = self._general.response
        return general if own is None else (*general, *own.response)


class _RuledTransport(AroundTransport):
    """Tells a subgraph what only it is told, and notes the headers that it answers with."""

    def __init__(
        self,
        transport: Transport,
        subgraph: str,
        rules: Sequence[Rule],
        *,
        nobody: Mapping[str, str],
    ) -> None:
        """Take the rules of this subgraph, and what all are told when no client asks."""
        super().__init__(transport)
        self._subgraph = subgraph
        self._rules = rules
        self._nobody = nobody

    async def send(self, request: SubgraphRequest, *, timeout: float) -> RawAnswer:  # noqa: ASYNC109
        """Return what the subgraph sends, or raise `SubgraphError`."""
        answer = await self._transport.send(self._ruled(request), timeout=timeout)
        # Also without any: rules may insert some because it has answered.
        if isinstance(request.headers, ForwardedHeaders):
            request.headers.answered.append((self._subgraph, answer.headers))
        return answer

    def subscribe(
        self, request: SubgraphRequest, *, timeout: float
    ) -> AsyncGenerator[SubgraphAnswer]:
        """Yield the events of `request`, or raise `SubgraphError`."""
        return self._transport.subscribe(self._ruled(request), timeout=timeout)

    def _ruled(self, request: SubgraphRequest) -> SubgraphRequest:
        headers = request.headers
        if not isinstance(headers, ForwardedHeaders):
            # Nobody's: the router asks for the schema.
            headers = ForwardedHeaders({**self._nobody, **headers}, {})
        elif not self._rules:
            return request
        told = dict(headers)
        apply_rules(self._rules, headers.own, told, TO_SUBGRAPHS)
        return msgspec.structs.replace(request, headers=told)

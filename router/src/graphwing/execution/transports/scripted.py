"""Answer from async functions: subgraphs that are plain Python, and tests."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

from graphwing.errors import SubgraphError
from graphwing.exact_json import encode_json, json_decoder
from graphwing.execution.transport import RawAnswer, SubgraphAnswer, SubgraphRequest
from graphwing.execution.transports.isolation import isolated, isolated_events

_decode = json_decoder(SubgraphAnswer).decode

AnswerFunction = Callable[[SubgraphRequest], Awaitable[SubgraphAnswer]]
EventFunction = Callable[[SubgraphRequest], AsyncGenerator[SubgraphAnswer]]


class ScriptedTransport:
    """Asks an async function; what crosses is JSON, so that nothing is shared by accident."""

    def __init__(
        self, subgraph: str, answer: AnswerFunction, events: EventFunction | None = None
    ) -> None:
        self._subgraph = subgraph
        self._answer = answer
        self._events = events

    async def open(self) -> None:
        """Do nothing: a function is always ready."""

    async def close(self) -> None:
        """Do nothing: a function holds nothing."""

    async def send(self, request: SubgraphRequest, *, timeout: float) -> RawAnswer:  # noqa: ASYNC109
        """Answer `request`, or raise `SubgraphError`; it takes at most `timeout` seconds."""

        async def call() -> RawAnswer:
            answer = await self._answer(request.plain())
            return RawAnswer(self._subgraph, encode_json(answer))

        return await isolated(self._subgraph, call, timeout)

    def subscribe(
        self,
        request: SubgraphRequest,
        *,
        timeout: float,  # noqa: ARG002 - a function has no stream that could be slow to open
    ) -> AsyncGenerator[SubgraphAnswer]:
        """Yield the events of `request`, or raise `SubgraphError`."""
        make_events = self._events

        async def events() -> AsyncGenerator[SubgraphAnswer]:
            if make_events is None:
                raise SubgraphError(self._subgraph, "has no events; give its `Subgraph` `events`")
            async with aclosing(make_events(request)) as stream:
                async for event in stream:
                    yield _decode(encode_json(event))

        return isolated_events(self._subgraph, events)

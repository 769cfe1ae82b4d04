"""Answer from an async function or a list: subgraphs that are plain Python, and tests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

import msgspec

from graphwing.errors import SubgraphError
from graphwing.execution.transport import SubgraphAnswer, SubgraphRequest
from graphwing.execution.transports.isolation import isolated

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(SubgraphAnswer).decode

AnswerFunction = Callable[[SubgraphRequest], Awaitable[SubgraphAnswer]]


class ScriptedTransport:
    """Asks an async function; what crosses is JSON, so that nothing is shared by accident."""

    def __init__(self, subgraph: str, answer: AnswerFunction) -> None:
        self._subgraph = subgraph
        self._answer = answer

    async def open(self) -> None:
        """Do nothing: a function is always ready."""

    async def close(self) -> None:
        """Do nothing: a function holds nothing."""

    async def send(self, request: SubgraphRequest, *, timeout: float) -> SubgraphAnswer:  # noqa: ASYNC109
        """Answer `request`, or raise `SubgraphError`; it takes at most `timeout` seconds."""

        async def call() -> SubgraphAnswer:
            answer = await self._answer(request)
            return _decode(_encode(answer))

        return await isolated(self._subgraph, call, timeout)


def in_order(answers: Iterable[SubgraphAnswer | SubgraphError]) -> AnswerFunction:
    """Return a function that gives these answers one after another, or raises them."""
    remaining = iter(answers)

    async def answer(_: SubgraphRequest) -> SubgraphAnswer:
        following = next(remaining)
        if isinstance(following, SubgraphError):
            raise following
        return following

    return answer

"""Run a program: each fetch as soon as those it waits for are done, and nothing but answers.

Whatever else comes (an error, a null where none may be, a subgraph that is not there) ends it. The
plan is interpreted then, with the answers that there are: no fetch is sent twice.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from msgspec import Struct

from graphwing.errors import SubgraphError
from graphwing.execution.compile.program import CompiledFetch, Program
from graphwing.execution.compile.represent import Obstacle, UnansweredError
from graphwing.execution.transport import (
    Endpoint,
    RawAnswer,
    SubgraphAnswer,
    SubgraphRequest,
    Transport,
)

_Heard = dict[tuple[str, bytes], deque[RawAnswer | SubgraphError]]
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class ProgramRun:
    """One request that a program answers."""

    def __init__(
        self,
        program: Program,
        endpoints: Mapping[str, Endpoint],
        variables: Mapping[str, Any],
        headers: Mapping[str, str],
    ) -> None:
        self._obstacle: Obstacle | None = None
        self._program = program
        self._endpoints = endpoints
        self._variables = variables
        self._headers = headers
        self._root: Struct = program.root()
        self._waits_for = [one.waits_for for one in program.fetches]
        self._heard: list[tuple[str, SubgraphRequest, RawAnswer | SubgraphError]] = []

    async def data(self) -> bytes | Obstacle:
        """Return the data of the response as JSON, or why the plan has to be interpreted."""
        await self._run_all(self._program.first)
        if self._obstacle:
            return self._obstacle
        # What was heard is no longer needed, and may be as large as what is written now.
        self._heard.clear()
        return self._program.data(self._root)

    def endpoints(self) -> dict[str, Endpoint]:
        """Return ways to the subgraphs that answer from what they have said already."""
        heard: _Heard = {}
        for subgraph, request, said in self._heard:
            heard.setdefault((subgraph, request.body()), deque()).append(said)
        return {
            name: replace(one, transport=_Remembering(name, one.transport, heard))
            for name, one in self._endpoints.items()
        }

    async def _run_all(self, ready: Sequence[int]) -> None:
        """Run fetches that wait for nothing any more, then those that waited for them."""
        while len(ready) == 1:
            fetch = self._program.fetches[ready[0]]
            try:
                await self._run(fetch)
            except UnansweredError as error:
                self._obstacle = error.obstacle
            except _UNREADABLE:
                self._obstacle = Obstacle.SHAPE
            if self._obstacle:
                return
            ready = self._released_by(fetch)
        if ready:
            async with asyncio.TaskGroup() as group:
                for index in ready[1:]:
                    group.create_task(self._run_all((index,)))
                await self._run_all(ready[:1])

    async def _run(self, fetch: CompiledFetch) -> None:
        asked = fetch.ask(self._root, self._variables)
        if asked is None:
            return
        variables, questions = asked
        request = SubgraphRequest(fetch.operation, variables, self._headers, fetch.kind)
        endpoint = self._endpoints[fetch.subgraph]
        try:
            answer = await endpoint.transport.send(request, timeout=endpoint.timeout)
        except SubgraphError as error:
            self._heard.append((fetch.subgraph, request, error))
            raise UnansweredError(Obstacle.UNREACHABLE) from error
        self._heard.append((fetch.subgraph, request, answer))
        # Once the plan is to be interpreted, answers are only remembered.
        if not self._obstacle:
            content_type = answer.content_type
            if content_type and "json" not in content_type.lower():
                raise UnansweredError(Obstacle.SHAPE)
            fetch.take(self._root, answer.body, questions)

    def _released_by(self, fetch: CompiledFetch) -> Sequence[int]:
        """Return the fetches that need not wait any longer."""
        if not fetch.followers:
            return ()
        ready: list[int] = []
        for follower in fetch.followers:
            self._waits_for[follower] -= 1
            if not self._waits_for[follower]:
                ready.append(follower)
        return ready


@dataclass(frozen=True, slots=True)
class _Remembering:
    """A way to a subgraph that does not ask again what was answered before.

    Each answer is for one request: after a mutation the same question is a new one.
    """

    subgraph: str
    transport: Transport
    heard: _Heard

    async def send(self, request: SubgraphRequest, *, timeout: float) -> RawAnswer:  # noqa: ASYNC109
        """Answer `request`, or raise `SubgraphError`."""
        answers = self.heard.get((self.subgraph, request.body()))
        if not answers:
            return await self.transport.send(request, timeout=timeout)
        said = answers.popleft()
        if isinstance(said, SubgraphError):
            raise said
        return said

    async def open(self) -> None:
        """Do nothing: the transport is open."""

    async def close(self) -> None:
        """Do nothing: the transport stays open."""

    def subscribe(
        self, request: SubgraphRequest, *, timeout: float
    ) -> AsyncGenerator[SubgraphAnswer]:
        """Yield the events of `request`."""
        return self.transport.subscribe(request, timeout=timeout)

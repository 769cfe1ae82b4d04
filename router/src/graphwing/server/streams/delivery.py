"""Hand results to a client that may read them more slowly than they come."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Literal, Self

from graphwing.errors import ClientTooSlowError
from graphwing.execution import ExecutionResult

SlowClientPolicy = Literal["disconnect", "drop_oldest", "drop_newest"]


class Delivery:
    """The results that wait for one client: never more than `size`.

    A client keeps up as long as no result waits for longer than `patience` seconds in a queue that
    is full; until then whoever brings results waits for room, and none is lost. When it does not
    keep up, `policy` says what happens: its subscription ends, or results are dropped.
    """

    def __init__(self, *, size: int, policy: SlowClientPolicy, patience: float) -> None:
        self.dropped = 0
        self._size = size
        self._policy: SlowClientPolicy = policy
        self._patience = patience
        self._clock = asyncio.get_running_loop().time
        # With each result, when it came.
        self._waiting: deque[tuple[float, ExecutionResult]] = deque()
        self._changed = asyncio.Event()
        self._has_room = asyncio.Event()
        self._is_ended = False
        self._failure: Exception | None = None

    async def put(self, result: ExecutionResult) -> None:
        """Let `result` wait for the client; raise `ClientTooSlowError` if the policy ends it."""
        while len(self._waiting) >= self._size and not self._is_ended:
            oldest, _ = self._waiting[0]
            patience = oldest + self._patience - self._clock()
            if patience > 0:
                await self._wait_for_room(patience)
            elif not self._make_room():
                return
        if not self._is_ended:
            self._waiting.append((self._clock(), result))
            self._changed.set()

    def end(self, failure: Exception | None = None) -> None:
        """Let nothing follow what waits already; then the client is told `failure`, if any."""
        if not self._is_ended:
            self._is_ended, self._failure = True, failure
            self._changed.set()

    def __aiter__(self) -> Self:
        """Return itself: the results in the order in which they came."""
        return self

    async def __anext__(self) -> ExecutionResult:
        """Return the next result; raise the failure after the last one."""
        while not self._waiting:
            if self._is_ended:
                raise self._failure or StopAsyncIteration
            self._changed.clear()
            await self._changed.wait()
        _, result = self._waiting.popleft()
        self._has_room.set()
        return result

    async def _wait_for_room(self, seconds: float) -> None:
        self._has_room.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._has_room.wait()
        except TimeoutError:
            pass

    def _make_room(self) -> bool:
        """Return whether there is room for another result now."""
        match self._policy:
            case "disconnect":
                waiting = len(self._waiting)
                # What it has not read for so long it gets no more: the error comes at once.
                self._waiting.clear()
                raise ClientTooSlowError(waiting)
            case "drop_oldest":
                self.dropped += 1
                self._waiting.popleft()
                return True
            case "drop_newest":
                self.dropped += 1
                return False

"""Work that is under way: who asks for the same meanwhile gets the same result."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Result = TypeVar("Result")


class InFlight(Generic[Key, Result]):
    """Does work once for all who ask for it with the same key at the same time.

    Results are never none. Nothing is kept: who asks when it is done starts it again.
    """

    def __init__(self) -> None:
        self._waiting: dict[Key, list[asyncio.Future[Result | None]]] = {}

    async def result(self, key: Key, work: Callable[[], Awaitable[Result]]) -> Result:
        """Return, or raise, what `work` does for the first who asks with this key.

        When the first is cancelled, the next does the work itself.
        """
        while (waiting := self._waiting.get(key)) is not None:
            turn: asyncio.Future[Result | None] = asyncio.get_running_loop().create_future()
            waiting.append(turn)
            result = await turn
            if result is not None:
                return result
        waiting = self._waiting[key] = []
        try:
            result = await work()
        except Exception as error:
            for turn in self._landed(key):
                turn.set_exception(error)
            raise
        except BaseException:
            for turn in self._landed(key):
                turn.set_result(None)
            raise
        for turn in self._landed(key):
            turn.set_result(result)
        return result

    def _landed(self, key: Key) -> list[asyncio.Future[Result | None]]:
        """Return who waits still."""
        return [turn for turn in self._waiting.pop(key) if not turn.done()]

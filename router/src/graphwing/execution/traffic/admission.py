"""Wait for one of a bounded number of places."""

from __future__ import annotations

import asyncio

from graphwing.execution.traffic.places import Places


class QueueFullError(Exception):
    """As many wait as may."""


class Admission:
    """`Places` for which tasks wait."""

    def __init__(self, *, limit: int, queue: int) -> None:
        self.places = Places[asyncio.Future[None]](limit=limit, queue=queue)
        """Whoever leaves hands its place on, so that a free one means that nobody waits."""

    async def wait(self, seconds: float) -> None:
        """Wait for a place, at most `seconds`, when `places` have none; `leave` gives it back.

        Raises `QueueFullError` and `TimeoutError`.
        """
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        if not self.places.wait(turn):
            raise QueueFullError
        timer = loop.call_later(seconds, self._end, turn)
        try:
            await turn
        except BaseException:
            if not self.places.give_up(turn) and not turn.cancelled() and not turn.exception():
                # It was given a place at the very moment at which it was cancelled.
                self.leave()
            raise
        finally:
            timer.cancel()

    def leave(self) -> None:
        """Give a place back."""
        while (turn := self.places.leave()) is not None:
            if not turn.done():
                turn.set_result(None)
                return

    def _end(self, turn: asyncio.Future[None]) -> None:
        if not turn.done() and self.places.give_up(turn):
            turn.set_exception(TimeoutError())

"""Notice that a client has left while it is answered."""

from __future__ import annotations

import asyncio
from types import TracebackType

from graphwing.server.request import ClientLeftError, Receive

_UNWATCHED_SECONDS = 0.05
"""Most answers are there before it is worth a task to look for who has left."""


class WhileClientWaits:
    """`with` it, a request is cancelled when its client leaves, and raises `ClientLeftError`."""

    __slots__ = ("_has_left", "_receive", "_request", "_timer", "_watcher")

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._request = asyncio.current_task()
        self._has_left = False
        self._timer: asyncio.TimerHandle | None = None
        self._watcher: asyncio.Task[None] | None = None

    def __enter__(self) -> None:
        """Begin to watch, a little later."""
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(_UNWATCHED_SECONDS, self._begin, loop)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End watching."""
        if self._timer is not None:
            self._timer.cancel()
        if self._watcher is not None:
            self._watcher.cancel()
        if (
            self._has_left
            and isinstance(error, asyncio.CancelledError)
            and self._request is not None
            and self._request.uncancel() == 0
        ):
            raise ClientLeftError from None

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        self._watcher = loop.create_task(self._watch())

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._has_left = True
        if self._request is not None:
            self._request.cancel()

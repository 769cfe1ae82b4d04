"""Notice that a client has left while it is answered."""

from __future__ import annotations

import asyncio
from types import TracebackType

from graphwing.server.http.request import ClientLeftError, Receive

_UNWATCHED_SECONDS = 0.05
"""Most answers are there before it is worth a task to look for who has left."""


class WaitingClients:
    """The clients of an application that wait for an answer; one timer begins to watch them all."""

    def __init__(self) -> None:
        self._unwatched: set[WhileClientWaits] = set()
        self._timer: asyncio.TimerHandle | None = None

    def add(self, client: WhileClientWaits) -> None:
        """Watch `client`, if it still waits a little later."""
        self._unwatched.add(client)
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(_UNWATCHED_SECONDS, self._watch_all, loop)

    def remove(self, client: WhileClientWaits) -> None:
        """Forget a client that has its answer."""
        self._unwatched.discard(client)

    def _watch_all(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        for client in self._unwatched:
            client.watch(loop)
        self._unwatched.clear()


class WhileClientWaits:
    """`with` it, a request is cancelled when its client leaves, and raises `ClientLeftError`."""

    __slots__ = ("_clients", "_has_left", "_receive", "_request", "_watcher")

    def __init__(self, clients: WaitingClients, receive: Receive) -> None:
        self._clients = clients
        self._receive = receive
        self._request = asyncio.current_task()
        self._has_left = False
        self._watcher: asyncio.Task[None] | None = None

    def __enter__(self) -> None:
        """Begin to watch, a little later."""
        self._clients.add(self)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End watching."""
        self._clients.remove(self)
        if self._watcher is not None:
            self._watcher.cancel()
        if (
            self._has_left
            and isinstance(error, asyncio.CancelledError)
            and self._request is not None
            and self._request.uncancel() == 0
        ):
            raise ClientLeftError from None

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to watch, in a task."""
        self._watcher = loop.create_task(self._watch())

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._has_left = True
        if self._request is not None:
            self._request.cancel()

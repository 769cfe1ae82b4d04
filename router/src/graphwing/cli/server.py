"""A server of HTTP that begins and ends as orchestrators expect."""

from __future__ import annotations

import asyncio
import math
import signal
import socket
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, Self

import uvicorn

from graphwing.cli.garbage import collect_less
from graphwing.server.app import RouterApp
from graphwing.server.http.protocol import router_protocol
from graphwing.server.settings.model import Settings

# Longer than the idle time of browsers' and load balancers' pools, so that they close first.
_KEEP_ALIVE_SECONDS = 75


class LeavingServer(uvicorn.Server):
    """A server that says when it is there, and takes leave of clients in three steps.

    First it is no longer ready and goes on, so that load balancers send no more; then it takes no
    more connections and ends what is under way; then it closes what is left.
    """

    on_ready: Callable[[], None]

    def __init__(self, app: RouterApp, settings: Settings) -> None:
        super().__init__(_config(app, settings))
        self.app = app
        self._leaving = settings.shutdown

    def end(self) -> None:
        """Take no more connections from now on."""
        self.should_exit = True

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to leave; somebody who presses Ctrl-C does not wait for a load balancer."""
        is_first = not self.app.health.is_leaving
        self.app.leave()
        if sig != signal.SIGTERM or not self._leaving.lame_duck:
            super().handle_exit(sig, frame)
        elif is_first:
            loop = asyncio.get_running_loop()
            loop.call_soon_threadsafe(loop.call_later, self._leaving.lame_duck, self.end)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        # What is there now stays: looking through it for garbage would hold up requests for long.
        collect_less()
        self.on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let what is under way end, in time; then stop."""
        now = asyncio.get_running_loop().time
        until = now() + self._leaving.drain
        for server in self.servers:
            server.close()
        await self.app.stop(self._leaving.drain)
        self.config.timeout_graceful_shutdown = max(1, math.ceil(until - now()))
        await super().shutdown(sockets)


class EndingSignals:
    """Signals that end the process, with exit code 0; a server that has started handles its own."""

    def __init__(self) -> None:
        self.server: LeavingServer | None = None
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        """Handle them."""
        for end in (signal.SIGINT, signal.SIGTERM):
            self._before[end] = signal.signal(end, self._end)
        return self

    def __exit__(self, *_: object) -> None:
        """Handle them no longer."""
        for end, handler in self._before.items():
            signal.signal(end, handler)

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        # uvicorn raises a signal again after shutting down, when there is nothing more to do.
        if self.server is None or not self.server.started:
            sys.exit(0)


def _config(app: RouterApp, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=router_protocol(
            read_seconds=settings.limits.read, header_bytes=settings.limits.headers
        ),
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        # Nothing here depends on where a client is, and what it says of that is not to be trusted.
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        ws_max_size=settings.limits.body,
        # The router pings its clients itself, in their protocol.
        ws_ping_interval=None,
        # Events are small, and a compressor would cost each connection more than it saves.
        ws_per_message_deflate=False,
    )

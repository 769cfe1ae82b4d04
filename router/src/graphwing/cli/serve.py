"""`graphwing serve`: a supergraph behind a port."""

from __future__ import annotations

import asyncio
import gc
import logging
import math
import signal
import socket
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import click
import uvicorn
from msgspec.structs import replace

from graphwing.cli.failures import failures_in_one_line
from graphwing.cli.profile import profile_option
from graphwing.cli.workers import Lifeline, Workers
from graphwing.errors import SettingsError
from graphwing.server.app import RouterApp
from graphwing.server.configured import router_from_settings
from graphwing.server.graph.reload import keep_current
from graphwing.server.http.protocol import router_protocol
from graphwing.server.router import Router
from graphwing.server.settings.model import (
    Listen,
    Settings,
    ShutdownSettings,
    load_settings,
    settings_of_profile,
)
from graphwing.server.settings.profiles import Profile
from graphwing.server.settings.reader import Duration

_HOT = Duration(1)
_MOST_WORKERS = 256
# Longer than the idle time of browsers' and load balancers' pools, so that they close first.
_KEEP_ALIVE_SECONDS = 75


@click.command("serve")
@click.option(
    "--supergraph",
    type=click.Path(path_type=Path),
    help="The supergraph, as `graphwing compose` writes it.",
)
@click.option("--config", type=click.Path(path_type=Path), help="A settings file, YAML or TOML.")
@profile_option
@click.option(
    "--hot-reload",
    is_flag=True,
    help="Follow changes of the graph: look every second, or as often as the settings say.",
)
@click.option("--host", help="The address to listen on; 127.0.0.1 if not given.")
@click.option("--port", type=click.IntRange(0, 65535), help="The port; 4000 if not given.")
@click.option(
    "--workers",
    type=click.IntRange(1, _MOST_WORKERS),
    default=1,
    help="How many processes share the port, one per core at most; 1 if not given.",
)
def command(  # noqa: PLR0913, PLR0917 - one for each option
    supergraph: Path | None,
    config: Path | None,
    profile: Profile | None,
    hot_reload: bool,  # noqa: FBT001
    host: str | None,
    port: int | None,
    workers: int,
) -> None:
    """Serve a supergraph: GraphQL at /graphql, /livez and /readyz beside it."""
    settings = load_settings(config, profile) if config else settings_of_profile(profile)
    listen = settings.listen
    settings = replace(
        settings,
        supergraph=supergraph or settings.supergraph,
        reload_every=settings.reload_every or (_HOT if hot_reload else None),
        listen=Listen(host or listen.host, listen.port if port is None else port),
    )
    with _listening(settings.listen) as listener:
        if workers == 1:
            _work(None, settings, listener)
        else:
            kept = Workers(workers, _work_in_process, (settings, listener))
            # The workers' own copies decide how long connections are accepted.
            sys.exit(kept.run(lambda: _say_where(listener), listener.close))


def _work_in_process(lifeline: Lifeline, settings: Settings, listener: socket.socket) -> None:
    with failures_in_one_line():
        _work(lifeline, settings, listener)


def _work(lifeline: Lifeline | None, settings: Settings, listener: socket.socket) -> None:
    """Serve until told to end, or until the process is gone that holds the other end of the line.

    Raises `SettingsError`, `CompositionError`, `SupergraphError` and `SubgraphError` when it
    cannot start.
    """
    ends = _EndingSignals()
    with ends:
        logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
        # Applications that run in this process are found from where the command is run.
        sys.path.insert(0, "")
        router = router_from_settings(settings)
        app = router.asgi(
            body_limit=settings.limits.body,
            subscriptions=settings.subscriptions,
            verbose_health=settings.health.verbose,
            http=settings.http,
        )
        server = _Server(_server_config(app, settings), app, settings.shutdown)
        ends.server = server
        # uvloop where it is installed; `asyncio.run` would not take it.
        with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
            runner.run(_serve(router, server, listener, lifeline, settings.reload_every))


class _EndingSignals:
    """Signals that end the process, with exit code 0; a server that has started handles its own."""

    def __init__(self) -> None:
        self.server: _Server | None = None
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> None:
        """Handle them."""
        for end in (signal.SIGINT, signal.SIGTERM):
            self._before[end] = signal.signal(end, self._end)

    def __exit__(self, *_: object) -> None:
        """Handle them no longer."""
        for end, handler in self._before.items():
            signal.signal(end, handler)

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        # uvicorn raises a signal again after shutting down, when there is nothing more to do.
        if self.server is None or not self.server.started:
            sys.exit(0)


def _listening(listen: Listen) -> socket.socket:
    """Return a socket that listens, or raise `SettingsError`: the port is taken before all else."""
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((listen.host, listen.port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise SettingsError(
            f"cannot listen on {listen.host}:{listen.port}: {error.strerror or error}",
            remedy="stop what uses the port, or choose another --port",
        ) from error
    return listener


def _server_config(app: RouterApp, settings: Settings) -> uvicorn.Config:
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


async def _serve(
    router: Router,
    server: _Server,
    listener: socket.socket,
    lifeline: Lifeline | None,
    reload_every: float | None,
) -> None:
    # Opened here and not by the server's lifespan: what goes wrong is ours to tell, in one line.
    async with router, _kept_current(router, reload_every):
        if lifeline is None:
            server.on_ready = partial(_say_where, listener)
        else:
            server.on_ready = lifeline.say_ready
            lifeline.on_loss(server.end)
        await server.serve([listener])


@asynccontextmanager
async def _kept_current(router: Router, every: float | None) -> AsyncGenerator[None]:
    following = asyncio.create_task(keep_current(router, every=every)) if every else None
    try:
        yield
    finally:
        if following is not None:
            following.cancel()
            await asyncio.wait([following])


def _say_where(listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    click.echo(f"graphwing serves http://{f'[{host}]' if ':' in host else host}:{port}/graphql")


class _Server(uvicorn.Server):
    """A server that says when it is there, and takes leave of clients in three steps.

    First it is no longer ready and goes on, so that load balancers send no more; then it takes no
    more connections and ends what is under way; then it closes what is left.
    """

    on_ready: Callable[[], None]

    def __init__(self, config: uvicorn.Config, app: RouterApp, leaving: ShutdownSettings) -> None:
        super().__init__(config)
        self._app = app
        self._leaving = leaving

    def end(self) -> None:
        """Take no more connections from now on."""
        self.should_exit = True

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to leave; somebody who presses Ctrl-C does not wait for a load balancer."""
        is_first = not self._app.health.is_leaving
        self._app.leave()
        if sig != signal.SIGTERM or not self._leaving.lame_duck:
            super().handle_exit(sig, frame)
        elif is_first:
            loop = asyncio.get_running_loop()
            loop.call_soon_threadsafe(loop.call_later, self._leaving.lame_duck, self.end)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        # What is there now stays: looking through it for garbage would hold up requests for long.
        gc.collect()
        gc.freeze()
        self.on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let what is under way end, in time; then stop."""
        now = asyncio.get_running_loop().time
        until = now() + self._leaving.drain
        for server in self.servers:
            server.close()
        await self._app.stop(self._leaving.drain)
        self.config.timeout_graceful_shutdown = max(1, math.ceil(until - now()))
        await super().shutdown(sockets)

"""`graphwing serve`: a supergraph behind a port."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import click
import uvicorn
from msgspec.structs import replace

from graphwing.errors import SettingsError
from graphwing.server.app import RouterApp
from graphwing.server.configured import router_from_settings
from graphwing.server.router import Router
from graphwing.server.settings import Listen, Settings, load_settings

_GRACE_SECONDS = 10
# Longer than the idle time of browsers' and load balancers' pools, so that they close first.
_KEEP_ALIVE_SECONDS = 75


@click.command("serve")
@click.option(
    "--supergraph",
    type=click.Path(path_type=Path),
    help="The supergraph, as `graphwing compose` writes it.",
)
@click.option("--config", type=click.Path(path_type=Path), help="A settings file, YAML or TOML.")
@click.option("--host", help="The address to listen on; 127.0.0.1 if not given.")
@click.option("--port", type=click.IntRange(0, 65535), help="The port; 4000 if not given.")
def command(
    supergraph: Path | None, config: Path | None, host: str | None, port: int | None
) -> None:
    """Serve a supergraph: GraphQL at /graphql, /health and /readyz beside it."""
    # Applications that run in this process are found from where the command is run.
    sys.path.insert(0, "")
    settings = load_settings(config) if config else Settings()
    listen = settings.listen
    settings = replace(
        settings,
        supergraph=supergraph or settings.supergraph,
        listen=Listen(host or listen.host, listen.port if port is None else port),
    )
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    router = router_from_settings(settings)
    with _listening(settings.listen) as listener, _signals_that_end_are_no_failure():
        app = router.asgi(body_limit=settings.limits.body, subscriptions=settings.subscriptions)
        server_config = _server_config(app, settings)
        # uvloop where it is installed; `asyncio.run` would not take it.
        with asyncio.Runner(loop_factory=server_config.get_loop_factory()) as runner:
            runner.run(_serve(router, app, server_config, listener))


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


@contextmanager
def _signals_that_end_are_no_failure() -> Generator[None]:
    """Let the process end with exit code 0: uvicorn raises a signal again after shutting down."""
    ends = (signal.SIGINT, signal.SIGTERM)
    before = {end: signal.signal(end, lambda _number, _frame: None) for end in ends}
    try:
        yield
    finally:
        for end, handler in before.items():
            signal.signal(end, handler)


def _server_config(app: RouterApp, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        ws_max_size=settings.limits.body,
        # The router pings its clients itself, in their protocol.
        ws_ping_interval=None,
        # Events are small, and a compressor would cost each connection more than it saves.
        ws_per_message_deflate=False,
    )


async def _serve(
    router: Router, app: RouterApp, config: uvicorn.Config, listener: socket.socket
) -> None:
    # Opened here and not by the server's lifespan: what goes wrong is ours to tell, in one line.
    async with router:
        host, port = listener.getsockname()[:2]
        origin = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        await _Server(config, app, origin).serve([listener])


class _Server(uvicorn.Server):
    """A server that says where it is, and takes leave of clients that stay."""

    def __init__(self, config: uvicorn.Config, app: RouterApp, origin: str) -> None:
        super().__init__(config)
        self._app = app
        self._origin = origin

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and print the address."""
        await super().startup(sockets)
        click.echo(f"graphwing serves {self._origin}/graphql")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End all subscriptions, then stop."""
        await self._app.stop()
        await super().shutdown(sockets)

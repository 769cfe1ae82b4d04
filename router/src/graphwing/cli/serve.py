"""`graphwing serve`: a supergraph behind a port."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click
from msgspec.structs import replace

from graphwing.cli.failures import failures_in_one_line
from graphwing.cli.file_path import FILE_PATH
from graphwing.cli.listening import listening, listening_for_operators, say_where
from graphwing.cli.operators import asked_in_loop, operators_port
from graphwing.cli.profile import profile_option
from graphwing.cli.server import EndingSignals, LeavingServer
from graphwing.cli.workers import Lifeline, Workers
from graphwing.server.configured import router_from_settings
from graphwing.server.graph.reload import keep_current
from graphwing.server.router import Router
from graphwing.server.settings.model import Listen, Settings, load_settings, settings_of_profile
from graphwing.server.settings.profiles import Profile
from graphwing.server.settings.reader import Duration
from graphwing.server.telemetry.configured import telemetry_from_settings, telemetry_running
from graphwing.server.telemetry.metrics import Metrics
from graphwing.server.telemetry.state import ProcessState
from graphwing.server.telemetry.telemetry import Telemetry

_HOT = Duration(1)
_MOST_WORKERS = 256


@click.command("serve")
@click.option(
    "--supergraph",
    type=FILE_PATH,
    help="The supergraph, as `graphwing compose` writes it.",
)
@click.option("--config", type=FILE_PATH, help="A settings file, YAML or TOML.")
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
    with (
        listening(settings.listen, "choose another --port") as listener,
        listening_for_operators(settings.telemetry) as operators,
    ):
        if workers == 1:
            _work(settings, _Serving(listener, operators))
        else:
            sys.exit(_keep_working(workers, settings, listener, operators))


@dataclass(frozen=True, slots=True)
class _Serving:
    """What one process has to do with those outside of it."""

    listener: socket.socket
    operators: socket.socket | None = None
    lifeline: Lifeline | None = None


def _keep_working(
    count: int, settings: Settings, listener: socket.socket, operators: socket.socket | None
) -> int:
    """Have several processes serve until told to end, and return the exit code."""
    workers = Workers(count, _work_in_process, (settings, listener))
    with operators_port(operators, workers.ask):
        # The workers' own copies decide how long connections are accepted.
        return workers.run(partial(say_where, listener, operators), listener.close)


def _work_in_process(lifeline: Lifeline, settings: Settings, listener: socket.socket) -> None:
    with failures_in_one_line():
        _work(settings, _Serving(listener, lifeline=lifeline))


def _work(settings: Settings, serving: _Serving) -> None:
    """Serve until told to end, or until the process is gone that holds the other end of the line.

    Raises `SettingsError`, `CompositionError`, `SupergraphError` and `SubgraphError` when it
    cannot start.
    """
    with EndingSignals() as ends:
        logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
        # Applications that run in this process are found from where the command is run.
        sys.path.insert(0, "")
        telemetry = telemetry_from_settings(settings.telemetry)
        router = router_from_settings(settings, telemetry)
        app = router.asgi(
            body_limit=settings.limits.body,
            subscriptions=settings.subscriptions,
            verbose_health=settings.health.verbose,
            http=settings.http,
        )
        server = ends.server = LeavingServer(app, settings)
        # uvloop where it is installed; `asyncio.run` would not take it.
        with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
            runner.run(_serve(router, server, serving, settings, telemetry))


async def _serve(
    router: Router,
    server: LeavingServer,
    serving: _Serving,
    settings: Settings,
    telemetry: Telemetry | None,
) -> None:
    metrics = telemetry and telemetry.metrics
    state = ProcessState(router, server.app, metrics or Metrics())
    with operators_port(serving.operators, asked_in_loop(state)):
        if serving.lifeline is None:
            server.on_ready = partial(say_where, serving.listener, serving.operators)
        else:
            server.on_ready = serving.lifeline.say_ready
            serving.lifeline.follow(reply=state.reply, end=server.end)
        # Opened here and not by the server's lifespan: what goes wrong is ours to tell.
        async with (
            telemetry_running(telemetry),
            router,
            _kept_current(router, settings.reload_every),
        ):
            await server.serve([serving.listener])


@asynccontextmanager
async def _kept_current(router: Router, every: float | None) -> AsyncGenerator[None]:
    following = asyncio.create_task(keep_current(router, every=every)) if every else None
    try:
        yield
    finally:
        if following is not None:
            following.cancel()
            await asyncio.wait([following])

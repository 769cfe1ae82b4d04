"""The sockets that a router listens on: for its clients, and for its operators."""

from __future__ import annotations

import socket
from collections.abc import Generator
from contextlib import contextmanager

import click

from graphwing.errors import SettingsError
from graphwing.server.settings.model import Listen
from graphwing.server.telemetry.configured import require_metrics_possible
from graphwing.server.telemetry.settings import MetricsListen, TelemetrySettings


def listening(listen: Listen | MetricsListen, otherwise: str) -> socket.socket:
    """Return a socket that listens, or raise `SettingsError`: the port is taken before all else.

    `otherwise` is what to do when it is taken already.
    """
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
            remedy=f"stop what uses the port, or {otherwise}",
        ) from error
    return listener


@contextmanager
def listening_for_operators(telemetry: TelemetrySettings) -> Generator[socket.socket | None]:
    """Give the socket on which operators ask, if there is to be one, or raise `SettingsError`."""
    require_metrics_possible(telemetry)
    listen = telemetry.metrics.listen
    if listen is None:
        yield None
        return
    with listening(listen, "choose another port in `telemetry.metrics.listen`") as listener:
        yield listener


def say_where(clients: socket.socket, operators: socket.socket | None) -> None:
    """Say on standard output where the router is."""
    click.echo(f"graphwing serves {_address(clients)}/graphql")
    if operators is not None:
        click.echo(f"graphwing tells operators {_address(operators)}/metrics")


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"

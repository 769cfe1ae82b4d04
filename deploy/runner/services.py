"""The platform's parts and where each listens on this machine."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path

from runner.errors import PortInUseError, WrongPortError

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
SERVICES = ("accounts", "music", "community")
DEFAULT_PORT = 4000
LOWEST_PORT, HIGHEST_PORT = 1024, 65000


@dataclass(frozen=True, slots=True)
class Ports:
    """The router's port; the services take the ones after it, in order."""

    router: int

    @classmethod
    def from_environment(cls) -> Ports:
        """Return the ports that WING_PORT asks for, or the usual ones."""
        value = os.environ.get("WING_PORT", str(DEFAULT_PORT))
        if not value.isdecimal() or not LOWEST_PORT <= int(value) <= HIGHEST_PORT:
            raise WrongPortError(value)
        return cls(int(value))

    def of(self, service: str) -> int:
        """Return the port of `service`."""
        return self.router + 1 + SERVICES.index(service)

    def url_of(self, service: str) -> str:
        """Return the GraphQL address of `service`."""
        return f"http://{HOST}:{self.of(service)}/graphql"


def require_free_port(name: str, port: int) -> None:
    """Raise `PortInUseError` when something listens on `port` already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise PortInUseError(name, port) from error

"""The subgraphs and the servers that are compared, started together."""

from __future__ import annotations

import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from progress import progress

from gateway.load import Comparison
from gateway.npm_peers import Peer, npm_peers
from gateway.path_peers import path_peers
from gateway.processes import BenchmarkError, Process, free_ports, running
from gateway.servers import NOT_SHARING, ROUTER
from gateway.stubs import NAMES, supergraph
from graphwing.supergraph import Supergraph

GRAPHWING = "graphwing"
GRAPHWING_ALONE = "graphwing, sharing off"
"""Each request for itself, as in all peers."""
BY_HAND = "by hand"
FLOOR = "JSON floor"
ONE_CALL = "one call"
APOLLO = "Apollo Gateway"
HIVE = "Hive Gateway"
HIVE_RUST = "Hive Gateway, Rust planner"

_EVERYTHING = frozenset(("large", "small", "wide", "wide, joined"))


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs, and what it can be asked."""

    process: Process
    comparison: Comparison
    workloads: frozenset[str] = _EVERYTHING
    plans: bool = True
    """Whether it answers whatever operation it is sent."""
    version: str = ""

    @property
    def is_peer(self) -> bool:
        """Return whether somebody else has made it."""
        return bool(self.version)

    @property
    def name(self) -> str:
        """Return what it is called in tables."""
        return self.process.name


@dataclass(slots=True)
class Contest:
    """What runs."""

    supergraph: Supergraph
    folder: Path
    """What processes print is here, and what they read."""
    ports: Mapping[str, int]
    """The subgraphs'."""
    servers: list[Server] = field(default_factory=list[Server])

    @contextmanager
    def server(self, name: str, kind: str = ROUTER) -> Generator[Process]:
        """Run one of our own servers as long as this lasts; it may not be ready yet."""
        (port,) = free_ports(1)
        command = (
            *(sys.executable, "-m", "gateway.servers", kind, str(port)),
            *map(str, self.ports.values()),
        )
        with running(name, command, port, self.log(name)) as process:
            yield process

    def log(self, name: str) -> Path:
        """Return where a server prints to."""
        return self.folder / f"{name.replace(' ', '-')}.log"


@contextmanager
def subgraphs() -> Generator[Contest]:
    """Run the subgraphs, and nothing that asks them yet."""
    ports: dict[str, int] = dict(zip(NAMES, free_ports(len(NAMES)), strict=True))
    with TemporaryDirectory(prefix="graphwing-bench-") as folder:
        progress("starting the subgraphs")
        command = (sys.executable, "-m", "gateway.stubs", *map(str, ports.values()))
        # They begin to listen one after another.
        last = ports[NAMES[-1]]
        with running("the subgraphs", command, last, Path(folder, "subgraphs.log")) as process:
            process.wait_until_ready()
            yield Contest(supergraph(ports), Path(folder), ports)


@contextmanager
def contest(*, peers: bool) -> Generator[Contest]:
    """Run the subgraphs, our own servers and, if asked for, those peers that can be had.

    When they have ended, it is printed in which ways our routers have answered.
    """
    with subgraphs() as begun:
        with ExitStack() as stack:
            for name, kind, workloads, plans in (
                (GRAPHWING, ROUTER, _EVERYTHING, True),
                (GRAPHWING_ALONE, NOT_SHARING, _EVERYTHING, True),
                (BY_HAND, "by hand", frozenset(("large",)), False),
                (FLOOR, "floor", frozenset(("large",)), False),
                (ONE_CALL, "one call", frozenset(("small",)), False),
            ):
                process = stack.enter_context(begun.server(name, kind))
                exact = Comparison(is_exact=True)
                begun.servers.append(Server(process, exact, workloads, plans))
            for server in begun.servers:
                progress(f"starting {server.name}")
                server.process.wait_until_ready()
            for peer in _peers(begun) if peers else ():
                progress(f"starting {peer.name}")
                _join(begun, peer, stack)
            progress.clear()
            yield begun
        for name in (GRAPHWING, GRAPHWING_ALONE):
            *_, ways = begun.log(name).read_text().splitlines()
            print(f"{name} has answered so many requests: {ways}")


def _peers(begun: Contest) -> Sequence[Peer]:
    path = begun.folder / "supergraph.graphql"
    path.write_text(begun.supergraph.sdl, encoding="utf-8")
    ports = free_ports(6)
    return (
        *npm_peers(path, ports[:3]),
        *path_peers(path, begun.ports, ports[3:], begun.folder),
    )


def _join(begun: Contest, peer: Peer, stack: ExitStack) -> None:
    log = begun.log(peer.name)
    process = stack.enter_context(
        running(peer.name, peer.command, peer.port, log, peer.environment)
    )
    try:
        process.wait_until_ready()
    except BenchmarkError as error:
        progress.clear()
        print(f"without {peer.name}: {error}")
        return
    lenient = Comparison(is_exact=False)
    begun.servers.append(Server(process, lenient, version=peer.version))

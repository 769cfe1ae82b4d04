"""The platform started twice over one database: in one process, and a process for each service."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from runner.development import SETTINGS as ONE_PROCESS
from runner.development import platform_child
from runner.environment import service_environment
from runner.errors import ChildFailedError
from runner.processes import Child
from runner.separate import SETTINGS as SEPARATE_PROCESSES
from runner.services import HOST, ROOT, SERVICES, Ports
from running_platform import free_block_of_ports

_CPU_FIELDS = slice(13, 15)  # utime and stime in /proc/PID/stat, counted from 0
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class BenchedPlatform:
    """A running platform: how it is wired, where it answers, and the processes that it is."""

    name: str
    url: str
    processes: Mapping[str, Child]

    def cpu_seconds(self) -> dict[str, float]:
        """Return the CPU time that each of its processes has taken so far, in all its threads."""
        return {name: _cpu_seconds(child) for name, child in self.processes.items()}

    def signal(self, number: int) -> None:
        """Send a signal to each of its processes and return when each has acted on it."""
        for child in self.processes.values():
            os.kill(_pid(child), number)
            # Python handles a signal before it answers what was asked later.
            child.wait_until_ready()


@contextmanager
def benched_platforms(folder: Path) -> Generator[tuple[BenchedPlatform, BenchedPlatform]]:
    """Run the platform over HTTP and in one process, both with the demo scene of one PostgreSQL.

    Data and samples of what the processes were doing go to `folder`.
    """
    ports = Ports(free_block_of_ports())
    with service_environment(ports, folder / "data") as environment, ExitStack() as running:

        def start(platform: str, children: list[Child]) -> BenchedPlatform:
            for child in children:
                output = folder / f"{platform}.{child.name}.json"
                child.module_arguments = ("bench.sampled", str(output), *child.module_arguments)
                running.callback(child.stop)
                child.start()
            for child in children:
                child.wait_until_ready()
            url = f"http://{HOST}:{children[-1].port}/graphql"
            return BenchedPlatform(platform, url, {child.name: child for child in children})

        environment["PYTHONPATH"] = os.pathsep.join([str(ROOT / "tests"), *sys.path])
        services = [_service(name, ports, environment) for name in SERVICES]
        router = platform_child(SEPARATE_PROCESSES, ports, environment)
        over_http = start("over HTTP", [*services, router])
        # Ports of its own are found only once the others are taken.
        own_ports = Ports(free_block_of_ports())
        in_process = start("in process", [platform_child(ONE_PROCESS, own_ports, environment)])
        yield over_http, in_process


def _service(name: str, ports: Ports, environment: dict[str, str]) -> Child:
    arguments = (name, "serve", "--host", HOST, "--port", str(ports.of(name)))
    return Child(name, arguments, environment, ports.of(name), "/healthz")


def _pid(child: Child) -> int:
    if child.pid is None:
        raise ChildFailedError(f"{child.name} ended with exit code {child.exit_status}")
    return child.pid


def _cpu_seconds(child: Child) -> float:
    # The program's name comes before the fields, in parentheses, and may hold blanks.
    fields = Path(f"/proc/{_pid(child)}/stat").read_text().rpartition(")")[2].split()
    state_and_parent = 2
    first, last = _CPU_FIELDS.start - state_and_parent, _CPU_FIELDS.stop - state_and_parent
    return sum(map(int, fields[first:last])) / _TICKS_A_SECOND

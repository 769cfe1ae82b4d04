"""On what, with what and when something was measured."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from gateway.contest import Server
from gateway.measure import Effort
from gateway.npm_peers import node_version

_GIGABYTE = 2**30


def conditions(servers: list[Server], effort: Effort) -> list[str]:
    """Return a line for each condition."""
    peers = [server for server in servers if server.is_peer]
    own = ", ".join(f"{name} {version(name)}" for name in ("graphwing", "uvicorn", "msgspec"))
    lines = [
        _machine(),
        f"{datetime.now(UTC):%d %B %Y}; CPython {platform.python_version()}, {own}",
    ]
    if peers:
        names = "; ".join(f"{server.name} {server.version}" for server in peers)
        lines.append(f"{names}; Node.js {node_version()}")
    lines.append(
        f"median of {effort.rounds} rounds in which the servers take turns; CPU time is what the"
        " operating system counts for all threads and children of a server's process"
    )
    return lines


def _machine() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    model = models[0] if models else platform.machine()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GIGABYTE
    cores = len(os.sched_getaffinity(0))
    return f"{model}, {cores} cores, {memory:.0f} GB, Linux {platform.release().split('-')[0]}"

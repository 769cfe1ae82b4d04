"""Processes that are measured: started, waited for, and what the operating system counts for them.

Linux only.
"""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

BENCH = Path(__file__).resolve().parents[1]
_START_SECONDS = 90
_STOP_SECONDS = 10
_POLL_SECONDS = 0.05
_RESET_PEAK = "5"
_ASK = b'{"query":"{ __typename }","variables":{}}'


class BenchmarkError(Exception):
    """The benchmark says nothing."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process that answers at a port of loopback, with all that it starts itself."""

    name: str
    port: int
    log: Path
    """What it prints goes there."""
    popen: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        """Return what the operating system knows it by."""
        return self.popen.pid

    def wait_until_ready(self) -> None:
        """Return when it answers GraphQL. Raises `BenchmarkError` when that does not come."""
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end and self.popen.poll() is None:
            if _answers(self.port):
                return
            time.sleep(_POLL_SECONDS)
        raise BenchmarkError(f"{self.name} does not start: {_problem(self.log)}")

    def cpu_seconds(self) -> float:
        """Return what all its threads have used so far, those included that have ended."""
        # What clock_getcpuclockid(3) returns; exact to the nanosecond, where /proc counts ticks.
        return sum(time.clock_gettime(~pid << 3 | 2) for pid in _tree(self.pid))

    def memory(self) -> int:
        """Return how many bytes it holds in memory."""
        return self._status("VmRSS")

    def peak_memory(self) -> int:
        """Return how many bytes it held at most since `forget_peak`."""
        return self._status("VmHWM")

    def forget_peak(self) -> None:
        """Count the peak of its memory from now on."""
        for pid in _tree(self.pid):
            Path(f"/proc/{pid}/clear_refs").write_text(_RESET_PEAK)

    def _status(self, key: str) -> int:
        found = 0
        for pid in _tree(self.pid):
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
            found += sum(int(line.split()[1]) for line in lines if line.startswith(f"{key}:"))
        return found * 1024


def _tree(pid: int) -> list[int]:
    pids = [pid]
    for one in pids:
        for children in Path(f"/proc/{one}/task").glob("*/children"):
            pids += map(int, children.read_text().split())
    return pids


def free_ports(number: int) -> list[int]:
    """Return so many ports of loopback that nobody listens at."""
    listeners = [socket.socket() for _ in range(number)]
    for listener in listeners:
        listener.bind(("127.0.0.1", 0))
    ports: list[int] = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


@contextmanager
def running(
    name: str,
    command: Sequence[str | Path],
    port: int,
    log: Path,
    environment: Mapping[str, str] | None = None,
) -> Generator[Process]:
    """Run a command that will answer GraphQL at a port, as long as this lasts."""
    own = {"PYTHONPATH": str(BENCH), **(environment or {})}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ | own,
            start_new_session=True,
        )
    try:
        yield Process(name, port, log, process)
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a process and all that it has started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_SECONDS)


def _problem(log: Path) -> str:
    """Return the line that says what went wrong, or the last one."""
    lines = log.read_text(errors="replace").strip().splitlines()
    return next((line.strip() for line in lines if "Error: " in line), (lines or ["no output"])[-1])


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_STOP_SECONDS)
    try:
        headers = {"content-type": "application/json", "accept": "application/json"}
        connection.request("POST", "/graphql", _ASK, headers)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()

"""Child processes with a name: started, watched, and always ended by whoever started them."""

from __future__ import annotations

import http.client
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from runner.errors import ChildFailedError, StartFailedError
from runner.services import HOST, ROOT

READY_SECONDS = 120.0
POLL_SECONDS = 0.1
PROGRESS_SECONDS = 3.0
STOP_SECONDS = 10.0
OK = 200


@dataclass
class Child:
    """One Python process of the platform; `module_arguments` follow `python -m`."""

    name: str
    module_arguments: tuple[str, ...]
    environment: Mapping[str, str]
    port: int
    health_path: str
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def exit_status(self) -> int | None:
        """How it ended, if it was started and has ended."""
        return self._process.poll() if self._process else None

    def start(self) -> None:
        """Start the process; it is not ready yet."""
        self._process = subprocess.Popen(
            [*_end_with_parent(), sys.executable, "-m", *self.module_arguments],
            env=self.environment,
            cwd=ROOT,
        )

    def stop(self) -> None:
        """End the process and wait until it is gone."""
        if self._process is None:
            return
        self.ask_to_stop()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def ask_to_stop(self) -> None:
        """Ask the process to end, without waiting for it."""
        if self.pid is not None and self._process is not None:
            self._process.terminate()

    def wait_until_ready(self) -> None:
        """Return once its health address answers; raise a `RunnerError` if it ends before."""
        begin = told = time.monotonic()
        while not answers(self.port, self.health_path):
            self._require_alive()
            now = time.monotonic()
            if now - begin > READY_SECONDS:
                raise StartFailedError(self.name, f"not ready after {READY_SECONDS:.0f} s")
            if now - told > PROGRESS_SECONDS:
                told = now
                print(f"  {self.name}: starting, {now - begin:.0f} s …", flush=True)
            time.sleep(POLL_SECONDS)

    def _require_alive(self) -> None:
        status = self.exit_status
        if status is None:
            return
        if status > 0:
            raise ChildFailedError(f"{self.name} ended with exit code {status}")
        raise StartFailedError(self.name, f"it was ended (exit code {status})")


def _end_with_parent() -> list[str]:
    """Return what makes a command end with us even if we are killed, where the system has it."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []


def answers(port: int, path: str) -> bool:
    """Return whether `path` on local `port` answers with 200."""
    connection = http.client.HTTPConnection(HOST, port, timeout=1.0)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == OK
    except OSError:
        return False
    finally:
        connection.close()

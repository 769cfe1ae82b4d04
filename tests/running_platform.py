"""The whole platform as a test sees it: started the way a person starts it, asked over HTTP."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 180.0
STOP_SECONDS = 30.0
PORTS_OF_A_PLATFORM = 4


@dataclass(frozen=True)
class Platform:
    """A running platform: the address of its front door, and its own start and stop commands."""

    origin: str
    environment: dict[str, str]
    process: subprocess.Popen[str]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the runner, such as `stop community`, beside the platform."""
        return subprocess.run(
            [sys.executable, "-m", "runner", *command],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=False,
        )

    def execute(
        self, operation: str, variables: dict[str, Any] | None = None, token: str | None = None
    ) -> dict[str, Any]:
        """Return the answer to an operation, which must come with status 200."""
        response = httpx.post(
            f"{self.origin}/graphql",
            json={"query": operation, "variables": variables or {}},
            headers={"authorization": f"Bearer {token}"} if token else {},
            timeout=30.0,
        )
        assert response.status_code == 200, response.text
        return response.json()

    def sign_in(self, email: str = "haru@wing.test") -> str:
        """Return a token of a demo user."""
        answer = self.execute(
            """mutation SignIn($input: SignInInput!) {
              signIn(input: $input) { ... on SignInSuccess { token } }
            }""",
            {"input": {"email": email, "password": "wing-demo-2026"}},
        )
        return answer["data"]["signIn"]["token"]


@contextmanager
def running_platform(data: Path) -> Generator[Platform]:
    """Run each service in a process of its own, over fresh databases in the folder `data`."""
    port = free_block_of_ports()
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "deploy"),
        "PYTHONUNBUFFERED": "1",
        "WING_PORT": str(port),
        "WING_DATA": str(data),
    }
    with subprocess.Popen(
        [sys.executable, "-m", "runner", "services"],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            _wait_until_ready(process)
            yield Platform(f"http://127.0.0.1:{port}", environment, process)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(STOP_SECONDS)


def _wait_until_ready(process: subprocess.Popen[str]) -> None:
    """Return once the runner says that all is ready; fail with its words if it ends instead."""
    said: list[str] = []
    ready = threading.Event()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line)
            if line.startswith("Ready."):
                ready.set()
        ready.set()

    threading.Thread(target=read, daemon=True).start()
    ready.wait(START_SECONDS)
    assert any(line.startswith("Ready.") for line in said), "".join(said)


def free_block_of_ports() -> int:
    """Return the first of as many free neighbouring ports as a platform takes."""
    for first in range(20_000, 30_000, PORTS_OF_A_PLATFORM):
        if all(_is_free(first + offset) for offset in range(PORTS_OF_A_PLATFORM)):
            return first
    message = "no free ports"
    raise AssertionError(message)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True

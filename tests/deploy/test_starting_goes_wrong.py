"""What keeps the platform from starting is one clear line and exit code 1."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from running_platform import ROOT, running_platform


def _start(data: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "runner", *(command or ("dev",))],
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT / "deploy"),
            "WING_DATA": str(data),
            **environment,
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        result = _start(tmp_path, WING_PORT=str(port))

    assert result.returncode == 1
    assert result.stderr == (
        f"error: port {port} for the platform is in use by another program; "
        "stop it, or choose other ports with WING_PORT\n"
    )


def test_a_port_that_is_no_number_is_refused(tmp_path: Path) -> None:
    result = _start(tmp_path, WING_PORT="http")

    assert result.returncode == 1
    assert result.stderr == "error: WING_PORT is `http`; it must be a number from 1024 to 65000\n"


def test_an_unreachable_database_is_named_with_its_setting(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        # Bound and not listening: a connection is refused, and nobody else can take the port.
        result = _start(
            tmp_path,
            WING_PORT="31000",
            **{
                f"{name}_DATABASE_URL": f"postgresql://nobody:secret@127.0.0.1:{port}/none"
                for name in ("ACCOUNTS", "MUSIC", "COMMUNITY")
            },
        )

    (line,) = (each for each in result.stderr.splitlines() if each.startswith("error:"))
    assert result.returncode == 1
    assert "_DATABASE_URL" in line
    assert f"127.0.0.1:{port}" in line
    assert "secret" not in result.stderr
    assert "Traceback" not in result.stderr


def test_stopping_a_service_when_none_runs_says_how_to_start(tmp_path: Path) -> None:
    result = _start(tmp_path, "stop", "community")

    assert result.returncode == 1
    assert result.stderr == "error: the services are not running; start them with: poe services\n"


def test_a_closed_terminal_leaves_nothing_behind(tmp_path: Path) -> None:
    with running_platform(tmp_path) as platform:
        process = platform.process
        process.send_signal(signal.SIGHUP)
        process.wait(30)

        assert process.returncode == 0
        assert not (tmp_path / "postgres" / "server" / "data" / "postmaster.pid").exists()
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", int(platform.environment["WING_PORT"])))

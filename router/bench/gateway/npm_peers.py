"""The peers that npm has: installed when they are measured for the first time."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from progress import progress

_FOLDER = Path(__file__).parent / "peers"
_MARK = _FOLDER / "node_modules" / ".packages-installed"
_LONGEST_SECONDS = 600
_POLL_SECONDS = 0.5
# No reports to their makers, and what is meant for development left out.
_QUIET = {"APOLLO_TELEMETRY_DISABLED": "1", "NODE_ENV": "production"}


@dataclass(frozen=True, slots=True)
class Peer:
    """Another gateway: how it is started for a supergraph, to answer at a port."""

    name: str
    version: str
    port: int
    command: tuple[str, ...]
    environment: dict[str, str]


def npm_peers(supergraph: Path, ports: list[int]) -> list[Peer]:
    """Return the peers of npm, one for each of three ports, or none if they cannot be installed."""
    node, npm = _program("node"), _program("npm")
    if node is None or npm is None:
        print("without the peers of npm: there is no Node.js")
        return []
    problem = _install(npm)
    if problem is not None:
        print(f"without the peers of npm, which cannot be installed: {problem}")
        return []
    # The program on the path may be a script that starts another, which is not to be measured.
    real_node = _printed([node, "--print", "process.execPath"])
    hive, rust = _version("@graphql-hive/gateway"), _version("@graphql-hive/router-runtime")
    kinds = (
        ("Apollo Gateway", _version("@apollo/gateway"), "apollo.mjs", ()),
        ("Hive Gateway", hive, "hive.mjs", ()),
        ("Hive Gateway, Rust planner", f"{hive} with {rust}", "hive.mjs", ("rust",)),
    )
    return [
        Peer(
            name,
            version,
            port,
            (real_node, str(_FOLDER / script), str(supergraph), str(port), *options),
            _QUIET,
        )
        for (name, version, script, options), port in zip(kinds, ports, strict=True)
    ]


def node_version() -> str:
    """Return the version of Node.js that runs the peers of npm."""
    node = _program("node")
    if node is None:
        return "none"
    return _printed([node, "--version"])


def _printed(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _program(name: str) -> str | None:
    """Return the path of a program: that of this Python's environment comes first."""
    own = str(Path(sys.executable).parent)
    return shutil.which(name, path=os.pathsep.join([own, os.environ.get("PATH", "")]))


def _version(package: str) -> str:
    manifest = _FOLDER / "node_modules" / package / "package.json"
    return json.loads(manifest.read_text(encoding="utf-8"))["version"]


def _install(npm: str) -> str | None:
    """Install what the lock file says unless that is done, and return what went wrong."""
    digest = hashlib.sha256((_FOLDER / "package-lock.json").read_bytes()).hexdigest()
    if _MARK.is_file() and _MARK.read_text() == digest:
        return None
    said = _run([npm, "ci", "--no-progress", "--loglevel=error"])
    if said is None:
        _MARK.write_text(digest)
    return said


def _run(command: list[str]) -> str | None:
    began = time.monotonic()
    # Node is found by the script that npm is.
    path = os.pathsep.join([str(Path(command[0]).parent), os.environ.get("PATH", "")])
    with subprocess.Popen(
        command,
        cwd=_FOLDER,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PATH": path},
    ) as process:
        while True:
            seconds = time.monotonic() - began
            progress(f"installing the peers of npm, {seconds:.0f} s (two minutes, 700 MB)")
            try:
                _, errors = process.communicate(timeout=_POLL_SECONDS)
            except subprocess.TimeoutExpired:
                if seconds > _LONGEST_SECONDS:
                    process.kill()
                continue
            progress.clear()
            if process.returncode == 0:
                return None
            lines = [line for line in errors.splitlines() if line.startswith("npm error")]
            return lines[0] if lines else f"npm ended with {process.returncode}"

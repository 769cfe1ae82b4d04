"""Build the web app when its sources or the graph's schema have changed since the last build."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import time
from pathlib import Path

from runner.errors import MissingFileError, RunnerError
from runner.services import ROOT

WEB = ROOT / "web"
DIST = WEB / "dist"
BUILT_FROM = ("src", "public", "graphiql.html", "index.html", "package-lock.json", "package.json")
GENERATED = "__generated__"
LOG_TAIL_LINES = 25


def build_web() -> None:
    """Make `web/dist` current; raise `RunnerError` with the builder's words when it fails."""
    mark = DIST / ".built-from"
    state = _state_of_sources()
    if mark.is_file() and mark.read_text() == state:
        return
    npm = shutil.which("npm")
    if npm is None:
        raise MissingFileError(Path("npm"), "set the project up with: python3 deploy/run.py")
    # The demo build offers the demo account in the sign-in dialog; the other does not know of it.
    mode = "demo" if _is_demo() else "production"
    print("  Web app: building …", flush=True)
    begin = time.monotonic()
    result = subprocess.run(
        [npm, "run", "build", "--", "--mode", mode],
        cwd=WEB,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if result.returncode:
        tail = "\n".join(result.stdout.splitlines()[-LOG_TAIL_LINES:])
        raise RunnerError(f"the web app does not build:\n{tail}")
    mark.write_text(state)
    print(f"  Web app: built in {time.monotonic() - begin:.0f} s", flush=True)


def _state_of_sources() -> str:
    files = [ROOT / "schema" / "api.graphql", *WEB.glob("*.ts"), *WEB.glob("*.json")]
    for name in BUILT_FROM:
        path = WEB / name
        files += path.rglob("*") if path.is_dir() else [path]
    digest = hashlib.sha256(f"demo: {_is_demo()}\n".encode())
    for path in sorted({file for file in files if file.is_file() and GENERATED not in file.parts}):
        digest.update(f"{path.relative_to(ROOT)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _is_demo() -> bool:
    return os.environ.get("DEMO", "1") != "0"

"""Set the project up and run one of its tasks: needs only Python 3.11 or newer, with pip.

    python3 deploy/run.py            start the whole platform (the task `dev`)
    python3 deploy/run.py test       run every test
    python3 deploy/run.py TASK …     run any task that `poe` lists

Setting up installs exactly the versions of the lock files into `.venv` and `web/node_modules`. It
is done once and again only when a lock file or a member's dependencies have changed.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
import venv
from pathlib import Path
from typing import NoReturn

OLDEST_PYTHON = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
WEB = ROOT / "web"
PYTHON_LOCK = ROOT / "requirements.lock"
NODE_LOCK = WEB / "package-lock.json"
# Each holds a digest of what was installed, so that nothing is installed twice.
PACKAGES_MARK = VENV / "packages-installed"
MEMBERS_MARK = VENV / "members-installed"
NODE_MARK = WEB / "node_modules" / ".packages-installed"
LOG = ROOT / ".wing" / "logs" / "setup.log"
# Another Python's folders, and what would have every start compile every module anew.
UNWANTED = ("PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
PROGRESS_SECONDS = 5.0
LOG_TAIL_LINES = 25


def main(arguments: list[str]) -> NoReturn:
    """Set up what is missing and become the asked task."""
    if sys.version_info < OLDEST_PYTHON:
        _fail(f"Python 3.11 or newer is needed, and this is {sys.version.split()[0]}")
    _set_up_python()
    _set_up_node()
    task = arguments or ["dev"]
    os.chdir(ROOT)
    os.execve(  # noqa: S606 - the task takes this process' place, so signals reach it
        _venv_program("python"), ["python", "-m", "poethepoet", *task], _environment()
    )


def _set_up_python() -> None:
    """Install the locked Python packages and the members, each unless that is done already."""
    # The path counts: scripts and editable installs hold it, so a moved folder is set up again.
    packages = _digest([PYTHON_LOCK], sys.version, str(ROOT))
    if not _is_marked(PACKAGES_MARK, packages):
        _create_venv()
        hashed = ["--no-deps", "--require-hashes", "-r", str(PYTHON_LOCK)]
        _step("Python packages", [*_pip(), "install", *hashed])
        PACKAGES_MARK.write_text(packages)
    members = [
        *ROOT.glob("router/pyproject.toml"),
        *sorted(ROOT.glob("subgraphs/*/pyproject.toml")),
    ]
    installed = _digest(members, packages)
    if not _is_marked(MEMBERS_MARK, installed):
        editable = [argument for member in members for argument in ("-e", str(member.parent))]
        # The build backend is in the lock file as well, so building needs no download of its own.
        offline = ["--no-deps", "--no-build-isolation"]
        _step("The project's own packages", [*_pip(), "install", *offline, *editable])
        MEMBERS_MARK.write_text(installed)


def _create_venv() -> None:
    print(f"Setting up in {ROOT}", flush=True)
    venv.EnvBuilder(clear=True, symlinks=True, with_pip=False).create(VENV)
    # Debian's Python has no ensurepip unless python3-venv is installed; `_pip` knows another way.
    _succeeds([_venv_program("python"), "-m", "ensurepip"])


def _pip() -> list[str]:
    """Return a pip command that installs into the virtual environment."""
    python = _venv_program("python")
    # Its own pip, or that of the Python that runs this, which can install into another.
    pips = ([python, "-m", "pip"], [sys.executable, "-m", "pip", "--python", python])
    working = [pip for pip in pips if _succeeds([*pip, "--version"])]
    if not working:
        _fail("this Python has neither pip nor ensurepip; install pip (python3-pip) and try again")
    return working[0]


def _succeeds(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _set_up_node() -> None:
    """Install the locked npm packages with the Node.js that came with the Python packages."""
    packages = _digest([NODE_LOCK])
    if not _is_marked(NODE_MARK, packages):
        _step("Web packages", [_venv_program("npm"), "ci", "--no-audit", "--no-fund"], folder=WEB)
        NODE_MARK.write_text(packages)


def _step(label: str, command: list[str], *, folder: Path = ROOT) -> None:
    """Run `command` with its output in the log, telling every few seconds that it goes on."""
    LOG.parent.mkdir(parents=True, exist_ok=True)
    begin = time.monotonic()
    with LOG.open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=_environment(), stdout=log, stderr=subprocess.STDOUT
        )
        while True:
            seconds = round(time.monotonic() - begin)
            try:
                status = process.wait(PROGRESS_SECONDS)
                break
            except subprocess.TimeoutExpired:
                print(f"  {label}: {seconds + round(PROGRESS_SECONDS)} s …", flush=True)
            except KeyboardInterrupt:
                process.terminate()
                process.wait()
                _fail("stopped")
    if status:
        tail = LOG.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:]
        _fail("\n".join([f"{label}: the command failed; the end of {LOG}:", *tail]))
    print(f"  {label}: done in {time.monotonic() - begin:.0f} s", flush=True)


def _environment() -> dict[str, str]:
    """Return this environment with the project's own programs first on the path."""
    programs = os.pathsep.join([str(VENV / "bin"), os.environ.get("PATH", os.defpath)])
    inherited = {name: value for name, value in os.environ.items() if name not in UNWANTED}
    return {**inherited, "PATH": programs, "VIRTUAL_ENV": str(VENV)}


def _venv_program(name: str) -> str:
    return str(VENV / "bin" / name)


def _is_marked(mark: Path, digest: str) -> bool:
    return mark.is_file() and mark.read_text() == digest


def _digest(files: list[Path], *texts: str) -> str:
    digest = hashlib.sha256()
    for part in [*(path.read_bytes() for path in files), *(text.encode() for text in texts)]:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def _fail(message: str) -> NoReturn:
    print(f"error: {message}", file=sys.stderr)
    raise SystemExit(1)


if __name__ == "__main__":
    main(sys.argv[1:])

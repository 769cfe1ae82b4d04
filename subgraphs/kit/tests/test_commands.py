"""The commands of a service, above all how they fail: one line, exit code 1, no traceback."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import httpx
import pytest

from kit.errors import DatabaseError, SettingsError
from runner.postgres import PostgresServer
from running_service import SECRET, running_service

SERVICES = ("accounts", "music", "community")
every_service = pytest.mark.parametrize("service", SERVICES)
START_SECONDS = 60.0


@pytest.fixture
def environment(signing_key_file: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "GRAPHWING_CLAIMS_SECRET": SECRET,
        "ACCOUNTS_SIGNING_KEY_FILE": str(signing_key_file),
    }


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that is taken, and where nobody answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def run(environment: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command],
        env=environment,
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )


def only_error(result: subprocess.CompletedProcess[str]) -> str:
    """Return the one line of a command that failed as it should."""
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    return result.stderr.removeprefix("error: ").rstrip()


@pytest.mark.parametrize(
    ("service", "command"),
    [*((service, "serve") for service in SERVICES), ("music", "migrate"), ("music", "seed")],
)
def test_an_unreachable_database_is_one_line(
    service: str, command: str, environment: dict[str, str], silent_port: int, free_port: int
) -> None:
    name = f"{service.upper()}_DATABASE_URL"
    environment[name] = f"postgresql://{service}:secret@127.0.0.1:{silent_port}/{service}"
    options = ["--port", str(free_port)] if command == "serve" else []

    line = only_error(run(environment, service, command, *options))

    assert line.startswith(f"cannot use the database of `{name}` at 127.0.0.1:{silent_port}: ")
    assert line.endswith(f"; start that server or correct `{name}`")
    assert "secret" not in line


def test_a_missing_setting_is_one_line(environment: dict[str, str]) -> None:
    line = only_error(run(environment, "music", "serve"))

    assert line == (
        "setting `MUSIC_DATABASE_URL` is not set;"
        " give an address like postgresql://user:password@host:5432/database"
    )


def test_a_missing_key_is_one_line(environment: dict[str, str]) -> None:
    environment |= {
        "DATABASE_URL": "postgresql://127.0.0.1/accounts",
        "ACCOUNTS_SIGNING_KEY_FILE": "/nowhere/signing-key.pem",
    }

    line = only_error(run(environment, "accounts", "serve"))

    assert line.startswith("setting `ACCOUNTS_SIGNING_KEY_FILE` names /nowhere/signing-key.pem, ")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("music:", "nobody:"), 'password authentication failed for user "nobody"'),
        (("/music_", "/missing_"), "does not exist"),
        (("/music_", "/music?colour="), "unexpected keyword argument"),
    ],
)
async def test_a_database_that_refuses_us_is_one_line_with_its_reason(
    create_database: Callable[[str], str], change: tuple[str, str], reason: str
) -> None:
    url = create_database("music").replace(*change)

    with pytest.raises(DatabaseError) as caught:
        async with running_service("music", url):
            pass

    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_used_port_is_one_line(
    environment: dict[str, str], create_database: Callable[[str], str], silent_port: int
) -> None:
    environment["MUSIC_DATABASE_URL"] = create_database("music")

    line = only_error(run(environment, "music", "serve", "--port", str(silent_port)))

    assert line == (
        f"cannot listen on 127.0.0.1:{silent_port}: Address already in use;"
        " stop what uses it or pass another `--port`"
    )


@every_service
async def test_in_one_process_the_failure_is_an_exception_with_the_same_line(
    service: str, silent_port: int, signing_key_file: Path
) -> None:
    url = f"postgresql://{service}@127.0.0.1:{silent_port}/{service}"

    with pytest.raises(DatabaseError) as caught:
        async with running_service(service, url, signing_key_file=signing_key_file):
            pass

    assert str(caught.value).startswith(
        f"cannot use the database of `{service.upper()}_DATABASE_URL` at 127.0.0.1:{silent_port}: "
    )
    assert "\n" not in str(caught.value)


@every_service
def test_in_one_process_a_missing_setting_is_an_exception_when_the_app_is_made(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATABASE_URL", f"{service.upper()}_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)

    with pytest.raises(SettingsError, match="_DATABASE_URL` is not set"):
        import_module(f"{service}.app").create_app()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_served_service_answers_and_ends_in_order_when_told_to(
    environment: dict[str, str],
    create_database: Callable[[str], str],
    postgres: PostgresServer,
    free_port: int,
    number: signal.Signals,
) -> None:
    url = environment["MUSIC_DATABASE_URL"] = create_database("music")
    environment["DEMO"] = "1"
    command = [sys.executable, "-m", "music", "serve", "--port", str(free_port)]

    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            ready = f"listening on http://127.0.0.1:{free_port}\n"
            assert any(line.endswith(ready) for line in process.stderr)
            answer = httpx.post(
                f"http://127.0.0.1:{free_port}/graphql",
                json={"query": '{ artist(slug: "달빛공장") { name } }'},
                timeout=START_SECONDS,
            )
            process.send_signal(number)
            said = process.stderr.read()
        finally:
            process.kill()

    assert answer.json() == {"data": {"artist": {"name": "달빛공장"}}}
    assert process.returncode == 0
    assert "Traceback" not in said
    sessions = postgres.run_sql(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = :'name';",
        name=url.rpartition("/")[2],
    )
    assert sessions == "0"


def test_a_revision_that_nobody_knows_is_one_line(
    environment: dict[str, str], create_database: Callable[[str], str], postgres: PostgresServer
) -> None:
    url = environment["MUSIC_DATABASE_URL"] = create_database("music")

    line = only_error(run(environment, "music", "migrate", "--down-to", "nonsense"))
    assert line.startswith("cannot migrate the database of music: ")
    assert "'nonsense'" in line

    postgres.run_sql(
        "\\connect :name\nUPDATE alembic_version SET version_num = '9999';",
        name=url.rpartition("/")[2],
    )
    line = only_error(run(environment, "music", "serve", "--port", "0"))
    assert "Can't locate revision identified by '9999'; run the version that" in line


def test_a_database_can_be_taken_back_by_command(
    environment: dict[str, str],
    create_database: Callable[[str], str],
    postgres: PostgresServer,
) -> None:
    url = environment["COMMUNITY_DATABASE_URL"] = create_database("community")
    tables = (
        f"\\connect {url.rpartition('/')[2]}\n"
        "SELECT string_agg(tablename, ' ' ORDER BY 1) FROM pg_tables WHERE schemaname = 'public';"
    )

    assert run(environment, "community", "migrate", "--down-to", "base").returncode == 0
    assert postgres.run_sql(tables) == "alembic_version"

    assert run(environment, "community", "migrate").returncode == 0
    assert postgres.run_sql(tables) == "alembic_version comment"

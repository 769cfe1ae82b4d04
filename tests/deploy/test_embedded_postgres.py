"""The embedded PostgreSQL: a real server in a folder, whoever starts it and however it ends."""

from __future__ import annotations

import asyncio
import json
import os
import pwd
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from runner.errors import PostgresError
from runner.postgres import UNSAFE_AND_FAST, embedded_postgres

# It has no types.
asyncpg: Any = import_module("asyncpg")

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
WAIT_SECONDS = 60.0

# Uses the server in a folder until it is told to go on, in one of the ways there are to end.
USER = """
import sys
from pathlib import Path
from runner.postgres import embedded_postgres

with embedded_postgres(Path(sys.argv[1])) as server:
    print(server.create_service_database("music"), flush=True)
    sys.stdin.readline()
    if len(sys.argv) > 2:
        raise RuntimeError(sys.argv[2])
"""


class Process:
    """Another process that uses the server in a folder."""

    def __init__(self, folder: Path, *arguments: str, prefix: tuple[str, ...] = ()) -> None:
        self.process = subprocess.Popen(
            [*prefix, sys.executable, "-c", USER, str(folder), *arguments],
            env={**os.environ, "PYTHONPATH": str(DEPLOY), "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()
        assert self.url, self.process.communicate()[1]

    def end(self, *, with_signal: signal.Signals | None = None) -> str:
        """Let it go on, or send it a signal; return what it said last."""
        if with_signal is not None:
            self.process.send_signal(with_signal)
        return self.process.communicate("\n", timeout=WAIT_SECONDS)[1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "postgres"


def query(url: str, sql: str) -> object:
    """Return the one value that `sql` answers in the database at `url`."""

    async def fetch() -> object:
        connection = await asyncpg.connect(url, timeout=5)
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    return asyncio.run(fetch())


def is_running(folder: Path) -> bool:
    return (folder / "server" / "data" / "postmaster.pid").exists()


def test_it_is_a_real_server_with_a_database_and_a_role_for_a_service(folder: Path) -> None:
    with embedded_postgres(folder) as server:
        url = server.create_service_database("music")

        assert str(query(url, "SELECT version()")).startswith("PostgreSQL 18.")
        assert query(url, "SELECT current_user || '@' || current_database()") == "music@music"
        assert query(url, "CREATE TABLE song (name text)") is None
        assert query(url, "SELECT pg_encoding_to_char(encoding) FROM pg_database LIMIT 1") == "UTF8"
        assert is_running(folder)

    assert not is_running(folder)
    with pytest.raises(OSError):  # noqa: PT011 (which one is the system's choice)
        query(url, "SELECT 1")


def test_what_was_written_is_there_after_a_second_start_of_less_than_two_seconds(
    folder: Path,
) -> None:
    with embedded_postgres(folder) as server:
        query(server.create_service_database("music"), "CREATE TABLE song AS SELECT 7 AS number")

    begin = time.monotonic()
    with embedded_postgres(folder) as server:
        url = server.create_service_database("music")
        seconds = time.monotonic() - begin
        assert query(url, "SELECT number FROM song") == 7

    assert seconds < 2


def test_a_service_may_do_nothing_but_with_its_own_database(folder: Path) -> None:
    with embedded_postgres(folder) as server:
        music = server.create_service_database("music")
        server.create_service_database("community")

        for other in ("community", "postgres", "template1"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                query(music.rpartition("/")[0] + f"/{other}", "SELECT 1")
        for command in ("CREATE DATABASE mine", "CREATE ROLE mine", "DROP DATABASE community"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                query(music, command)
        with pytest.raises(asyncpg.InvalidPasswordError):
            query(music.replace("//music:", "//music:x"), "SELECT 1")


def test_passwords_are_kept_for_the_owner_of_the_folder_only(folder: Path) -> None:
    with embedded_postgres(folder) as server:
        url = server.create_service_database("music")

        kept = folder / "passwords.json"
        assert kept.stat().st_mode & 0o777 == 0o600
        assert f":{json.loads(kept.read_text())['music']}@" in url
        assert server.create_service_database("music") == url
        assert (folder / "server").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["", "Music", "my-music", "music;", "x" * 64])
def test_only_a_plain_name_can_be_that_of_a_database(folder: Path, name: str) -> None:
    with embedded_postgres(folder) as server, pytest.raises(PostgresError, match="cannot be the"):
        server.create_service_database(name)


def test_two_projects_run_side_by_side(tmp_path: Path) -> None:
    with (
        embedded_postgres(tmp_path / "one") as one,
        embedded_postgres(tmp_path / "two") as two,
    ):
        urls = [server.create_service_database("music") for server in (one, two)]

        assert one.port != two.port
        query(urls[0], "CREATE TABLE song (name text)")
        assert query(urls[1], "SELECT to_regclass('song')") is None


@pytest.mark.parametrize(
    "name", ["with a space", "d" * 250, "한글 'quoted\" $HOME `id`", "deep/" * 40 + "end"]
)
def test_any_folder_will_do(tmp_path: Path, name: str) -> None:
    with embedded_postgres(tmp_path / name) as server:
        url = server.create_service_database("music")

        assert query(url, "SELECT 1") == 1


def test_folders_on_the_way_keep_their_rights(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)

    with embedded_postgres(closed / "postgres") as server:
        assert query(server.create_service_database("music"), "SELECT 1") == 1

    assert closed.stat().st_mode & 0o777 == 0o700
    assert closed.stat().st_uid == os.geteuid()


def test_a_process_that_comes_later_shares_the_server_and_the_last_one_stops_it(
    folder: Path,
) -> None:
    first, second = Process(folder), Process(folder)
    assert first.url == second.url

    first.end()
    assert query(second.url, "SELECT 1") == 1

    second.end()
    assert not is_running(folder)


def test_processes_that_start_together_start_one_server(folder: Path) -> None:
    with embedded_postgres(folder):
        pass

    users = [Process(folder) for _ in range(3)]

    assert len({user.url for user in users}) == 1
    for user in users:
        user.end()
    assert not is_running(folder)


def test_it_stops_after_ctrl_c(folder: Path) -> None:
    user = Process(folder)

    said = user.end(with_signal=signal.SIGINT)

    assert "KeyboardInterrupt" in said
    assert not is_running(folder)


def test_it_stops_after_an_exception(folder: Path) -> None:
    user = Process(folder, "something went wrong")

    assert "RuntimeError: something went wrong" in user.end()
    assert not is_running(folder)


def test_a_process_that_was_killed_leaves_a_server_that_the_next_one_uses_and_stops(
    folder: Path,
) -> None:
    killed = Process(folder)
    killed.end(with_signal=signal.SIGKILL)
    assert is_running(folder)

    following = Process(folder)

    assert following.url == killed.url
    following.end()
    assert not is_running(folder)


def test_a_server_that_was_killed_is_started_again(folder: Path) -> None:
    with embedded_postgres(folder) as server:
        query(server.create_service_database("music"), "CREATE TABLE song AS SELECT 7 AS number")
        pid_file = folder / "server" / "data" / "postmaster.pid"
        os.kill(int(pid_file.read_text().split()[0]), signal.SIGKILL)

        with embedded_postgres(folder) as again:
            url = again.create_service_database("music")
            assert query(url, "SELECT number FROM song") == 7


def test_an_interrupted_creation_is_begun_again(folder: Path) -> None:
    (folder / "server" / "new").mkdir(parents=True)
    (folder / "server" / "new" / "half").touch()

    with embedded_postgres(folder) as server:
        assert query(server.create_service_database("music"), "SELECT 1") == 1


def test_a_server_that_does_not_start_says_why_in_one_line(folder: Path) -> None:
    with (
        pytest.raises(PostgresError) as caught,
        embedded_postgres(folder, settings={"shared_buffers": "nonsense"}),
    ):
        pass

    assert 'invalid value for parameter "shared_buffers": "nonsense"' in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_that_cannot_be_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with (
        pytest.raises(PostgresError, match="its folder cannot be used"),
        embedded_postgres(tmp_path / "file" / "postgres"),
    ):
        pass


@pytest.fixture
def nobodys_folder() -> Iterator[Path]:
    """A folder of an ordinary user, where that user can reach it."""
    if os.geteuid() != 0:
        pytest.skip("only root can be somebody else")
    nobody = pwd.getpwnam("nobody")
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        os.chown(name, nobody.pw_uid, nobody.pw_gid)
        yield Path(name)


def test_an_ordinary_user_runs_it_and_root_can_use_their_server(nobodys_folder: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    # The test's own Python may be in root's home; nobody may pass through to it.
    prefix = (
        *("setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"),
        *("--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--"),
    )
    user = Process(nobodys_folder / "postgres", prefix=prefix)
    query(user.url, "CREATE TABLE song AS SELECT 7 AS number")
    user.end()

    with embedded_postgres(nobodys_folder / "postgres", settings=UNSAFE_AND_FAST) as server:
        url = server.create_service_database("music")
        assert query(url, "SELECT number FROM song") == 7
        owner = (nobodys_folder / "postgres" / "server").stat().st_uid

    assert owner == nobody.pw_uid

"""`graphwing serve --workers`: several processes behind one port."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from plans.graphs import Library

APPLICATION = """
import asyncio, json, os

async def app(scope, receive, send):
    await receive()
    if scope["type"] == "lifespan":
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    await asyncio.sleep(0.01)
    body = json.dumps({"data": {"books": [{"title": str(os.getpid())}]}}).encode()
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
"""
SETTINGS = "supergraph: supergraph.graphql\nsubgraphs: { books: { asgi: 'pid_app:app' } }\n"
SERVE = (
    *(sys.executable, "-m", "graphwing", "serve"),
    *("--config", "graphwing.yaml", "--port", "0", "--workers"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with settings whose subgraph answers with the number of its process."""
    (tmp_path / "pid_app.py").write_text(APPLICATION)
    (tmp_path / "graphwing.yaml").write_text(SETTINGS)
    (tmp_path / "supergraph.graphql").write_text(Library().supergraph_sdl())
    return tmp_path


@contextmanager
def serving(folder: Path, workers: int) -> Generator[tuple[subprocess.Popen[str], str]]:
    process = subprocess.Popen(
        [*SERVE, str(workers)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("graphwing serves http://127.0.0.1:")
        yield process, line.split()[-1]
    finally:
        process.terminate()
        process.communicate()


def answering(url: str) -> int | None:
    """The process that answers a request on a new connection; none if there is none."""
    try:
        response = httpx.post(url, json={"query": "{ books { title } }"}, timeout=20)
    except httpx.TransportError:
        return None
    return int(response.json()["data"]["books"][0]["title"])


def answering_until(url: str, count: int, *, besides: frozenset[int] = frozenset()) -> set[int]:
    """The processes that answer, asked until `count` different ones have."""
    found: set[int] = set()
    until = time.monotonic() + 30
    while len(found) < count and time.monotonic() < until:
        one = answering(url)
        if one is not None and one not in besides:
            found.add(one)
    return found


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_requests_are_shared_by_the_workers_and_all_end_together(
    folder: Path, end: signal.Signals
) -> None:
    with serving(folder, 2) as (process, url):
        workers = answering_until(url, 2)
        process.send_signal(end)
        output, errors = process.communicate(timeout=30)

    assert len(workers) == 2
    assert process.pid not in workers
    assert (process.returncode, output, errors) == (0, "", "")
    assert all(map(ends, workers))


def test_a_worker_that_dies_is_replaced(folder: Path) -> None:
    with serving(folder, 2) as (_, url):
        workers = answering_until(url, 2)
        killed = min(workers)
        os.kill(killed, signal.SIGKILL)
        replacing = answering_until(url, 1, besides=frozenset(workers))

    assert len(replacing) == 1
    assert killed not in replacing


def test_no_worker_survives_the_process_that_started_it(folder: Path) -> None:
    with serving(folder, 2) as (process, url):
        workers = answering_until(url, 2)
        process.kill()

        assert all(map(ends, workers))


def test_what_is_wrong_is_said_once(folder: Path) -> None:
    (folder / "supergraph.graphql").write_text("type Query { a: Int }")

    process = subprocess.run(
        [*SERVE, "3"],
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=60,
        check=False,
    )

    assert process.returncode == 1
    assert process.stdout == ""
    assert process.stderr.startswith("error: the supergraph is wrong: ")
    assert process.stderr.count("\n") == 1


def ends(pid: int) -> bool:
    """Return whether a process is not there any more, or ends soon."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([process], [], [], 30)[0])
    finally:
        os.close(process)

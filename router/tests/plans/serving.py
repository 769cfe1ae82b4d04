"""A router that runs as a command, with a subgraph that takes as long as clients wish."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from plans.graphs import Library

# Answers after as many seconds as the client wishes, and leaves word that it was asked.
_APPLICATION = """
import asyncio, json, pathlib

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    await receive()
    wish = float(dict(scope["headers"]).get(b"wish", b"0.02"))
    if wish >= 1:
        pathlib.Path("asked").touch()
    await asyncio.sleep(wish)
    body = json.dumps({"data": {"books": [{"title": "Dune"}]}}).encode()
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
"""
_SETTINGS = """
supergraph: supergraph.graphql
subgraphs: { books: { asgi: 'slow_app:app' } }
headers: { propagate: [wish] }
"""
QUERY = {"query": "{ books { title } }"}
ANSWER = {"data": {"books": [{"title": "Dune"}]}}


@contextmanager
def serving(
    folder: Path, *arguments: str, settings: str = ""
) -> Generator[tuple[subprocess.Popen[str], str]]:
    """The process of `graphwing serve`, and where it is; it is killed at the end."""
    (folder / "slow_app.py").write_text(_APPLICATION)
    (folder / "supergraph.graphql").write_text(Library().supergraph_sdl())
    (folder / "graphwing.yaml").write_text(_SETTINGS + settings)
    serve = (sys.executable, "-m", "graphwing", "serve", "--config", "graphwing.yaml")
    process = subprocess.Popen(
        [*serve, "--port", "0", *arguments],
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
        yield process, line.split()[-1].removesuffix("/graphql")
    finally:
        process.kill()
        process.communicate()


def until_asked(folder: Path) -> None:
    """Wait until the application has a request that takes long."""
    deadline = time.monotonic() + 20
    while not (folder / "asked").exists():
        assert time.monotonic() < deadline
        select.select([], [], [], 0.01)


def exchange(url: str, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    """Status and body of a response on a new connection; much faster than a client of httpx."""
    connection = HTTPConnection(url.removeprefix("http://"), timeout=20)
    try:
        connection.request(method, path, body, {"content-type": "application/json"})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def status_of_readiness(url: str) -> int | None:
    """The status of `/readyz`; none if nobody listens."""
    try:
        return exchange(url, "GET", "/readyz")[0]
    except (OSError, HTTPException):
        return None

"""SIGTERM: readiness first, then a lame-duck time, then what is under way, then the end."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import httpx
import pytest
from plans.graphs import Library
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

# Answers after as many seconds as the client wishes, and leaves word that it was asked.
APPLICATION = """
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
SETTINGS = """
supergraph: supergraph.graphql
subgraphs: {{ books: {{ asgi: 'slow_app:app' }} }}
headers: {{ propagate: [wish] }}
shutdown: {{ lame_duck: {lame_duck}, drain: {drain} }}
"""
QUERY = {"query": "{ books { title } }"}
ANSWER = {"data": {"books": [{"title": "Dune"}]}}


@contextmanager
def serving(
    folder: Path, *arguments: str, lame_duck: str = "0s", drain: str = "30s"
) -> Generator[tuple[subprocess.Popen[str], str]]:
    (folder / "slow_app.py").write_text(APPLICATION)
    (folder / "supergraph.graphql").write_text(Library().supergraph_sdl())
    (folder / "graphwing.yaml").write_text(SETTINGS.format(lame_duck=lame_duck, drain=drain))
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


class Client(threading.Thread):
    """Sends one request after another for as long as the router is ready, and never twice."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self.answers: list[object] = []

    def run(self) -> None:
        body = json.dumps(QUERY).encode()
        while status_of_readiness(self._url) == 200:
            try:
                answer = json.loads(exchange(self._url, "POST", "/graphql", body)[1])
            except (OSError, HTTPException, ValueError) as error:
                answer = error
            self.answers.append(answer)


class SlowRequest(threading.Thread):
    """One request that takes some seconds."""

    def __init__(self, url: str, seconds: float) -> None:
        super().__init__()
        self._url = url
        self._seconds = seconds
        self.answer: object = None
        self.start()

    def run(self) -> None:
        wish = {"wish": str(self._seconds)}
        try:
            self.answer = httpx.post(
                f"{self._url}/graphql", json=QUERY, headers=wish, timeout=30
            ).json()
        except (httpx.TransportError, ValueError) as error:
            self.answer = error


@pytest.mark.parametrize("workers", ["1", "2"])
def test_no_request_fails_of_clients_that_respect_readiness(tmp_path: Path, workers: str) -> None:
    with serving(tmp_path, "--workers", workers, lame_duck="2s") as (process, url):
        clients = [Client(url) for _ in range(6)]
        for client in clients:
            client.start()
        until_answered(clients, 60)
        slow = SlowRequest(url, 4)
        until_asked(tmp_path)
        process.send_signal(signal.SIGTERM)
        for client in clients:
            client.join(30)
        slow.join(30)
        output, errors = process.communicate(timeout=30)

    answers = [answer for client in clients for answer in client.answers]
    assert len(answers) >= 60
    assert [answer for answer in answers if answer != ANSWER] == []
    assert slow.answer == ANSWER
    assert (process.returncode, output, errors) == (0, "", "")


def test_the_router_is_not_ready_and_answers_in_the_lame_duck_time(tmp_path: Path) -> None:
    with serving(tmp_path, lame_duck="2s") as (process, url):
        before = status_of_readiness(url)
        process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + 20
        while status_of_readiness(url) == 200:
            assert time.monotonic() < deadline
        leaving = httpx.get(f"{url}/readyz?verbose").json()
        alive = httpx.get(f"{url}/livez").status_code
        answer = httpx.post(f"{url}/graphql", json=QUERY).json()
        # A second SIGTERM, as from a supervisor that tells every process, shortens nothing.
        process.send_signal(signal.SIGTERM)
        again = httpx.post(f"{url}/graphql", json=QUERY).json()
        process.communicate(timeout=30)

    assert before == 200
    assert (leaving["status"], leaving["checks"]["leaving"]) == ("not ready", {"ok": False})
    assert leaving["checks"]["supergraph"]["ok"] is True
    assert alive == 200
    assert answer == again == ANSWER
    assert process.returncode == 0


def test_ctrl_c_does_not_wait_for_load_balancers(tmp_path: Path) -> None:
    with serving(tmp_path, lame_duck="60s") as (process, _):
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=30)

    assert (process.returncode, output, errors) == (0, "", "")


def test_what_takes_longer_than_the_drain_is_cut_off(tmp_path: Path) -> None:
    with serving(tmp_path, drain="1s") as (process, url):
        slow = SlowRequest(url, 60)
        until_asked(tmp_path)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
        slow.join(30)

    assert process.returncode == 0
    assert slow.answer != ANSWER


def test_queries_over_a_websocket_are_answered_before_it_is_closed(tmp_path: Path) -> None:
    with serving(tmp_path) as (process, url), websocket(url, wish="2") as socket:
        say(socket, type="subscribe", id="a", payload=QUERY)
        until_asked(tmp_path)
        process.send_signal(signal.SIGTERM)
        heard = [*messages(socket)]
        process.communicate(timeout=30)

    assert heard == [
        {"type": "next", "id": "a", "payload": ANSWER},
        {"type": "complete", "id": "a"},
    ]
    assert socket.close_code == 1001
    assert process.returncode == 0


def test_a_router_that_is_not_open_yet_ends_on_sigterm(tmp_path: Path) -> None:
    (tmp_path / "never_app.py").write_text(
        "import asyncio, pathlib\n"
        "async def app(scope, receive, send):\n"
        "    pathlib.Path('asked').touch()\n"
        "    await asyncio.sleep(600)\n"
    )
    (tmp_path / "graphwing.yaml").write_text("subgraphs: { books: { asgi: 'never_app:app' } }")
    process = subprocess.Popen(
        [sys.executable, "-m", "graphwing", "serve", "--config", "graphwing.yaml", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )
    try:
        until_asked(tmp_path)
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=30)
    finally:
        process.kill()

    assert (process.returncode, output, errors) == (0, "", "")


def until_answered(clients: Iterable[Client], count: int) -> None:
    deadline = time.monotonic() + 30
    while sum(len(client.answers) for client in clients) < count:
        assert time.monotonic() < deadline
        select.select([], [], [], 0.01)


@contextmanager
def websocket(url: str, *, wish: str) -> Generator[ClientConnection]:
    """A connection on which every request takes as long as is wished."""
    address = f"{url.replace('http', 'ws', 1)}/graphql"
    with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        say(socket, type="connection_init", payload={"wish": wish})
        assert json.loads(socket.recv(timeout=20)) == {"type": "connection_ack"}
        yield socket


def say(socket: ClientConnection, **message: object) -> None:
    socket.send(json.dumps(message))


def messages(socket: ClientConnection) -> Generator[object]:
    """What comes until the socket is closed."""
    try:
        while True:
            yield json.loads(socket.recv(timeout=30))
    except ConnectionClosed:
        return

"""SIGTERM: readiness first, then a lame-duck time, then what is under way, then the end."""

from __future__ import annotations

import json
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path

import httpx
import pytest
from plans.serving import (
    ANSWER,
    QUERY,
    exchange,
    serving,
    status_of_readiness,
    until_asked,
)
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol


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
    with serving(tmp_path, "--workers", workers, settings="shutdown: { lame_duck: 2s }") as (
        process,
        url,
    ):
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
    with serving(tmp_path, settings="shutdown: { lame_duck: 2s }") as (process, url):
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
    with serving(tmp_path, settings="shutdown: { lame_duck: 60s }") as (process, _):
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=30)

    assert (process.returncode, output, errors) == (0, "", "")


def test_what_takes_longer_than_the_drain_is_cut_off(tmp_path: Path) -> None:
    with serving(tmp_path, settings="shutdown: { drain: 1s }") as (process, url):
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

"""The port of operators: metrics and health of all processes, apart from the port of clients."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from plans.serving import ANSWER, QUERY, exchange, serving

METRICS = "telemetry: { metrics: { listen: { port: 0 } } }\n"


@contextmanager
def told(
    folder: Path, *arguments: str, settings: str = METRICS
) -> Generator[tuple[subprocess.Popen[str], str, str]]:
    """A process, where clients ask it, and where operators do."""
    with serving(folder, *arguments, settings=settings) as (process, url):
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("graphwing tells operators http://127.0.0.1:")
        yield process, url, line.split()[-1].removesuffix("/metrics")


def asked(url: str, times: int) -> None:
    for _ in range(times):
        status, body = exchange(url, "POST", "/graphql", json.dumps(QUERY).encode())
        assert (status, json.loads(body)) == (200, ANSWER)


def value_of(metrics: bytes, name: str, *labels: str) -> float:
    """The sum of the samples of a name that have all these labels."""
    lines = [line for line in metrics.decode().splitlines() if line.startswith((f"{name}{{", name))]
    return sum(
        float(line.rpartition(" ")[2])
        for line in lines
        if line.partition("{")[0].partition(" ")[0] == name and all(one in line for one in labels)
    )


@pytest.mark.parametrize("workers", [1, 2])
def test_figures_are_of_all_processes(tmp_path: Path, workers: int) -> None:
    with told(tmp_path, "--workers", str(workers)) as (process, url, operators):
        asked(url, 12)
        status, metrics = exchange(operators, "GET", "/metrics")
        alive = exchange(operators, "GET", "/livez")[0]
        ready = json.loads(exchange(operators, "GET", "/readyz?verbose")[1])
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=30)

    assert (status, alive) == (200, 200)
    assert value_of(metrics, "graphwing_requests_total", 'outcome="ok"') == 12
    assert value_of(metrics, "graphwing_subgraph_requests_total", 'subgraph="books"') == 12
    assert value_of(metrics, "graphwing_ready") == workers
    states = [ready] if workers == 1 else [*ready["workers"].values()]
    assert len(states) == workers
    assert all(state["checks"]["supergraph"]["ok"] for state in states)
    assert (process.returncode, output, errors) == (0, "", "")


def test_clients_reach_no_figures_and_operators_no_graph(tmp_path: Path) -> None:
    with told(tmp_path, settings=METRICS + "health: { verbose: false }\n") as (_, url, operators):
        for_clients = exchange(url, "GET", "/metrics")[0]
        graph = exchange(operators, "GET", "/graphql")[0]
        seen_by_clients = json.loads(exchange(url, "GET", "/readyz?verbose")[1])
        seen_by_operators = json.loads(exchange(operators, "GET", "/readyz?verbose")[1])

    assert (for_clients, graph) == (404, 404)
    assert seen_by_clients == {"status": "ready"}
    assert seen_by_operators["checks"]["subgraphs"]["books"]["way"] == "in this process"


def test_operators_see_that_the_router_leaves(tmp_path: Path) -> None:
    settings = METRICS + "shutdown: { lame_duck: 60s }\n"
    with told(tmp_path, "--workers", "2", settings=settings) as (process, _, operators):
        before = exchange(operators, "GET", "/readyz")[0]
        process.send_signal(signal.SIGTERM)
        after, body = exchange(operators, "GET", "/readyz")
        deadline = time.monotonic() + 20
        while b'"ready"' in body and time.monotonic() < deadline:
            after, body = exchange(operators, "GET", "/readyz")
        # Both are on their way out, and still say how they are.
        replies = json.loads(body)["workers"]

    assert (before, after) == (200, 503)
    assert replies == {"1": {"status": "not ready"}, "2": {"status": "not ready"}}


@pytest.mark.parametrize(
    "sent", [b"garbage\r\n\r\n", b"POST /metrics HTTP/1.1\r\n\r\n", b"GET /x\xff HTTP/1.1\r\n\r\n"]
)
def test_what_is_no_question_of_an_operator_leaves_no_trace(tmp_path: Path, sent: bytes) -> None:
    with told(tmp_path) as (process, _, operators):
        host, _, port = operators.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            connection.sendall(sent)
            answered = connection.makefile("rb").read()
        alive = exchange(operators, "GET", "/livez")[0]
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=30)

    assert b"Python" not in answered
    assert b" 200 " not in answered.partition(b"\n")[0]
    assert alive == 200
    assert (process.returncode, output, errors) == (0, "", "")


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        (tmp_path / "a.yaml").write_text(
            f"telemetry: {{ metrics: {{ listen: {{ port: {port} }} }} }}"
        )
        result = subprocess.run(
            [sys.executable, "-m", "graphwing", "serve", "--config", "a.yaml", "--port", "0"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert result.returncode == 1
    assert result.stderr == (
        f"error: cannot listen on 127.0.0.1:{port}: Address already in use; stop what uses the "
        "port, or choose another port in `telemetry.metrics.listen`\n"
    )


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_access_log_goes_to_a_file(tmp_path: Path, workers: str) -> None:
    settings = "telemetry: { access_log: { file: access.log } }\n"
    with serving(tmp_path, "--workers", workers, settings=settings) as (process, url):
        asked(url, 10)
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=30)

    lines = [json.loads(line) for line in (tmp_path / "access.log").read_text().splitlines()]
    assert [line["outcome"] for line in lines] == ["ok"] * 10
    assert (process.returncode, output, errors) == (0, "", "")


def test_the_access_log_goes_to_standard_output(tmp_path: Path) -> None:
    with serving(tmp_path, settings="telemetry: { access_log: {} }\n") as (process, url):
        asked(url, 3)
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=30)

    assert [json.loads(line)["status"] for line in output.splitlines()] == [200] * 3
    assert (process.returncode, errors) == (0, "")

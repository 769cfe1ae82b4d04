"""The commands as a person runs them: output, exit codes, and never a traceback."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result
from plans.graphs import BOOKS, REVIEWS, Library

from graphwing import parse_supergraph
from graphwing.cli import main

SUPERGRAPH_CONFIG = """
federation_version: =2.3.2
subgraphs:
  books: { routing_url: "http://127.0.0.1:1/books", schema: { file: schemas/books.graphql } }
  reviews: { routing_url: "http://127.0.0.1:1/reviews", schema: { file: schemas/reviews.graphql } }
"""


def graphwing(*arguments: str) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(main, arguments, prog_name="graphwing")


def refused(result: Result, *, exit_code: int = 1) -> str:
    """Return the one line of a command that failed as it should."""
    assert result.exit_code == exit_code
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("error: ")
    return result.stderr.removeprefix("error: ").rstrip("\n")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two schemas, what to compose, their supergraph and an operation."""
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "books.graphql").write_text(BOOKS)
    (tmp_path / "schemas" / "reviews.graphql").write_text(REVIEWS)
    (tmp_path / "config.yaml").write_text(SUPERGRAPH_CONFIG)
    (tmp_path / "supergraph.graphql").write_text(Library().supergraph_sdl())
    (tmp_path / "operation.graphql").write_text(
        "query A { book(id: 1) { title reviews } } query B { books { id } }"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", [*sys.path])
    return tmp_path


def test_compose_writes_the_supergraph_to_standard_output_or_a_file(folder: Path) -> None:
    printed = graphwing("compose", "--config", str(folder / "schemas" / ".." / "config.yaml"))
    written = graphwing("compose", "--config", "config.yaml", "--output", "out.graphql")

    assert (printed.exit_code, printed.stderr) == (0, "")
    assert (written.exit_code, written.stdout) == (0, "")
    assert (folder / "out.graphql").read_text() == printed.stdout
    supergraph = parse_supergraph(printed.stdout)
    assert {name: one.url for name, one in supergraph.subgraphs.items()} == {
        "books": "http://127.0.0.1:1/books",
        "reviews": "http://127.0.0.1:1/reviews",
    }


def test_compose_shows_each_problem_with_its_lines_and_a_remedy(folder: Path) -> None:
    disagreeing = REVIEWS.replace("{ id: ID!", "{\n  id: ID!\n  title: Int\n ")
    (folder / "schemas" / "reviews.graphql").write_text(disagreeing)

    result = graphwing("compose", "--config", "config.yaml")

    report = result.stderr
    assert (result.exit_code, result.stdout) == (1, "")
    assert "INVALID_FIELD_SHARING `Book.title`: " in report
    assert "  subgraphs: books, reviews\n" in report
    assert "  --> reviews:6:3\n  6 |   title: Int\n    |   ^\n" in report
    assert '  7 | type Book @key(fields: "id") { id: ID! title: String! }\n' in report
    assert "  remedy: " in report
    assert report.endswith("error: the subgraphs do not compose, 2 problems\n")
    assert "Traceback" not in report


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            SUPERGRAPH_CONFIG.replace("routing_url", "routing_uri", 1),
            "config.yaml: subgraphs.books.routing_uri: unknown key; did you mean `routing_url`?",
        ),
        (
            SUPERGRAPH_CONFIG.replace("books.graphql", "book.graphql"),
            "the schema file `schemas/book.graphql` does not exist; check the path",
        ),
        (
            "subgraphs: { books: { schema: { file: schemas/books.graphql } } }",
            "config.yaml: subgraphs.books: there is no `routing_url`; say where requests go",
        ),
        (
            "subgraphs: { books: { schema: {} } }",
            (
                "config.yaml: subgraphs.books.schema: the schema is not in exactly one place; "
                "set one of `file`, `sdl` and `subgraph_url`"
            ),
        ),
        ("subgraphs: {}", "config.yaml: subgraphs: it names no subgraph; add at least one"),
        ("federation_version: 2", "config.yaml: subgraphs: it is missing; set it"),
        (
            "subgraphs: { books: { schema: { subgraph_url: 'http://127.0.0.1:1/x' } } }",
            (
                "config.yaml: subgraphs.books.schema.subgraph_url: subgraph `books` cannot be "
                "reached: connection refused at http://127.0.0.1:1/x; start the subgraph, or "
                "compose from a file"
            ),
        ),
    ],
)
def test_compose_says_what_is_wrong_with_its_config(
    folder: Path, config: str, message: str
) -> None:
    (folder / "config.yaml").write_text(config)

    assert refused(graphwing("compose", "--config", "config.yaml"), exit_code=2) == message


def test_compose_asks_a_running_subgraph_for_its_schema(folder: Path) -> None:
    with http_subgraph({"data": {"_service": {"sdl": BOOKS}}}) as url:
        (folder / "config.yaml").write_text(
            f"subgraphs: {{ books: {{ schema: {{ subgraph_url: '{url}' }} }} }}"
        )
        result = graphwing("compose", "--config", "config.yaml")

    assert (result.exit_code, result.stderr) == (0, "")
    assert parse_supergraph(result.stdout).subgraphs["books"].url == url


@pytest.mark.usefixtures("folder")
def test_plan_prints_the_plan_for_people_and_for_tools() -> None:
    arguments = ("plan", "--supergraph", "supergraph.graphql", "operation.graphql")

    text = graphwing(*arguments, "--operation-name", "A")
    as_json = graphwing(*arguments, "--operation-name", "A", "--format", "json")

    assert (text.exit_code, text.stderr, as_json.exit_code) == (0, "", 0)
    assert [line.split()[1] for line in text.stdout.splitlines() if "Fetch" in line] == [
        "books",
        "reviews",
    ]
    plan = json.loads(as_json.stdout)
    assert plan["kind"] == "QueryPlan"
    assert [node["kind"] for node in plan["node"]["nodes"]] == ["Fetch", "Flatten"]


@pytest.mark.usefixtures("folder")
def test_plan_explains_why_each_fetch_exists_and_what_it_costs() -> None:
    arguments = ("plan", "--supergraph", "supergraph.graphql", "operation.graphql")

    result = graphwing(*arguments, "--operation-name", "A", "--explain")

    assert (result.exit_code, result.stderr) == (0, "")
    _, explained = result.stdout.split("\n\n")
    assert explained.splitlines() == [
        "Costs 2 stages, 2 fetches, 5 fields",
        "Fetch 0 books: stage 1, 4 fields",
        "  asks for `book` of `Query`",
        "  fetch 1 waits for it",
        "  gives fetch 1 `book.id`, for the key of `Book`",
        "Fetch 1 reviews: stage 2 after fetch 0, 1 field",
        "  looks up objects at `book`",
        "    by the key { id } of `Book`",
        "    because `reviews` resolves `Book.reviews`",
    ]


def test_plan_says_what_is_wrong_with_an_operation(folder: Path) -> None:
    (folder / "wrong.graphql").write_text("{\n  books { titel }\n  nope\n}")
    (folder / "broken.graphql").write_text("{ books {")
    supergraph = ("plan", "--supergraph", "supergraph.graphql")

    assert refused(graphwing(*supergraph, "wrong.graphql")) == (
        "wrong.graphql: 2:11: Cannot query field 'titel' on type 'Book'. Did you mean 'title'?; "
        "3:3: Cannot query field 'nope' on type 'Query'."
    )
    assert refused(graphwing(*supergraph, "broken.graphql")) == (
        "broken.graphql: 1:10: Syntax Error: Expected Name, found <EOF>."
    )
    assert refused(graphwing(*supergraph, "operation.graphql")) == (
        "operation.graphql: choose one operation with `operationName`: `A`, `B`"
    )
    assert refused(graphwing(*supergraph, "nowhere.graphql")) == (
        "the operation file `nowhere.graphql` does not exist; check the path"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("nope",),
        ("compose",),
        ("plan", "--supergraph", "supergraph.graphql"),
        ("plan", "--supergraph", "a", "--format", "xml", "b"),
        ("serve", "--port", "many"),
        ("serve", "--port", "70000"),
        ("serve", "--supergrph", "a"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_wrong_use_is_exit_code_2(arguments: tuple[str, ...]) -> None:
    result = graphwing(*arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr


def test_help_names_the_commands(folder: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "graphwing", "--help"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )

    assert all(f"\n  {command}" in result.stdout for command in ("compose", "plan", "serve"))


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_serve_answers_until_it_is_told_to_end(folder: Path, end: signal.Signals) -> None:
    book = {"__typename": "Book", "id": "1", "title": "달"}
    with http_subgraph({"data": {"books": [book]}}) as url:
        (folder / "supergraph.graphql").write_text(
            Library().supergraph_sdl().replace('url: ""', f'url: "{url}"')
        )
        with serving("--supergraph", "supergraph.graphql") as (process, origin):
            health = httpx.get(f"{origin}/health")
            answer = httpx.post(f"{origin}/graphql", json={"query": "{ books { title } }"})
            process.send_signal(end)
            output, errors = process.communicate(timeout=20)

    assert health.json() == {"status": "alive"}
    assert answer.json() == {"data": {"books": [{"title": "달"}]}}
    assert process.returncode == 0
    assert (output, errors) == ("", "")


def test_serve_follows_a_supergraph_that_changes(folder: Path) -> None:
    file = folder / "supergraph.graphql"
    sdl = Library().supergraph_sdl()
    file.write_text(sdl)

    with serving("--supergraph", "supergraph.graphql", "--hot-reload") as (process, origin):
        before = _fields(origin)
        file.write_text("type Query { no: Supergraph }")
        assert process.stderr is not None
        complaint = process.stderr.readline()
        still = _fields(origin)
        file.write_text(sdl.replace("title: String!", "name: String!"))
        until = time.monotonic() + 20
        while (after := _fields(origin)) == before and time.monotonic() < until:
            pass

    assert before == still == ["id", "title", "reviews"]
    assert complaint.startswith("ERROR graphwing: the graph stays as it was: ")
    assert after == ["id", "name", "reviews"]


def test_serve_runs_applications_of_the_settings_in_its_own_process(folder: Path) -> None:
    (folder / "library_app.py").write_text(APPLICATION)
    (folder / "graphwing.yaml").write_text(
        "supergraph: supergraph.graphql\n"
        "subgraphs: { books: { asgi: 'library_app:create_app()' } }\n"
        "listen: { port: 1 }\n"
    )

    with serving("--config", "graphwing.yaml") as (process, origin):
        answer = httpx.post(f"{origin}/graphql", json={"query": "{ books { title } }"})
        process.terminate()
        output, _ = process.communicate(timeout=20)

    assert answer.json() == {"data": {"books": [{"title": "in process"}]}}
    assert output == "shut down\n"
    assert process.returncode == 0


def test_serve_says_why_it_cannot_start(folder: Path) -> None:
    (folder / "broken.graphql").write_text("type Query { a: Int }")
    (folder / "broken.yaml").write_text("listn: {}")
    (folder / "app.yaml").write_text(
        "supergraph: supergraph.graphql\nsubgraphs: { books: { asgi: 'library_app:failing' } }"
    )
    (folder / "library_app.py").write_text(APPLICATION)

    def error(*arguments: str) -> str:
        return refused(graphwing("serve", *arguments, "--port", "0"))

    assert error() == "there is neither a supergraph nor a subgraph to route to; give one of them"
    assert error("--supergraph", "nowhere.graphql") == (
        "the supergraph file `nowhere.graphql` does not exist; check the path"
    )
    assert error("--supergraph", "broken.graphql").startswith("the supergraph is wrong: ")
    assert error("--config", "nowhere.yaml") == (
        "the settings file `nowhere.yaml` does not exist; check the path"
    )
    assert error("--config", "broken.yaml") == (
        "broken.yaml: listn: unknown key; did you mean `listen`?"
    )
    assert error("--config", "app.yaml") == ("subgraph `books` does not start: no database")


@pytest.mark.usefixtures("folder")
def test_serve_names_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = graphwing("serve", "--supergraph", "supergraph.graphql", "--port", port)

    assert refused(result) == (
        f"cannot listen on 127.0.0.1:{port}: Address already in use; "
        "stop what uses the port, or choose another --port"
    )


APPLICATION = """
import json

def create_app():
    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            print("shut down", flush=True)
            await send({"type": "lifespan.shutdown.complete"})
            return
        body = json.dumps({"data": {"books": [{"title": "in process"}]}}).encode()
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
    return app

async def failing(scope, receive, send):
    await receive()
    raise ConnectionError("no database")
"""


def _fields(origin: str) -> list[str]:
    query = '{ __type(name: "Book") { fields { name } } }'
    answer = httpx.post(f"{origin}/graphql", json={"query": query}).json()
    return [field["name"] for field in answer["data"]["__type"]["fields"]]


@contextmanager
def serving(*arguments: str) -> Generator[tuple[subprocess.Popen[str], str]]:
    """Run `graphwing serve` on a free port; yield it with its address once it has printed that."""
    process = subprocess.Popen(
        [sys.executable, "-m", "graphwing", "serve", *arguments, "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
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


@contextmanager
def http_subgraph(answer: Mapping[str, object]) -> Generator[str]:
    """Serve one fixed answer over HTTP; yield the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/graphql"
        finally:
            server.shutdown()
            thread.join()

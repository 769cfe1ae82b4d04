"""What commands say where nobody can read it, and of paths that are none."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from plans.graphs import BOOKS, REVIEWS, Library

from graphwing.cli import main

CONFIG = """
subgraphs:
  books: { routing_url: "http://books", schema: { file: books.graphql } }
  reviews: { routing_url: "http://reviews", schema: { file: reviews.graphql } }
"""
COMPOSE = ("compose", "--config", "config.yaml", "--hints", "none")
COMMANDS = [
    COMPOSE,
    (*COMPOSE, "--format", "json"),
    ("check", "--against", "supergraph.graphql", "--config", "config.yaml"),
    ("plan", "--supergraph", "supergraph.graphql", "operation.graphql"),
    ("subgraph", "validate", "books.graphql"),
    ("config", "schema"),
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "books.graphql").write_text(BOOKS)
    (tmp_path / "reviews.graphql").write_text(REVIEWS)
    (tmp_path / "config.yaml").write_text(CONFIG)
    (tmp_path / "supergraph.graphql").write_text(Library().supergraph_sdl())
    (tmp_path / "operation.graphql").write_text("{ books { id } }")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def graphwing(
    *arguments: str, stdout: int | None, first: Callable[[], None] | None = None
) -> tuple[int, str]:
    """Run a command as a process, and return its exit code and standard error."""
    result = subprocess.run(
        [sys.executable, "-m", "graphwing", *arguments],
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=first,
    )
    return result.returncode, result.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no file that is always full")
@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_output_that_cannot_be_written_is_wrong_use_and_one_line(
    arguments: tuple[str, ...],
) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        ended = graphwing(*arguments, stdout=full)
    finally:
        os.close(full)

    assert ended == (
        2,
        "error: standard output cannot be written: No space left on device\n",
    )


def test_a_pipe_that_nobody_reads_is_no_verdict() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = graphwing(*COMPOSE, stdout=writing)
    finally:
        os.close(writing)

    assert ended == (2, "error: standard output cannot be written: Broken pipe\n")


def test_a_closed_standard_output_is_no_success() -> None:
    ended = graphwing(*COMPOSE, stdout=None, first=lambda: os.close(1))

    assert ended == (2, "error: standard output cannot be written: it is closed\n")


def test_output_may_be_called_as_standard_output_is_elsewhere(folder: Path) -> None:
    shown = CliRunner().invoke(main, COMPOSE)
    called = CliRunner().invoke(main, [*COMPOSE, "--output", "-"])

    assert (called.exit_code, called.stdout) == (0, shown.stdout)
    assert called.stdout.startswith("schema")
    assert not (folder / "-").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("compose", "--config", ""),
        (*COMPOSE, "--output", ""),
        ("check", "--against", ""),
        ("check", "--against", "supergraph.graphql", ""),
        ("plan", "--supergraph", "supergraph.graphql", ""),
        ("serve", "--config", ""),
    ],
)
def test_an_empty_path_is_no_folder(arguments: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith(": the path is empty\n")


def test_a_name_that_is_no_text_is_shown_the_same_to_people_and_to_programs() -> None:
    name = os.fsdecode(b"bad\xff")

    text = CliRunner().invoke(main, ["compose", "--config", name])
    as_json = CliRunner().invoke(main, ["compose", "--config", name, "--format", "json"])

    message = r"the settings file `bad\udcff` does not exist"
    assert message in text.stderr
    assert message in json.loads(as_json.stdout)["errors"][0]["message"]

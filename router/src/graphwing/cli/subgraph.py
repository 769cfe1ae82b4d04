"""`graphwing subgraph`: work on the schema of one subgraph."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from graphwing.cli.file_path import FILE_PATH
from graphwing.cli.problem_json import json_text, problems_as_json
from graphwing.cli.problem_report import problem_report
from graphwing.cli.standard_input import STANDARD_INPUT, read_standard_input
from graphwing.cli.standard_output import show
from graphwing.cli.wrong_use import wrong_use_ends
from graphwing.composition import SubgraphSdl, check_subgraph
from graphwing.errors import CompositionError, CompositionProblem
from graphwing.server.settings.files import read_text


@click.group("subgraph")
def command() -> None:
    """Work on the schema of one subgraph."""


@command.command("validate")
@click.option("--name", help="What to call the subgraph; the name of the file if not given.")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    help="For people, or one object with `valid` and `errors`.",
)
@click.argument("file", type=FILE_PATH)
def validate(file: Path, name: str | None, output_format: str) -> None:
    """Check the schema in FILE by itself, whatever it will be composed with.

    FILE is `-` for standard input. Exits with 0 when it is valid, 1 when it is not, and 2 when the
    command is used wrongly.
    """
    with wrong_use_ends(output_format, {"valid": False, "errors": []}):
        if file == STANDARD_INPUT:
            sdl, name = read_standard_input(), name or "subgraph"
        else:
            sdl, name = read_text(file, what="schema"), name or file.stem
    problems = _problems(SubgraphSdl(name, "", sdl))
    if output_format == "json":
        show(json_text({"valid": not problems, "errors": problems_as_json(problems)}))
    elif problems:
        failure = f"the subgraph `{name}` is not valid"
        click.echo(problem_report(problems, {name: sdl}, failure=failure), err=True)
    else:
        show(f"the subgraph `{name}` is valid")
    sys.exit(1 if problems else 0)


def _problems(subgraph: SubgraphSdl) -> tuple[CompositionProblem, ...]:
    try:
        check_subgraph(subgraph)
    except CompositionError as error:
        return error.problems
    return ()

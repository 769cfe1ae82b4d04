"""`graphwing compose`: subgraph schemas in, supergraph out."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from graphwing.cli.composing import Composed, compose_from_config
from graphwing.cli.file_path import FILE_PATH
from graphwing.cli.problem_json import (
    hints_as_json,
    json_text,
    problems_as_json,
)
from graphwing.cli.problem_report import hint_report, problem_report
from graphwing.cli.standard_output import show
from graphwing.cli.wrong_use import wrong_use_ends
from graphwing.composition import HintLevel
from graphwing.errors import SettingsError

_NO_HINTS = "none"
_STANDARD_OUTPUT = Path("-")


@click.command("compose")
@click.option(
    "--config",
    required=True,
    type=FILE_PATH,
    help="What to compose: a YAML file with `subgraphs.<name>.routing_url` and `.schema`,"
    " or `-` for standard input.",
)
@click.option(
    "--output",
    type=FILE_PATH,
    help="Where to write the supergraph; standard output if not given, or if it is `-`.",
)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    help="The supergraph as text, or one object with `supergraph`, `errors` and `hints`.",
)
@click.option(
    "--hints",
    "least_hints",
    type=click.Choice([*(level.name.lower() for level in HintLevel), _NO_HINTS]),
    default="info",
    help="The least level of the hints that text shows; `info` if not given.",
)
@click.option(
    "--include-tag",
    "include_tags",
    multiple=True,
    metavar="TAG",
    help="Show clients only what is tagged so. Repeatable.",
)
@click.option(
    "--exclude-tag",
    "exclude_tags",
    multiple=True,
    metavar="TAG",
    help="Hide from clients what is tagged so. Repeatable.",
)
def command(  # noqa: PLR0913 - each is an option of its own
    *,
    config: Path,
    output: Path | None,
    output_format: str,
    least_hints: str,
    include_tags: tuple[str, ...],
    exclude_tags: tuple[str, ...],
) -> None:
    """Make a supergraph of subgraph schemas.

    Exits with 0 when they compose, 1 when they do not, and 2 when the command is used wrongly.
    """
    if output == _STANDARD_OUTPUT:
        output = None
    with wrong_use_ends(output_format, {"supergraph": None, "errors": [], "hints": []}):
        composed = compose_from_config(config, include_tags=include_tags, exclude_tags=exclude_tags)
        if output is not None and composed.supergraph is not None:
            _write(output, _text(composed.supergraph.sdl))
    if output_format == "json":
        show(_json(composed))
    else:
        _show(composed, least_hints, sdl_too=output is None)
    sys.exit(0 if composed.supergraph is not None else 1)


def _text(sdl: str) -> str:
    return sdl.rstrip() + "\n"


def _write(output: Path, text: str) -> None:
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SettingsError(
            f"`{output}` cannot be written: {error.strerror}", remedy="choose another --output"
        ) from error


def _json(composed: Composed) -> str:
    supergraph = composed.supergraph
    return json_text(
        {
            "supergraph": None if supergraph is None else _text(supergraph.sdl),
            "errors": problems_as_json(composed.problems),
            "hints": hints_as_json(composed.hints),
        }
    )


def _show(composed: Composed, least_hints: str, *, sdl_too: bool) -> None:
    if least_hints != _NO_HINTS:
        least = HintLevel[least_hints.upper()]
        report = hint_report(composed.hints, composed.sources, least=least)
        if report:
            click.echo(report, err=True)
    if composed.supergraph is None:
        click.echo(problem_report(composed.problems, composed.sources), err=True)
    elif sdl_too:
        show(_text(composed.supergraph.sdl), nl=False)

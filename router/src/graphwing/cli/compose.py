"""`graphwing compose`: subgraph schemas in, supergraph out."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from graphwing.cli.problem_report import problem_report
from graphwing.cli.supergraph_config import read_supergraph_config
from graphwing.composition import compose
from graphwing.errors import CompositionError, SettingsError


@click.command("compose")
@click.option(
    "--config",
    required=True,
    type=click.Path(path_type=Path),
    help="What to compose: a YAML file with `subgraphs.<name>.routing_url` and `.schema`.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="Where to write the supergraph; standard output if not given.",
)
def command(config: Path, output: Path | None) -> None:
    """Make a supergraph of subgraph schemas."""
    subgraphs = read_supergraph_config(config)
    try:
        supergraph = compose(subgraphs)
    except CompositionError as error:
        click.echo(problem_report(error, {one.name: one.sdl for one in subgraphs}), err=True)
        sys.exit(1)
    for hint in supergraph.hints:
        click.echo(f"hint: {hint.code}: {hint.message}", err=True)
    text = supergraph.sdl.rstrip() + "\n"
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SettingsError(
            f"`{output}` cannot be written: {error.strerror}", remedy="choose another --output"
        ) from error

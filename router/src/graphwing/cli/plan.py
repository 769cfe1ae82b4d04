"""`graphwing plan`: an operation in, its plan out."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from graphwing.cli.file_path import FILE_PATH
from graphwing.cli.standard_output import show
from graphwing.errors import OperationError, SettingsError
from graphwing.planner import explain, render_json, render_text
from graphwing.server.operations.operations import Operations
from graphwing.server.settings.files import read_text
from graphwing.supergraph import parse_supergraph


@click.command("plan")
@click.option(
    "--supergraph",
    required=True,
    type=FILE_PATH,
    help="The supergraph, as `graphwing compose` writes it.",
)
@click.option("--operation-name", help="Which operation, if the file has several.")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    help="For people, or as the query plan object that other tools read.",
)
@click.option(
    "--explain",
    "is_explained",
    is_flag=True,
    help="Say why each fetch exists and what it costs.",
)
@click.argument("operation_file", type=FILE_PATH)
def command(
    supergraph: Path,
    operation_file: Path,
    operation_name: str | None,
    output_format: str,
    *,
    is_explained: bool,
) -> None:
    """Show how the operation in OPERATION_FILE would be answered."""
    if is_explained and output_format == "json":
        raise click.UsageError("`--explain` is for people: leave out `--format json`")
    graph = parse_supergraph(read_text(supergraph, what="supergraph"))
    text = read_text(operation_file, what="operation")
    try:
        plan = Operations(graph).make(text, operation_name).plan
    except OperationError as error:
        raise SettingsError(_located(error), place=str(operation_file)) from error
    if output_format == "json":
        show(msgspec.json.format(msgspec.json.encode(render_json(plan))).decode())
        return
    show(render_text(plan).rstrip("\n"))
    if is_explained:
        show("")
        show(explain(plan, graph).rstrip("\n"))


def _located(error: OperationError) -> str:
    """Return all faults in one line, each with its line and column."""
    return "; ".join(
        "".join(f"{place['line']}:{place['column']}: " for place in fault.get("locations", ())[:1])
        + str(fault["message"])
        for fault in error.faults
    )

"""`graphwing check`: what a change of the graph breaks, before it is served."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from graphwing.cli.change_report import change_json, change_report
from graphwing.cli.composing import Composed, compose_from_config
from graphwing.cli.file_path import FILE_PATH
from graphwing.cli.problem_json import (
    hints_as_json,
    json_text,
    problems_as_json,
)
from graphwing.cli.problem_report import problem_report
from graphwing.cli.recorded_operations import RecordedOperations, read_operations
from graphwing.cli.standard_input import STANDARD_INPUT, read_standard_input
from graphwing.cli.standard_output import show
from graphwing.cli.wrong_use import wrong_use_ends
from graphwing.composition import Hint
from graphwing.errors import CompositionProblem, SettingsError, SupergraphError
from graphwing.server.settings.files import read_text
from graphwing.supergraph import (
    ApiChange,
    OperationsCheck,
    Severity,
    Supergraph,
    api_changes,
    check_operations,
    parse_supergraph,
)

_DEFAULT_CONFIG = Path("supergraph.yaml")


@dataclass(frozen=True, slots=True)
class _Checked:
    """What the check found. Without a supergraph it found that there is none."""

    is_done: bool = True
    """Whether there was something to compare, or something that does not compose."""
    problems: tuple[CompositionProblem, ...] = ()
    hints: tuple[Hint, ...] = ()
    changes: tuple[ApiChange, ...] = ()
    operations: OperationsCheck = field(default_factory=OperationsCheck)
    unreadable: tuple[SettingsError, ...] = ()
    sources: Mapping[str, str] | None = None

    @property
    def is_compatible(self) -> bool:
        """Whether clients of the old graph can go on with the new one."""
        is_breaking = any(it.severity is Severity.BREAKING for it in self.changes)
        return self.is_done and not (self.problems or is_breaking or self.operations.broken)


@click.command("check")
@click.option(
    "--against",
    required=True,
    type=FILE_PATH,
    help="The supergraph that clients use now, or `-` for standard input.",
)
@click.option(
    "--config",
    type=FILE_PATH,
    help="What to compose and check, as for `compose`; `supergraph.yaml` if nothing is given.",
)
@click.option(
    "--operations",
    type=FILE_PATH,
    help="A folder of operations that clients send: `.graphql` files, or JSON manifests of"
    " persisted operations in Apollo's or Relay's format.",
)
@click.option(
    "--include-tag",
    "include_tags",
    multiple=True,
    metavar="TAG",
    help="Check the contract of what is tagged so, as `compose` makes it. Repeatable.",
)
@click.option(
    "--exclude-tag",
    "exclude_tags",
    multiple=True,
    metavar="TAG",
    help="Check the contract without what is tagged so. Repeatable.",
)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    help="For people, or one object.",
)
@click.argument("new_supergraph", required=False, type=FILE_PATH)
def command(  # noqa: PLR0913 - each is an option of its own
    *,
    against: Path,
    config: Path | None,
    operations: Path | None,
    include_tags: tuple[str, ...],
    exclude_tags: tuple[str, ...],
    output_format: str,
    new_supergraph: Path | None,
) -> None:
    """Say what a change of the graph breaks.

    The changed graph is composed, or read from NEW_SUPERGRAPH, which is `-` for standard input.
    Exits with 0 when it is compatible, 1 when it breaks clients or does not compose, and 2 when the
    command is used wrongly.
    """
    if [against, config, new_supergraph].count(STANDARD_INPUT) > 1:
        raise click.UsageError("only one of what is compared can come from standard input")
    if new_supergraph is not None and (include_tags or exclude_tags):
        raise click.UsageError("tags are for what is composed: leave out NEW_SUPERGRAPH")
    if config is not None and new_supergraph is not None:
        raise click.UsageError("give either --config or NEW_SUPERGRAPH")
    if new_supergraph is None and config is None and not _DEFAULT_CONFIG.exists():
        raise click.UsageError(f"give --config or NEW_SUPERGRAPH; there is no `{_DEFAULT_CONFIG}`")
    with wrong_use_ends(output_format, _object(_Checked(is_done=False))):
        old = _read_supergraph(against)
        recorded = read_operations(operations) if operations is not None else RecordedOperations()
        if new_supergraph is not None:
            checked = _compared(old, _read_supergraph(new_supergraph), recorded)
        else:
            composed = compose_from_config(
                config or _DEFAULT_CONFIG, include_tags=include_tags, exclude_tags=exclude_tags
            )
            checked = _checked(old, composed, recorded)
    if output_format == "json":
        show(json_text(_object(checked)))
    elif checked.problems:
        click.echo(problem_report(checked.problems, checked.sources or {}), err=True)
    else:
        show(change_report(checked.changes, checked.operations, checked.unreadable))
    sys.exit(0 if checked.is_compatible else 1)


def _checked(old: Supergraph, composed: Composed, recorded: RecordedOperations) -> _Checked:
    if composed.supergraph is None:
        return _Checked(problems=composed.problems, hints=composed.hints, sources=composed.sources)
    return _compared(old, composed.supergraph, recorded)


def _compared(old: Supergraph, new: Supergraph, recorded: RecordedOperations) -> _Checked:
    changes = api_changes(old.api_schema, new.api_schema)
    operations = check_operations(recorded.operations, old.api_schema, new.api_schema, changes)
    return _Checked(
        hints=new.hints, changes=changes, operations=operations, unreadable=recorded.unreadable
    )


def _read_supergraph(path: Path) -> Supergraph:
    try:
        return parse_supergraph(_supergraph_text(path), to_run=False)
    except SupergraphError as error:
        place = "standard input" if path == STANDARD_INPUT else str(path)
        raise SettingsError(
            f"the supergraph is wrong: {error.cause}", place=place, remedy=error.remedy
        ) from error


def _supergraph_text(path: Path) -> str:
    return read_standard_input() if path == STANDARD_INPUT else read_text(path, what="supergraph")


def _object(checked: _Checked) -> dict[str, Any]:
    return {
        "compatible": checked.is_compatible,
        "errors": problems_as_json(checked.problems),
        "hints": hints_as_json(checked.hints),
        **change_json(checked.changes, checked.operations, checked.unreadable),
    }

"""`graphwing config`: check, describe and show the settings of a router."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from graphwing.cli.file_path import FILE_PATH
from graphwing.cli.problem_json import json_text, problems_as_json, settings_problem
from graphwing.cli.profile import profile_option
from graphwing.cli.standard_output import show
from graphwing.cli.wrong_use import wrong_use_ends
from graphwing.errors import CompositionProblem, FederationError, SettingsError
from graphwing.server.configured import settings_problems
from graphwing.server.settings.model import Settings, load_settings, read_or_problems
from graphwing.server.settings.profiles import Profile
from graphwing.server.settings.schema import settings_schema
from graphwing.server.settings.shown import settings_text


@click.group("config")
def command() -> None:
    """Check, describe or show the settings of a router."""


@command.command("check")
@profile_option
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    help="For people, or one object with `valid` and `errors`.",
)
@click.argument("file", type=FILE_PATH)
def check(file: Path, profile: Profile | None, output_format: str) -> None:
    """Say all that is wrong with the settings in FILE, and with the files that they name.

    Exits with 0 when a router would take them, 1 when it would not, and 2 when the command is used
    wrongly.
    """
    # Applications that run in this process are found from where the command is run.
    sys.path.insert(0, "")
    with wrong_use_ends(output_format, {"valid": False}):
        read = read_or_problems(file, profile)
    problems = settings_problems(read) if isinstance(read, Settings) else read
    if output_format == "json":
        errors = problems_as_json(map(_as_problem, problems))
        show(json_text({"valid": not problems, "errors": errors}))
    elif problems:
        click.echo(_report(file, problems), err=True)
    else:
        show(f"the settings in `{file}` are valid")
    sys.exit(1 if problems else 0)


@command.command("schema")
def schema() -> None:
    """Print the JSON Schema of settings files, for editors."""
    show(json_text(settings_schema(Settings)))


@command.command("print")
@profile_option
@click.argument("file", type=FILE_PATH)
def print_command(file: Path, profile: Profile | None) -> None:
    """Print the settings in FILE as they take effect: with all defaults, secrets masked."""
    show(settings_text(load_settings(file, profile)).rstrip("\n"))


def _as_problem(error: FederationError) -> CompositionProblem:
    if isinstance(error, SettingsError):
        return settings_problem(error)
    return CompositionProblem(error.code, str(error))


def _report(file: Path, problems: Sequence[FederationError]) -> str:
    count = len(problems)
    total = f"{count} problems" if count > 1 else "1 problem"
    lines = [f"- {_located(file, problem)}" for problem in problems]
    return "\n".join([*lines, f"error: the settings in `{file}` are wrong, {total}"])


def _located(file: Path, problem: FederationError) -> str:
    """Return a problem with the file that it is in, which only those of its keys name."""
    message = str(problem)
    return message if message.startswith(f"{file}:") else f"{file}: {message}"

"""What a command says when it cannot begin: one line, one object if wanted, exit code 2."""

from __future__ import annotations

import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager

import click

from graphwing.cli.problem_json import json_text, problems_as_json, settings_problem
from graphwing.cli.standard_output import show
from graphwing.errors import SettingsError

WRONG_USE = 2


@contextmanager
def wrong_use_ends(output_format: str, answer: Mapping[str, object]) -> Generator[None]:
    """End the command where an argument or a file that it names is wrong.

    With the format `json`, standard output gets `answer` with what is wrong as its `errors`.
    """
    try:
        yield
    except SettingsError as error:
        if output_format == "json":
            errors = problems_as_json([settings_problem(error)])
            show(json_text({**answer, "errors": errors}))
        click.echo(f"error: {error}", err=True)
        sys.exit(WRONG_USE)

"""What a failure looks like: one line on standard error, and no traceback."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager

import click

from graphwing.errors import FederationError


@contextmanager
def failures_in_one_line() -> Generator[None]:
    """End the process with exit code 1 and one line about what went wrong on purpose."""
    try:
        yield
    except FederationError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)

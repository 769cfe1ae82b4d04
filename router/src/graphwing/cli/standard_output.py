"""Standard output, for commands whose whole point is what they write there."""

from __future__ import annotations

import os
import sys
from typing import TextIO, cast

import click

_WRONG_USE = 2


def show(text: str, *, nl: bool = True) -> None:
    """Write `text` to standard output, and end the command with exit code 2 where that fails.

    It would else look like the verdict 1, or, where standard output is closed, like success.
    """
    stream = cast("TextIO | None", sys.stdout)
    if stream is None:
        _end("it is closed")
    try:
        click.echo(text, nl=nl)
        sys.stdout.flush()
    except OSError as error:
        # What is buffered still would be written, and fail, when the process ends.
        with open(os.devnull, "w") as nowhere:  # noqa: PTH123 - it is no file
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        _end(error.strerror or str(error))


def _end(cause: str) -> None:
    click.echo(f"error: standard output cannot be written: {cause}", err=True)
    sys.exit(_WRONG_USE)

"""Standard input, where `-` stands for a file."""

from __future__ import annotations

import sys
from pathlib import Path

from graphwing.errors import SettingsError

STANDARD_INPUT = Path("-")


def read_standard_input() -> str:
    """Return all of standard input, or raise `SettingsError` when it is not UTF-8."""
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError as error:
        raise SettingsError("standard input is not UTF-8 text") from error

"""Paths that options and arguments name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


class _FilePath(click.Path):
    """A path; nothing at all, as of a variable that is not set, would be the folder one is in."""

    def convert(
        self,
        value: Any,  # noqa: ANN401 - as the library has it
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Any:  # noqa: ANN401
        """Return the path, or refuse an empty one."""
        if value == "":
            self.fail("the path is empty", param, ctx)
        return super().convert(value, param, ctx)


FILE_PATH = _FilePath(path_type=Path)

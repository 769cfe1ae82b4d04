"""Read files that settings name, with errors that say which and why."""

from __future__ import annotations

from pathlib import Path

from graphwing.errors import SettingsError


def read_text(path: Path, *, what: str) -> str:
    """Return the text of `path`, or raise `SettingsError` that calls it the `what` file."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise SettingsError(
            f"the {what} file `{path}` does not exist", remedy="check the path"
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"the {what} file `{path}` is not UTF-8 text") from error
    except ValueError as error:
        raise SettingsError(
            f"no {what} file can be called {str(path)!r}", remedy="check the path"
        ) from error
    except OSError as error:
        raise SettingsError(f"the {what} file `{path}` cannot be read: {error.strerror}") from error

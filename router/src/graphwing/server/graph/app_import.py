"""Import an ASGI application, or a function, by its name in the settings."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any, cast

from graphwing.errors import SettingsError
from graphwing.execution.transports.asgi import AsgiApp

_NAME = re.compile(r"(?P<module>[\w.]+):(?P<attribute>[\w.]+)(?P<call>\(\))?")


def imported_app(name: str, *, place: str) -> AsgiApp:
    """Return the application that `package.module:app` or `package.module:create_app()` names.

    Raises `SettingsError`.
    """
    found = imported(name, place=place, what="application", example="package.module:app")
    if not callable(found):
        raise SettingsError(f"`{name}` is no ASGI application", place=place)
    return cast("AsgiApp", found)


def imported(name: str, *, place: str, what: str, example: str) -> object:
    """Return what `name` names, in the form of `example`, or what it makes if it ends in `()`.

    Raises `SettingsError`, which says that it should be a `what`.
    """
    parts = _NAME.fullmatch(name)
    if parts is None:
        raise SettingsError(
            f"`{name}` is no {what}", place=place, remedy=f"write it as `{example}`"
        )
    found: Any = _imported(parts["module"], place)
    for attribute in parts["attribute"].split("."):
        if not hasattr(found, attribute):
            raise SettingsError(f"`{parts['module']}` has no `{attribute}`", place=place)
        found = getattr(found, attribute)
    return _made(found, name, place) if parts["call"] else found


def _imported(module: str, place: str) -> object:
    try:
        return import_module(module)
    except Exception as error:
        raise SettingsError(
            f"`{module}` cannot be imported: {type(error).__name__}: {error}", place=place
        ) from error


def _made(factory: Any, name: str, place: str) -> object:  # noqa: ANN401
    try:
        return factory()
    except Exception as error:
        # An exception of the application's own speaks for itself; `'name'` of a KeyError does not.
        kind = f"{type(error).__name__}: " if type(error).__module__ == "builtins" else ""
        raise SettingsError(f"`{name}` failed: {kind}{error}", place=place) from error

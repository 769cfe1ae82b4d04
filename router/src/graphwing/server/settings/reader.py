"""Read a settings file strictly: unknown keys, wrong types and missing values are named by path."""

from __future__ import annotations

import math
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin

import msgspec
import yaml

from graphwing.errors import SettingsError
from graphwing.server.settings.files import read_text
from graphwing.server.settings.suggestion import suggestion

SettingsType = TypeVar("SettingsType", bound=msgspec.Struct)

_VARIABLE = re.compile(r"\$\$|\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?\}")
# An escape of YAML can make one; it stands for no character and cannot be written anywhere.
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
_DURATION = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>ms|s|m)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0}


class Duration(float):
    """Seconds, written as `500ms`, `10s`, `1m` or a bare number of seconds."""

    __slots__ = ()


class DurationOrZero(float):
    """Seconds, written as a `Duration` is; `0s` is allowed too."""

    __slots__ = ()


class Secret(str):
    """A text that nobody is shown: `graphwing config print` masks it, and so does `repr`."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Return the same for every secret."""
        return "Secret('***')"


def read_settings(
    path: Path, settings: type[SettingsType], environment: Mapping[str, str] | None = None
) -> SettingsType:
    """Return the settings in a YAML or TOML file, or raise `SettingsError`.

    `${NAME}` and `${NAME:-default}` stand for environment variables, `$$` for a dollar sign; a
    path in the file is relative to the file. Of several things that are wrong, one is raised.
    """
    return read_settings_text(path, read_text(path, what="settings"), settings, environment)


def read_settings_text(
    path: Path,
    text: str,
    settings: type[SettingsType],
    environment: Mapping[str, str] | None = None,
) -> SettingsType:
    """Return the settings in `text`, as if it were the file `path`, or raise `SettingsError`."""
    read = read_sections(path, sections_in(path, text), settings, environment)
    if isinstance(read, list):
        raise read[0]
    return read


def read_sections(
    path: Path,
    sections: object,
    settings: type[SettingsType],
    environment: Mapping[str, str] | None = None,
) -> SettingsType | list[SettingsError]:
    """Return the settings in the sections of the file `path`, or all that is wrong with them."""
    reader = _Reader(path, os.environ if environment is None else environment)
    read = reader.struct(settings, sections, "")
    return reader.problems or cast("SettingsType", read)


def sections_in(path: Path, text: str) -> object:
    """Return what stands in `text`, the text of the file `path`, or raise `SettingsError`."""
    try:
        if path.suffix == ".toml":
            raw: object = tomllib.loads(text)
        else:
            raw = yaml.load(text, _StrictLoader)  # noqa: S506 - it is a SafeLoader
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"it cannot be read: {error}", place=str(path)) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        raise SettingsError(f"it cannot be read: {error.problem}", place=line) from error
    except yaml.YAMLError as error:
        cause = " ".join(str(error).split())
        raise SettingsError(f"it cannot be read: {cause}", place=str(path)) from error
    except RecursionError as error:
        raise SettingsError("it is nested too deeply to be read", place=str(path)) from error
    return {} if raw is None else raw


class _StrictLoader(yaml.SafeLoader):
    """Reads YAML and refuses a key that a section has twice; YAML itself would take the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        """Return the entries of a section, or raise `MarkedYAMLError`."""
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"the key `{key.value}` is there twice", problem_mark=key.start_mark
                )
            seen.add(key.value if isinstance(key, yaml.ScalarNode) else "")
        return super().construct_mapping(node, deep)


class _Reader:
    """Reads one file. What is wrong is noted, and `None` stands for it until the end."""

    def __init__(self, path: Path, environment: Mapping[str, str]) -> None:
        self.problems: list[SettingsError] = []
        self._path = path
        self._environment = environment

    def read(self, wanted: Any, value: object, place: str) -> Any:  # noqa: ANN401
        """Return `value` as the type `wanted`."""
        origin, arguments = get_origin(wanted), get_args(wanted)
        if origin in {Union, UnionType} and value is not None:
            others = [one for one in arguments if one is not NoneType]
            if isinstance(value, list):
                others = [one for one in others if get_origin(one) is list] or others
            if len(others) == 1:
                return self.read(others[0], cast("object", value), place)
            value = cast("object", value)
        if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
            return self.struct(wanted, value, place)
        if origin is dict:
            entries = self._section(value, place).items()
            return {key: self.read(arguments[1], one, f"{place}.{key}") for key, one in entries}
        if origin is list and isinstance(value, list):
            items = enumerate(cast("list[object]", value))
            return [self.read(arguments[0], one, f"{place}[{index}]") for index, one in items]
        try:
            return self._leaf(wanted, value, place)
        except SettingsError as problem:
            self.problems.append(problem)
            return None

    def struct(self, wanted: type[SettingsType], value: object, place: str) -> SettingsType | None:
        """Return a section of the file as the Struct `wanted`, if nothing is wrong with it."""
        before = len(self.problems)
        entries = self._section(value, place)
        if len(self.problems) > before:
            return None
        fields = {field.encode_name: field for field in msgspec.structs.fields(wanted)}
        for key in entries:
            if key not in fields:
                self._note("unknown key", f"{place}.{key}", suggestion(key, fields))
        for key, field in fields.items():
            if field.required and key not in entries:
                self._note("it is missing", f"{place}.{key}", "set it")
        values = {
            fields[key].name: self.read(fields[key].type, one, f"{place}.{key}")
            for key, one in entries.items()
            if key in fields
        }
        return wanted(**values) if len(self.problems) == before else None

    def _section(self, value: object, place: str) -> dict[str, object]:
        if isinstance(value, dict):
            entries = cast("dict[object, object]", value)
            return {str(key): item for key, item in entries.items()}
        self._note("expected a section with keys", place)
        return {}

    def _leaf(self, wanted: Any, value: object, place: str) -> Any:  # noqa: ANN401
        if value is False and "off" in get_args(wanted):
            # YAML reads `off` as false.
            value = "off"
        is_from_environment = isinstance(value, str) and "${" in value
        if isinstance(value, str):
            value = self._substituted(value, place)
            if _LONE_SURROGATE.search(value):
                raise self._error("it is not Unicode text: half a surrogate pair", place)
        try:
            # A variable is always text, and `${PORT}` may stand for a number all the same.
            return msgspec.convert(
                value, wanted, strict=not is_from_environment, dec_hook=self._converted
            )
        except msgspec.ValidationError as error:
            message = str(error)
            raise self._error(message[:1].lower() + message[1:], place) from error

    def _converted(self, wanted: type, value: object) -> object:
        """Return `value` as one of the types that msgspec does not know."""
        if wanted is Path and isinstance(value, str) and value:
            return self._path.parent / value
        if wanted is Duration or wanted is DurationOrZero:
            return _duration(wanted, value)
        if wanted is Secret:
            if not isinstance(value, str):
                raise ValueError(f"expected `str`, got `{type(value).__name__}`")
            if not value:
                raise ValueError("expected `str` of length >= 1")
            return Secret(value)
        raise ValueError("expected a path")

    def _substituted(self, text: str, place: str) -> str:
        def value_of(match: re.Match[str]) -> str:
            name, default = match["name"], match["default"]
            if name is None:
                return "$"
            value = self._environment.get(name, "") or default
            if value is None:
                remedy = f"set it, or write a default: ${{{name}:-…}}"
                raise self._error(f"the environment variable `{name}` is not set", place, remedy)
            return value

        return _VARIABLE.sub(value_of, text)

    def _note(self, cause: str, place: str, remedy: str | None = None) -> None:
        self.problems.append(self._error(cause, place, remedy))

    def _error(self, cause: str, place: str, remedy: str | None = None) -> SettingsError:
        where = f"{self._path}: {place.lstrip('.')}" if place else str(self._path)
        return SettingsError(cause, place=where, remedy=remedy)


def _duration(wanted: type[float], value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = float(value)
    else:
        written = _DURATION.fullmatch(value) if isinstance(value, str) else None
        seconds = -1.0 if written is None else float(written["number"]) * _SECONDS[written["unit"]]
    if math.isfinite(seconds) and (seconds > 0 or (seconds == 0 and wanted is DurationOrZero)):
        return wanted(seconds)
    raise ValueError("expected a duration such as `10s`")

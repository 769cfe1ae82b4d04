"""The JSON Schema of settings, for editors: every key with its type, default and meaning."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, cast, get_args, get_origin

import msgspec
from msgspec import NODEFAULT
from msgspec.structs import FieldInfo, fields

from graphwing.server.settings.reader import Duration, DurationOrZero, Secret
from graphwing.server.settings.shown import shown

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DURATION = {"anyOf": [{"type": "string"}, {"type": "number"}], "examples": ["500ms", "10s", "1m"]}
_OF_OUR_TYPES: Mapping[type, Mapping[str, Any]] = {
    Path: {"type": "string"},
    Duration: _DURATION,
    DurationOrZero: _DURATION,
    Secret: {"type": "string", "minLength": 1, "writeOnly": True},
}
_NULL = {"type": "null"}
# Whatever is no text may stand in a variable of the environment, and that is text.
_VARIABLE = {"type": "string", "pattern": r"\$\{"}


def settings_schema(settings: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the JSON Schema of a settings file; keys are described by their docstrings."""
    return {"$schema": _DIALECT, "title": "The settings of graphwing", **_section(settings)}


def field_docstrings(struct: type[msgspec.Struct]) -> dict[str, str]:
    """Return what is written below the fields of a class and those it inherits from, by field."""
    found: dict[str, str] = {}
    for base in reversed(struct.__mro__):
        if base is not msgspec.Struct and issubclass(base, msgspec.Struct):
            found.update(_own_docstrings(base))
    return found


def _own_docstrings(struct: type[msgspec.Struct]) -> dict[str, str]:
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(struct))).body
    found: dict[str, str] = {}
    for line, below in pairwise(cast("ast.ClassDef", definition).body):
        match line, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str() as text)),
            ):
                found[name] = " ".join(text.split())
            case _:
                pass
    return found


def _section(struct: type[msgspec.Struct]) -> dict[str, Any]:
    meanings = field_docstrings(struct)
    schema: dict[str, Any] = {
        "type": "object",
        "description": inspect.cleandoc(struct.__doc__ or "").partition("\n")[0],
        "properties": {
            field.encode_name: _key(field, meanings.get(field.name)) for field in fields(struct)
        },
        "additionalProperties": False,
    }
    required = [field.encode_name for field in fields(struct) if field.required]
    return {**schema, "required": required} if required else schema


def _key(field: FieldInfo, meaning: str | None) -> dict[str, Any]:
    schema = _schema(field.type)
    if meaning is not None:
        schema["description"] = meaning
    default = field.default
    if default is not NODEFAULT and not isinstance(default, msgspec.Struct):
        schema["default"] = shown(default)
    return schema


def _schema(of_type: Any) -> dict[str, Any]:  # noqa: ANN401
    origin, arguments = get_origin(of_type), get_args(of_type)
    if isinstance(of_type, type) and issubclass(of_type, msgspec.Struct):
        return _section(of_type)
    if origin in {Union, UnionType}:
        options = [_schema(one) for one in arguments if one is not NoneType]
        return {"anyOf": [*options, *([_NULL] if NoneType in arguments else [])]}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(arguments[1])}
    if origin is list:
        return {"type": "array", "items": _schema(arguments[0])}
    return _leaf(of_type)


def _leaf(of_type: Any) -> dict[str, Any]:  # noqa: ANN401
    if of_type in _OF_OUR_TYPES:
        return {**_OF_OUR_TYPES[of_type]}
    schema = msgspec.json.schema(of_type)
    is_any_text = schema.get("type") == "string" and "enum" not in schema
    return schema if is_any_text else {"anyOf": [schema, _VARIABLE]}

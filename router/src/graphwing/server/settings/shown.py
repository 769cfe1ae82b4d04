"""Settings as they may be shown: complete, and without secrets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import msgspec
import yaml

from graphwing.server.settings.reader import Duration, DurationOrZero, Secret

_MASK = "********"
# The password in an address, as in `redis://user:password@host`.
_PASSWORD = re.compile(r"(?<=://)(?P<user>[^/@:\s]*):[^/@\s]+(?=@)")


def settings_text(settings: msgspec.Struct) -> str:
    """Return all settings as YAML, defaults included; secrets and passwords are masked."""
    return yaml.safe_dump(shown(settings), sort_keys=False, allow_unicode=True)


def shown(value: object) -> Any:  # noqa: ANN401
    """Return a value of settings as it may be shown, and as it is written in a file."""
    match value:
        case msgspec.Struct():
            return {
                field.encode_name: shown(getattr(value, field.name))
                for field in msgspec.structs.fields(value)
            }
        case Mapping():
            entries = cast("Mapping[str, object]", value)
            return {key: shown(one) for key, one in entries.items()}
        case list() | tuple():
            return [shown(one) for one in cast("list[object]", value)]
        case _:
            return _leaf(value)


def _leaf(value: object) -> object:
    match value:
        case Secret():
            return _MASK
        case Duration() | DurationOrZero():
            return f"{value:g}s"
        case Path():
            return str(value)
        case str():
            # A dollar sign is doubled, so that what is shown can be read as settings again.
            return _PASSWORD.sub(rf"\g<user>:{_MASK}", value).replace("$", "$$")
        case _:
            return value

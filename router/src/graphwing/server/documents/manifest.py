"""Read manifests of persisted operations, in Apollo's and in Relay's format."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import cast

from graphwing.errors import SettingsError

_APOLLO = "apollo-persisted-query-manifest"


def documents_in_manifest(text: str, source: str) -> Iterator[tuple[str, str]]:
    """Yield id and text of the documents in a manifest; `source` is what errors call it.

    Raises `SettingsError` when it is none.

    >>> list(documents_in_manifest('{"1f": "{ books { id } }"}', "operations.json"))
    [('1f', '{ books { id } }')]
    """
    try:
        manifest: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"it is not JSON: {error}", place=source) from error
    if not isinstance(manifest, dict):
        raise _unknown_manifest(source)
    entries = cast("dict[str, object]", manifest)
    if entries.get("format") == _APOLLO:
        yield from _apollo_manifest(entries.get("operations"), source)
        return
    for key, body in entries.items():
        if not isinstance(body, str):
            raise _unknown_manifest(source)
        yield key, body


def _apollo_manifest(operations: object, source: str) -> Iterator[tuple[str, str]]:
    if not isinstance(operations, list):
        raise _unknown_manifest(source)
    for entry in cast("list[object]", operations):
        match entry:
            case {"id": str(key), "body": str(body)}:
                yield key, body
            case _:
                raise _unknown_manifest(source)


def _unknown_manifest(source: str) -> SettingsError:
    return SettingsError(
        "it is no manifest of persisted operations, neither Apollo's nor Relay's",
        place=source,
        remedy="move it away, or write it as an object from ids to operations",
    )

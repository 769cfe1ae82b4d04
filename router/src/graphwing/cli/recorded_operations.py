"""Read recorded operations: `.graphql` files, and manifests of persisted operations."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from graphql import DocumentNode, FragmentDefinitionNode, GraphQLError, parse

from graphwing.errors import SettingsError
from graphwing.server.settings.files import read_text
from graphwing.supergraph import RecordedOperation, fragments_in, operations_in

_GRAPHQL = frozenset({".graphql", ".gql"})
_APOLLO = "apollo-persisted-query-manifest"


@dataclass(frozen=True, slots=True)
class _Recorded:
    """One document, and what to call the place where it stands."""

    source: str
    document: DocumentNode
    is_file: bool


@dataclass(frozen=True, slots=True)
class RecordedOperations:
    """What is recorded in a place."""

    operations: tuple[RecordedOperation, ...] = ()
    unreadable: tuple[SettingsError, ...] = ()
    """What is wrong with the documents that cannot be read."""


def read_operations(place: Path) -> RecordedOperations:
    """Return all operations in a folder or file.

    Fragments in `.graphql` files serve all of them, as they do for code generators. Raises
    `SettingsError` when nothing can be read of what is there.
    """
    found = [one for path in _files(place) for one in _documents(path)]
    documents = [one for one in found if isinstance(one, _Recorded)]
    unreadable = [one for one in found if isinstance(one, SettingsError)]
    if unreadable and not documents:
        raise unreadable[0]
    return RecordedOperations(tuple(_operations(documents)), tuple(unreadable))


def _operations(documents: Sequence[_Recorded]) -> Iterator[RecordedOperation]:
    shared: dict[str, FragmentDefinitionNode] = {}
    for one in documents:
        if one.is_file:
            shared |= fragments_in(one.document)
    for one in documents:
        yield from operations_in(one.document, one.source, shared if one.is_file else {})


def _files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    if not place.is_dir():
        raise SettingsError(f"the operations `{place}` do not exist", remedy="check the path")
    wanted = {*_GRAPHQL, ".json"}
    return sorted(path for path in place.rglob("*") if path.suffix in wanted and path.is_file())


def _documents(path: Path) -> Iterator[_Recorded | SettingsError]:
    """Yield the documents in a file; one that cannot be read does not keep from the others."""
    try:
        text = read_text(path, what="operations")
        if path.suffix in _GRAPHQL:
            yield _parsed(text, str(path), is_file=True)
            return
        for key, body in _manifest(path, text):
            yield _parsed(body, f"{path}: {key}", is_file=False)
    except SettingsError as error:
        yield error


def _parsed(text: str, source: str, *, is_file: bool) -> _Recorded | SettingsError:
    try:
        return _Recorded(source, parse(text), is_file)
    except GraphQLError as error:
        place = error.locations[0] if error.locations else None
        where = f"{source}:{place.line}:{place.column}" if place else source
        return SettingsError(
            error.message.removesuffix("."), place=where, remedy="correct or remove it"
        )
    except RecursionError:
        return SettingsError("it is nested too deeply to be read", place=source)


def _manifest(path: Path, text: str) -> Iterator[tuple[str, str]]:
    """Yield id and text of the operations in a manifest of Apollo's or of Relay's format."""
    try:
        manifest: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"it is not JSON: {error}", place=str(path)) from error
    if not isinstance(manifest, dict):
        raise _unknown_manifest(path)
    entries = cast("dict[str, object]", manifest)
    if entries.get("format") == _APOLLO:
        yield from _apollo_manifest(path, entries.get("operations"))
        return
    for key, body in entries.items():
        if not isinstance(body, str):
            raise _unknown_manifest(path)
        yield key, body


def _apollo_manifest(path: Path, operations: object) -> Iterator[tuple[str, str]]:
    if not isinstance(operations, list):
        raise _unknown_manifest(path)
    for entry in cast("list[object]", operations):
        match entry:
            case {"id": str(key), "body": str(body)}:
                yield key, body
            case _:
                raise _unknown_manifest(path)


def _unknown_manifest(path: Path) -> SettingsError:
    return SettingsError(
        "it is no manifest of persisted operations, neither Apollo's nor Relay's",
        place=str(path),
        remedy="move it away, or write it as an object from ids to operations",
    )

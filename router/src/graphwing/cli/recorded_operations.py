"""Read recorded operations: `.graphql` files, and manifests of persisted operations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from graphql import DocumentNode, FragmentDefinitionNode, GraphQLError, Source, parse

from graphwing.errors import SettingsError
from graphwing.server.documents.manifest import documents_in_manifest
from graphwing.supergraph import RecordedOperation, fragments_in, operations_in

_GRAPHQL = frozenset({".graphql", ".gql"})
_MANIFEST = ".json"
# No operation begins so: an object with a key, or with nothing in it.
_OBJECT = re.compile(r'\s*\{\s*["}]')


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
    `SettingsError` when there is none, or none that can be read.
    """
    found = [one for path in _files(place) for one in _documents(path)]
    documents = [one for one in found if isinstance(one, _Recorded)]
    unreadable = [one for one in found if isinstance(one, SettingsError)]
    operations = tuple(_operations(documents))
    if not operations:
        raise unreadable[0] if unreadable else _no_operations(place)
    return RecordedOperations(operations, tuple(unreadable))


def _no_operations(place: Path) -> SettingsError:
    return SettingsError(
        f"there is no operation in `{place}`",
        remedy="name a folder with `.graphql` or `.gql` files or `.json` manifests",
    )


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
    wanted = {*_GRAPHQL, _MANIFEST}
    return sorted(
        path for path in place.rglob("*") if path.suffix.lower() in wanted and path.is_file()
    )


def _documents(path: Path) -> Iterator[_Recorded | SettingsError]:
    """Yield the documents in a file; one that cannot be read does not keep from the others."""
    try:
        text = _text(path)
        if not _is_manifest(path, text):
            yield _parsed(text, str(path), is_file=True)
            return
        for key, body in documents_in_manifest(text, str(path)):
            yield _parsed(body, f"{path}: {key}", is_file=False)
    except SettingsError as error:
        yield error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError("it is not UTF-8 text", place=str(path)) from error
    except OSError as error:
        raise SettingsError(f"it cannot be read: {error.strerror}", place=str(path)) from error


def _is_manifest(path: Path, text: str) -> bool:
    """Return whether a file is a manifest; one of another suffix, named by itself, is looked at."""
    suffix = path.suffix.lower()
    return suffix == _MANIFEST or (suffix not in _GRAPHQL and _OBJECT.match(text) is not None)


def _parsed(text: str, source: str, *, is_file: bool) -> _Recorded | SettingsError:
    try:
        return _Recorded(source, parse(Source(text, source)), is_file)
    except GraphQLError as error:
        place = error.locations[0] if error.locations else None
        where = f"{source}:{place.line}:{place.column}" if place else source
        return SettingsError(
            error.message.removesuffix("."), place=where, remedy="correct or remove it"
        )
    except RecursionError:
        return SettingsError("it is nested too deeply to be read", place=source)

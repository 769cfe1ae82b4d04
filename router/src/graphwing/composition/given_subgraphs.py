"""Take subgraphs as callers have them: text, a file, or a live Strawberry schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol, TypeAlias, cast, runtime_checkable

from graphwing.composition.python_classes import python_classes
from graphwing.composition.subgraph_sdl import SubgraphSdl
from graphwing.errors import CompositionError, CompositionProblem, SettingsError


@runtime_checkable
class LiveSchema(Protocol):
    """A Strawberry schema as far as it is needed here, so that Strawberry is no dependency."""

    def as_str(self) -> str:
        """Return the schema as SDL."""
        ...


@runtime_checkable
class SchemaFile(Protocol):
    """A file such as a `pathlib.Path`; it reads itself, for composition touches no files."""

    def read_text(self, encoding: str) -> str:
        """Return the text in the file."""
        ...


SchemaSource: TypeAlias = SubgraphSdl | LiveSchema | SchemaFile | str
"""Where the schema of a subgraph is; a `str` is the SDL itself."""

Subgraphs: TypeAlias = Iterable[SubgraphSdl] | Mapping[str, SchemaSource]
"""The subgraphs to compose, or their schemas by name."""

_REMEDY = "give SDL text, a `Path`, a Strawberry schema or a `SubgraphSdl`"


def given_subgraphs(given: Subgraphs) -> Iterator[SubgraphSdl]:
    """Yield the subgraphs that `given` means, or raise `CompositionError`."""
    unknown = cast("object", given)
    if isinstance(unknown, Mapping):
        entries = cast("Mapping[object, object]", unknown).items()
        yield from (_subgraph(name, source) for name, source in entries)
        return
    if isinstance(unknown, str | bytes) or not isinstance(unknown, Iterable):
        raise _refused(
            f"subgraphs cannot be a `{type(unknown).__name__}`",
            remedy="give a list of `SubgraphSdl`, or a mapping from names to schemas",
        )
    for one in cast("Iterable[object]", unknown):
        if not isinstance(one, SubgraphSdl):
            raise _refused(
                f"a `{type(one).__name__}` is no subgraph", remedy="give a `SubgraphSdl`"
            )
        yield _checked(one)


def _subgraph(name: object, source: object) -> SubgraphSdl:
    if not isinstance(name, str):
        raise _refused(f"a `{type(name).__name__}` is no name of a subgraph", remedy="give a `str`")
    match source:
        case SubgraphSdl():
            return _checked(SubgraphSdl(name, source.url, source.sdl, source.classes))
        case str():
            return SubgraphSdl(name, "", source)
        case type():
            raise _refused(f"the class `{source.__name__}` is no schema", name, remedy=_REMEDY)
        case LiveSchema():
            return _checked(SubgraphSdl(name, "", source.as_str(), python_classes(source)))
        case SchemaFile():
            return SubgraphSdl(name, "", _read(name, source))
        case _:
            raise _refused(f"a `{type(source).__name__}` is no schema", name, remedy=_REMEDY)


def _checked(subgraph: SubgraphSdl) -> SubgraphSdl:
    for what in ("name", "url", "sdl"):
        value: object = getattr(subgraph, what)
        if not isinstance(value, str):
            raise _refused(
                f"the `{what}` of a `SubgraphSdl` cannot be a `{type(value).__name__}`",
                remedy="give a `str`; schemas and files can be given by name: "
                '`compose({"name": schema})`',
            )
    return subgraph


def _read(name: str, file: SchemaFile) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        cause = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        message = f"the schema file `{file}` cannot be read: {cause}"
        raise _refused(message, name, remedy="check the path") from error


def _refused(message: str, *subgraphs: str, remedy: str) -> CompositionError:
    return CompositionError(
        (CompositionProblem(SettingsError.code, message, subgraphs, remedy=remedy),)
    )

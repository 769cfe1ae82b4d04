"""Read what to compose: the file format of rover's `supergraph compose --config`."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from graphwing.cli.standard_input import STANDARD_INPUT, read_standard_input
from graphwing.composition import SubgraphSdl
from graphwing.errors import SettingsError, SubgraphError
from graphwing.execution.transports.http import HttpTransport
from graphwing.server.graph.subgraph import fetch_sdl
from graphwing.server.settings.files import read_text
from graphwing.server.settings.reader import read_settings, read_settings_text

_FETCH_SECONDS = 10.0


class SchemaSource(msgspec.Struct, frozen=True):
    """Where the schema of one subgraph is: in a file, right here, or told by the subgraph."""

    file: Path | None = None
    sdl: str | None = None
    subgraph_url: str | None = None


class SubgraphEntry(msgspec.Struct, frozen=True):
    """One subgraph to compose."""

    schema: SchemaSource
    routing_url: str | None = None
    """Where the router sends requests."""


class SupergraphConfig(msgspec.Struct, frozen=True):
    """The whole file."""

    subgraphs: dict[str, SubgraphEntry]
    federation_version: str | int | float | None = None
    """Read and not used: every subgraph's own `@link` says its version."""


def read_supergraph_config(path: Path) -> list[SubgraphSdl]:
    """Return the subgraphs that the file names, with their schemas; `-` is standard input.

    Raises `SettingsError`, and `SubgraphError` when a running subgraph does not tell its schema.
    """
    if path == STANDARD_INPUT:
        path = Path("standard input")
        config = read_settings_text(path, read_standard_input(), SupergraphConfig)
    else:
        config = read_settings(path, SupergraphConfig)
    if not config.subgraphs:
        raise SettingsError(
            "it names no subgraph", place=f"{path}: subgraphs", remedy="add at least one"
        )
    return asyncio.run(_schemas(path, config))


async def _schemas(path: Path, config: SupergraphConfig) -> list[SubgraphSdl]:
    return [
        await _schema(f"{path}: subgraphs.{name}", name, entry)
        for name, entry in config.subgraphs.items()
    ]


async def _schema(place: str, name: str, entry: SubgraphEntry) -> SubgraphSdl:
    match entry.schema:
        case SchemaSource(file=Path() as file, sdl=None, subgraph_url=None):
            url = _routing_url(place, entry)
            return SubgraphSdl(name, url, read_text(file, what="schema"))
        case SchemaSource(file=None, sdl=str() as sdl, subgraph_url=None):
            return SubgraphSdl(name, _routing_url(place, entry), sdl)
        case SchemaSource(file=None, sdl=None, subgraph_url=str() as url):
            return SubgraphSdl(name, entry.routing_url or url, await _fetched(place, name, url))
        case _:
            raise SettingsError(
                "the schema is not in exactly one place",
                place=f"{place}.schema",
                remedy="set one of `file`, `sdl` and `subgraph_url`",
            )


def _routing_url(place: str, entry: SubgraphEntry) -> str:
    if not entry.routing_url:
        raise SettingsError(
            "there is no `routing_url`", place=place, remedy="say where requests go"
        )
    return entry.routing_url


async def _fetched(place: str, name: str, url: str) -> str:
    transport = HttpTransport(name, url)
    await transport.open()
    try:
        return await fetch_sdl(name, transport, timeout=_FETCH_SECONDS)
    except SubgraphError as error:
        raise SettingsError(
            f"{error} at {url}",
            place=f"{place}.schema.subgraph_url",
            remedy="start the subgraph, or compose from a file",
        ) from error
    finally:
        await transport.close()

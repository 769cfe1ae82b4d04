"""Where the supergraph of a router comes from: a file, a text, or the schemas of its subgraphs."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TypeAlias

from graphwing.errors import FederationError, SettingsError
from graphwing.server.graph.subgraph import Subgraph, fetch_sdl
from graphwing.server.graph.ways import Ways
from graphwing.server.settings.files import read_text
from graphwing.supergraph import Supergraph, parse_supergraph

GivenSupergraph: TypeAlias = Supergraph | Path | str
"""A supergraph, its text, or the file that it is in."""
_Text = str | Mapping[str, str]


class GraphSource:
    """Reads the supergraph that is given, or composes it of what the subgraphs say."""

    def __init__(
        self, subgraphs: Mapping[str, Subgraph], supergraph: GivenSupergraph | None
    ) -> None:
        self._subgraphs = subgraphs
        self._given = supergraph
        self._known_sdl: dict[str, str | None] = {}
        self._last: tuple[_Text, Supergraph | FederationError] | None = None
        """What the supergraph was made of when it was last looked at, and what came of it."""

    def known(self) -> Supergraph | None:
        """Return the supergraph if it can be had without asking a subgraph for its schema.

        Raises `SupergraphError`, `CompositionError` and `SettingsError`.
        """
        if isinstance(self._given, Supergraph):
            return self._given
        text = self._text() if self._given is not None else _complete(self._known_schemas())
        return None if text is None else self._made(text)

    async def read(self, ways: Ways, until: AsyncExitStack) -> Supergraph:
        """Return the supergraph as it is now: the same object as before if it has not changed.

        Ways to subgraphs that are asked for their schema stay open until the stack is closed.
        Raises what `known` does, and `SubgraphError`.
        """
        if isinstance(self._given, Supergraph):
            return self._given
        # In threads, so that requests are answered meanwhile.
        if self._given is not None:
            text: _Text = await asyncio.to_thread(self._text)
        else:
            text = await self._schemas(ways, until)
        return await asyncio.to_thread(self._made, text)

    def _made(self, text: _Text) -> Supergraph:
        if self._last is None or self._last[0] != text:
            try:
                made = parse_supergraph(text) if isinstance(text, str) else self._composed(text)
            except FederationError as error:
                made = error
            self._last = text, made
        _, made = self._last
        if isinstance(made, FederationError):
            raise made.with_traceback(None)
        return made

    def _text(self) -> str:
        if isinstance(self._given, str) and "{" in self._given:
            return self._given
        return read_text(Path(str(self._given)), what="supergraph")

    def _known_schemas(self) -> dict[str, str | None]:
        for name, one in self._subgraphs.items():
            # Only a file can change, and to print a schema takes long.
            if name not in self._known_sdl or isinstance(one.sdl, Path):
                self._known_sdl[name] = one.known_sdl()
        return dict(self._known_sdl)

    async def _schemas(self, ways: Ways, until: AsyncExitStack) -> dict[str, str]:
        schemas: dict[str, str] = {}
        for name, known in (await asyncio.to_thread(self._known_schemas)).items():
            schemas[name] = await self._fetched(name, ways, until) if known is None else known
        return schemas

    async def _fetched(self, name: str, ways: Ways, until: AsyncExitStack) -> str:
        if not self._subgraphs[name].is_reachable:
            raise SettingsError(
                "there is neither a schema nor a way to ask for it",
                place=f"subgraphs.{name}",
                remedy="say where the subgraph is, or give a composed supergraph",
            )
        way = await ways.use(name, None, until)
        return await fetch_sdl(name, way.transport, timeout=way.timeout)

    def _composed(self, schemas: Mapping[str, str]) -> Supergraph:
        # Here, for a router of a supergraph starts sooner without composition.
        from graphwing.composition import (  # noqa: PLC0415
            SubgraphSdl,
            compose,
            python_classes,
        )

        return compose(
            SubgraphSdl(name, one.url or "", schemas[name], python_classes(one.schema))
            for name, one in self._subgraphs.items()
        )


def _complete(schemas: Mapping[str, str | None]) -> dict[str, str] | None:
    """Return the schemas if all are known."""
    known = {name: sdl for name, sdl in schemas.items() if sdl is not None}
    return known if len(known) == len(schemas) else None

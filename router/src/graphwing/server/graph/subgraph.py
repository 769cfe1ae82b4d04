"""A subgraph as it is given to a router: where its schema is, and where to send requests."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias, cast

from graphwing.errors import SettingsError, SubgraphError
from graphwing.execution import RawAnswer, Reconnect, SubgraphAnswer, SubgraphRequest, Transport
from graphwing.execution.answer import read_raw_answer
from graphwing.execution.transports.asgi import AsgiApp
from graphwing.execution.transports.event_streams import EventStreams
from graphwing.execution.transports.http import HttpTransport
from graphwing.execution.transports.http1 import PoolLimits
from graphwing.execution.transports.in_process import (
    AsgiTransport,
    ExecutableSchema,
    SchemaTransport,
    request_context,
)
from graphwing.execution.transports.scripted import ScriptedTransport
from graphwing.server.settings.files import read_text
from graphwing.server.settings.traffic import SubgraphTraffic

ADDRESSES = ("http://", "https://", "unix:/")
"""How the address of a subgraph may begin."""

_SDL_OPERATION = "query { _service { sdl } }"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subgraph:
    """A subgraph and the one way to reach it.

    Where no `sdl` is given, the schema says it itself: a Strawberry schema at once, an application
    or a URL when the router opens.
    """

    sdl: str | Path | None = None
    """The schema as text, or the file it is in."""
    url: str | None = None
    """Its address; with another way to reach it, only what the supergraph says of it."""
    app: AsgiApp | None = None
    """An ASGI application, called in this process."""
    path: str = "/graphql"
    """Where the application answers GraphQL."""
    schema: ExecutableSchema | None = None
    """A Strawberry schema, executed in this process."""
    context: Callable[[SubgraphRequest], Any] = request_context
    """Makes the context that the schema's resolvers get."""
    answer: Callable[[SubgraphRequest], Awaitable[SubgraphAnswer]] | None = None
    """An async function that answers requests."""
    events: Callable[[SubgraphRequest], AsyncGenerator[SubgraphAnswer]] | None = None
    """With `answer`: an async generator function that answers subscriptions."""
    timeout: float | None = None
    """Seconds to wait for an answer; the router's own setting if it is not given."""
    streams: EventStreams = field(default_factory=EventStreams)
    """How an address or an application is asked for events."""
    reconnect: Reconnect = field(default_factory=Reconnect)
    """How often events that broke off are asked for again."""
    traffic: SubgraphTraffic = field(default_factory=SubgraphTraffic)
    """What it may be asked; the router's own settings where there is nothing."""

    @property
    def is_reachable(self) -> bool:
        """Return whether it says how to reach the subgraph, so that the supergraph need not."""
        return any((self.url, self.app, self.schema, self.answer))

    def known_sdl(self) -> str | None:
        """Return the schema if it can be had without asking the subgraph."""
        if isinstance(self.sdl, Path):
            return read_text(self.sdl, what="schema")
        if self.sdl is None and self.schema is not None:
            return self.schema.as_str()
        return self.sdl

    def transport(
        self,
        name: str,
        *,
        answer_limit: int | None = None,
        wanted: Callable[[str], bool] | None = None,
    ) -> Transport:
        """Return the way to reach it; an answer over HTTP may have so many bytes.

        Of its headers those that are `wanted` are read.
        """
        if self.schema is not None:
            return SchemaTransport(name, self.schema, context=self.context)
        if self.app is not None:
            return AsgiTransport(
                name, self.app, path=self.path, streams=self.streams, wanted=wanted
            )
        if self.answer is not None:
            return ScriptedTransport(name, self.answer, self.events)
        if self.url:
            limits = PoolLimits(answer_bytes=answer_limit) if answer_limit else None
            return HttpTransport(name, self.url, streams=self.streams, limits=limits, wanted=wanted)
        return NowhereTransport(name)


Source: TypeAlias = Subgraph | ExecutableSchema | AsgiApp | Path | str
"""A `Subgraph`, or what makes one: a Strawberry schema, an ASGI application, a URL, an SDL file."""


def as_subgraph(name: str, source: object) -> Subgraph:
    """Return the subgraph that `source` means, or raise `SettingsError`."""
    match source:
        case Subgraph():
            return source
        case Path():
            return Subgraph(sdl=source)
        case str() if source.startswith(ADDRESSES):
            return Subgraph(url=source)
        case str():
            return Subgraph(sdl=Path(source))
        case ExecutableSchema():
            return Subgraph(schema=source)
        case _ if callable(source):
            return Subgraph(app=cast("AsgiApp", source))
        case _:
            raise SettingsError(
                f"a `{type(source).__name__}` is no subgraph",
                place=name,
                remedy="give a Strawberry schema, an ASGI application, a URL, an SDL file or a "
                "`graphwing.Subgraph`",
            )


async def fetch_sdl(name: str, transport: Transport, *, timeout: float) -> str:  # noqa: ASYNC109
    """Ask an open subgraph for its schema, or raise `SubgraphError`."""
    sent = await transport.send(SubgraphRequest(_SDL_OPERATION), timeout=timeout)
    answer = read_raw_answer(sent)
    service: object = (answer.data or {}).get("_service")
    sdl = cast("dict[str, object]", service).get("sdl") if isinstance(service, dict) else None
    if isinstance(sdl, str):
        return sdl
    reasons = "; ".join(str(error.get("message")) for error in answer.errors)
    raise SubgraphError(name, f"does not tell its schema (`{{ _service {{ sdl }} }}`) {reasons}")


class NowhereTransport:
    """Stands for a subgraph that can be planned for but not asked."""

    def __init__(self, subgraph: str) -> None:
        self._subgraph = subgraph

    async def open(self) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""

    async def send(self, request: SubgraphRequest, *, timeout: float) -> RawAnswer:  # noqa: ARG002, ASYNC109
        """Raise `SubgraphError`: there is nowhere to send the request."""
        raise self._nowhere()

    async def subscribe(
        self,
        request: SubgraphRequest,  # noqa: ARG002
        *,
        timeout: float,  # noqa: ARG002, ASYNC109
    ) -> AsyncGenerator[SubgraphAnswer]:
        """Raise `SubgraphError`: there is nowhere to send the request."""
        raise self._nowhere()
        yield

    def _nowhere(self) -> SubgraphError:
        return SubgraphError(
            self._subgraph, "has no address; give its `Subgraph` a `url`, an `app` or an `answer`"
        )

"""What composition is given: the name, address and schema text of one subgraph."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SubgraphSdl:
    """One subgraph as its owner wrote it."""

    name: str
    url: str
    sdl: str

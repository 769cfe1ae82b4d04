"""What composition is given: the name, address and schema text of one subgraph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SubgraphSdl:
    """One subgraph as its owner wrote it."""

    name: str
    url: str
    sdl: str
    classes: Mapping[str, str] = field(default_factory=dict[str, str], compare=False)
    """The Python classes that its types are made of, by the names of the types."""

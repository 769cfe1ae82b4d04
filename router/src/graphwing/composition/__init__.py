"""Turn subgraph SDL into a supergraph, or say why that cannot be. Pure: no I/O."""

from graphwing.composition.compose import compose, compose_sdl
from graphwing.composition.hints import Hint, HintLevel
from graphwing.composition.subgraph_sdl import SubgraphSdl

__all__ = ["Hint", "HintLevel", "SubgraphSdl", "compose", "compose_sdl"]

"""Turn subgraph SDL into a supergraph, or say why that cannot be. Pure: no I/O."""

from graphwing.composition.compose import check_subgraph, compose, compose_sdl
from graphwing.composition.contract import Contract
from graphwing.composition.hints import Hint, HintLevel
from graphwing.composition.python_classes import python_classes
from graphwing.composition.subgraph_sdl import SubgraphSdl

__all__ = [
    "Contract",
    "Hint",
    "HintLevel",
    "SubgraphSdl",
    "check_subgraph",
    "compose",
    "compose_sdl",
    "python_classes",
]

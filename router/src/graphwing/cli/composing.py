"""Compose what a configuration file names, for the commands that do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from graphwing.cli.supergraph_config import read_supergraph_config
from graphwing.composition import Hint, compose
from graphwing.errors import CompositionError, CompositionProblem
from graphwing.supergraph import Supergraph


@dataclass(frozen=True, slots=True)
class Composed:
    """What composing gave: a supergraph with hints, or problems."""

    supergraph: Supergraph | None
    problems: tuple[CompositionProblem, ...]
    hints: tuple[Hint, ...]
    sources: Mapping[str, str]
    """The SDL of each subgraph, by its name."""


def compose_from_config(
    config: Path, *, include_tags: Sequence[str] = (), exclude_tags: Sequence[str] = ()
) -> Composed:
    """Return what composing the subgraphs in `config` gives, or raise `SettingsError`."""
    subgraphs = read_supergraph_config(config)
    sources = {one.name: one.sdl for one in subgraphs}
    try:
        supergraph = compose(subgraphs, include_tags=include_tags, exclude_tags=exclude_tags)
    except CompositionError as error:
        return Composed(None, error.problems, error.hints, sources)
    return Composed(supergraph, (), supergraph.hints, sources)

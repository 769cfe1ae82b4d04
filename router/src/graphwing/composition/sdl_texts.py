"""Where the tokens of the subgraphs' SDL stand, worked out for a subgraph once somebody asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from graphwing.composition.sdl_tokens import Tokens, tokenise
from graphwing.composition.subgraph_sdl import SubgraphSdl
from graphwing.errors import SourceLocation


@dataclass(slots=True)
class SdlTexts:
    """The SDL of each subgraph, by name."""

    texts: dict[str, str]
    _tokens: dict[str, Tokens] = field(default_factory=dict[str, Tokens])

    def location(self, subgraph: str, index: int) -> SourceLocation:
        """Return line and column of the token at `index` in the SDL of `subgraph`."""
        if subgraph not in self._tokens:
            self._tokens[subgraph] = tokenise(self.texts[subgraph])
        return SourceLocation(subgraph, *self._tokens[subgraph].position(index))


def sdl_texts(given: Iterable[SubgraphSdl]) -> SdlTexts:
    """Return the texts of the `given` subgraphs."""
    return SdlTexts({subgraph.name: subgraph.sdl for subgraph in given})

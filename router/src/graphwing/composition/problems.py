"""What is wrong with the subgraphs: collected per phase, so that one run names all of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeAlias

from graphwing.composition.definitions import Position
from graphwing.composition.sdl_texts import SdlTexts
from graphwing.errors import CompositionProblem, SourceLocation

Place: TypeAlias = tuple[str, Position]
"""A subgraph and a position in its SDL."""

# A schema with a thousand subgraphs must not give a message with a thousand places.
_MOST_LOCATIONS = 20


@dataclass(slots=True)
class Problems:
    """Problems as they are found, in order."""

    texts: SdlTexts
    found: list[CompositionProblem] = field(default_factory=list[CompositionProblem])

    def report(  # noqa: PLR0913 - each is a fact of its own
        self,
        code: str,
        message: str,
        *,
        remedy: str,
        at: Iterable[Place] = (),
        coordinate: str | None = None,
        subgraphs: Iterable[str] = (),
    ) -> None:
        """Add a problem. The subgraphs are those of the places in `at`, unless they are given."""
        places = list(at)
        names = tuple(dict.fromkeys(subgraphs)) or tuple(dict.fromkeys(name for name, _ in places))
        locations = source_locations(places, self.texts)
        self.found.append(CompositionProblem(code, message, names, coordinate, locations, remedy))


def source_locations(places: Iterable[Place], texts: SdlTexts) -> tuple[SourceLocation, ...]:
    """Return those of `places` that an author wrote, at most twenty."""
    written = (texts.location(name, position) for name, position in places if position is not None)
    return tuple(islice(written, _MOST_LOCATIONS))

"""One description from several: the one most subgraphs agree on."""

from __future__ import annotations

from collections import Counter
from typing import Protocol, TypeVar

from graphwing.composition.definitions import Position
from graphwing.composition.hints import Hints
from graphwing.composition.merge.merge_state import Sources, places


class Described(Protocol):
    """Anything with a description."""

    description: str | None
    position: Position


D = TypeVar("D", bound=Described)


def merged_description(sources: Sources[D], coordinate: str, hints: Hints) -> str | None:
    """Return the description for `coordinate`, with a hint when the subgraphs disagree."""
    found = [item.description for _, item in sources if item.description is not None]
    if len(found) <= 1:
        return found[0] if found else None
    counts = Counter(found)
    if len(counts) == 1:
        return found[0]
    texts = [text for text in counts if text]
    if len(texts) == 1:
        return texts[0]
    hints.report(
        "INCONSISTENT_DESCRIPTION",
        f"`{coordinate}` is described differently in different subgraphs;"
        " the description most of them share is kept",
        at=places(sources),
        coordinate=coordinate,
    )
    return max(counts, key=lambda text: counts[text])

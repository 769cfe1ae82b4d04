"""Override labels: what a path takes them to be, and where that can matter."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import TypeAlias

from graphwing.composition.definitions import TypeDefinition
from graphwing.composition.merge.merge_state import Merge, Overrides
from graphwing.composition.type_reference import named_type

Labels: TypeAlias = frozenset[tuple[str, bool]]
"""The override labels that a path has met, and whether they are taken to be on."""


def decided(labels: Labels, overrides: Overrides) -> Iterator[Labels]:
    """Yield `labels` with each choice for the labels in `overrides` that are still open."""
    still_open = sorted(set(overrides.labels.values()) - {label for label, _ in labels})
    for choice in product((True, False), repeat=len(still_open)):
        yield labels | frozenset(zip(still_open, choice, strict=True))


@dataclass(slots=True)
class LabelsBelow:
    """Answers which labels can still matter to who has come to a type.

    What was decided about the others makes no difference there, and paths that differ only in it
    are one and the same.
    """

    merge: Merge
    _found: dict[str, set[str]] = field(init=False)

    def __post_init__(self) -> None:
        """Find the labels at or below each type."""
        self._found = {}
        for (type_name, _), overrides in self.merge.overrides.items():
            if overrides.labels:
                self._found.setdefault(type_name, set()).update(overrides.labels.values())
        if self._found:
            self._pass_up()

    def of(self, labels: Labels, type_name: str) -> Labels:
        """Return the part of `labels` that matters to who has come to `type_name`."""
        if not labels:
            return labels
        below = self._found.get(type_name, ())
        return frozenset(it for it in labels if it[0] in below)

    def _pass_up(self) -> None:
        """Give each type the labels of those that it leads to."""
        above = _types_above(self.merge)
        pending = deque(self._found)
        while pending:
            name = pending.popleft()
            labels = self._found[name]
            for it in above.get(name, ()):
                known = self._found.setdefault(it, set())
                if not labels <= known:
                    known |= labels
                    pending.append(it)


def _types_above(merge: Merge) -> dict[str, set[str]]:
    """Return for each type those that lead to it in any subgraph."""
    above: dict[str, set[str]] = {}
    for subgraph in merge.subgraphs:
        for name, definition in subgraph.schema.types.items():
            for below in _types_below(definition):
                above.setdefault(below, set()).add(name)
            # An abstract type leads to what it can be.
            for interface in definition.interfaces:
                above.setdefault(name, set()).add(interface)
    return above


def _types_below(definition: TypeDefinition) -> Iterator[str]:
    for item in definition.fields.values():
        yield named_type(item.type)
    yield from definition.members
    # By the key of an interface object one gets to what has the fields of the interface.
    yield from definition.interfaces

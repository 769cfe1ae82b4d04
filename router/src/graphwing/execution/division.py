"""Which part of the response a field is sent with, when `@defer` divides it.

https://github.com/graphql/graphql-spec/pull/1110
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graphql import DocumentNode, FieldNode, FragmentSpreadNode, InlineFragmentNode, SelectionNode

from graphwing.planner.defer import deferred_fragments
from graphwing.planner.plan import PRIMARY, DeferredPart

Parts = frozenset[int]
"""The parts that a field belongs to; it is sent with the first of them that is sent."""

PRIMARY_ONLY: Parts = frozenset((PRIMARY,))

Keys = tuple[str, ...]
Placed = tuple[FieldNode, int]
"""A field of the operation, and the part it stands in."""


class Division:
    """The division of one operation into the parts of its plan.

    A field that stands in several parts is sent once, unless the client wants each part whole
    (`repeats`).
    """

    def __init__(
        self,
        document: DocumentNode,
        parts: Sequence[DeferredPart],
        *,
        repeats: bool,
        originals: Mapping[int, InlineFragmentNode] | None = None,
    ) -> None:
        """Take the document that was planned.

        `originals` are fragments of the client's document, by the ids of those that stand for them.
        """
        fragments = deferred_fragments(document) if parts else {}
        written = originals or {}
        self._numbers: Mapping[int, int] = {
            id(written.get(id(node), node)): n for n, node in fragments.items()
        }
        self._parts = {(part.fragment, part.keys, part.parent): part.id for part in parts}
        self._parents = {part.id: part.parent for part in parts}
        self.repeats = repeats

    def part(self, node: SelectionNode, keys: Keys, inside: int) -> int:
        """Return the part that a fragment begins, or the one that it stands in."""
        if not self._parts or not isinstance(node, FragmentSpreadNode | InlineFragmentNode):
            return inside
        number = self._numbers.get(id(node), -1)
        return self._parts.get((number, keys, inside), inside)

    def groups(self, placed: Sequence[Placed]) -> dict[Parts, list[Placed]]:
        """Return the occurrences of one response key by the parts that it is sent with."""
        if not self._parents:
            return {PRIMARY_ONLY: list(placed)}
        if self.repeats:
            found: dict[Parts, list[Placed]] = {}
            for one in placed:
                found.setdefault(frozenset((one[1],)), []).append(one)
            return found
        parts = frozenset(part for _, part in placed)
        return {frozenset(p for p in parts if not self._is_sent_before(p, parts)): list(placed)}

    def _is_sent_before(self, part: int, others: Parts) -> bool:
        while part != PRIMARY:
            part = self._parents[part]
            if part in others:
                return True
        return False

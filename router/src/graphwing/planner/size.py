"""How many fields an operation has once its fragments are expanded, found without expanding them.

A few fragments that spread one another twice each make millions of fields.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionSetNode,
)


def expanded_fields(document: DocumentNode) -> int:
    """Return the number of fields of the largest operation; the document is valid."""
    fragments = {
        node.name.value: _Part.of(node.selection_set)
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    totals: dict[str, int] = {}
    for name in fragments:
        _add_totals(name, fragments, totals)
    operations = (
        _Part.of(node.selection_set)
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
    )
    return max((one.total(totals) for one in operations), default=0)


@dataclass(slots=True)
class _Part:
    """The fields of a definition that it writes out, and how often it spreads each fragment."""

    fields: int = 0
    spreads: Counter[str] = field(default_factory=Counter[str])

    @classmethod
    def of(cls, selection_set: SelectionSetNode) -> _Part:
        part = cls()
        pending = [selection_set]
        while pending:
            # The second spread of a fragment at one place adds nothing.
            spread: set[str] = set()
            for selection in pending.pop().selections:
                if isinstance(selection, FragmentSpreadNode):
                    spread.add(selection.name.value)
                    continue
                part.fields += isinstance(selection, FieldNode)
                below = getattr(selection, "selection_set", None)
                if below is not None:
                    pending.append(below)
            part.spreads.update(spread)
        return part

    def total(self, totals: dict[str, int]) -> int:
        return self.fields + sum(totals[name] * count for name, count in self.spreads.items())


def _add_totals(name: str, fragments: dict[str, _Part], totals: dict[str, int]) -> None:
    """Find the total of a fragment after those of the fragments in it; chains may be long."""
    pending = [name]
    while pending:
        part = fragments[pending[-1]]
        missing = [each for each in part.spreads if each not in totals]
        if missing:
            pending += missing
        else:
            totals[pending.pop()] = part.total(totals)

"""Operations that clients are known to send."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    Node,
    OperationDefinitionNode,
    Visitor,
    visit,
)


@dataclass(frozen=True, slots=True)
class RecordedOperation:
    """One operation with the fragments that it uses."""

    name: str
    """Empty for an anonymous one."""
    source: str
    """Where it was recorded."""
    document: DocumentNode


def operations_in(
    document: DocumentNode, source: str, fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[RecordedOperation]:
    """Yield the operations in `document`; fragments that it lacks are taken from `fragments`."""
    known = {**fragments, **fragments_in(document)}
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            used = tuple(_used_fragments(node, known))
            name = node.name.value if node.name else ""
            yield RecordedOperation(name, source, DocumentNode(definitions=(node, *used)))


def fragments_in(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """Return the fragments in `document` by name."""
    return {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }


def _used_fragments(
    node: OperationDefinitionNode, known: Mapping[str, FragmentDefinitionNode]
) -> Iterator[FragmentDefinitionNode]:
    seen: set[str] = set()
    pending: list[Node] = [node]
    while pending:
        spreads = _Spreads()
        visit(pending.pop(), spreads)
        for name in spreads.names:
            if name in known and name not in seen:
                seen.add(name)
                pending.append(known[name])
                yield known[name]


class _Spreads(Visitor):
    """Collects the names of the fragments that a node spreads."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        self.names.append(node.name.value)

"""Contexts: which fields read something from further up in the path, and which types set it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from graphwing.composition.definitions import TypeDefinition, TypeKind, applied, first_applied
from graphwing.composition.field_sets import split_context_field
from graphwing.composition.merge.merge_state import Merge
from graphwing.composition.subgraph_schema import SubgraphSchema, string_argument

Context: TypeAlias = tuple[int, str]
"""A context that some field reads: the subgraph that knows it, and its name there."""

_NONE: frozenset[Context] = frozenset()


@dataclass(slots=True)
class Contexts:
    """What is read and set in one graph."""

    _read: dict[tuple[int, str, str], frozenset[Context]] = field(
        default_factory=dict[tuple[int, str, str], frozenset[Context]]
    )
    _set: dict[str, frozenset[Context]] = field(default_factory=dict[str, frozenset[Context]])

    @property
    def are_read(self) -> bool:
        """Whether any field reads any."""
        return bool(self._read)

    def read_by(self, subgraph: int, type_name: str, field_name: str) -> frozenset[Context]:
        """Return the contexts without which `subgraph` cannot be asked for a field."""
        return self._read.get((subgraph, type_name, field_name), _NONE)

    def set_by(self, type_name: str) -> frozenset[Context]:
        """Return the contexts that are there below an object of type `type_name`."""
        return self._set.get(type_name, _NONE)

    def add_reads(self, index: int, schema: SubgraphSchema) -> None:
        """Remember what the fields in `schema`, the subgraph number `index`, read."""
        for definition in schema.types.values():
            for item in definition.fields.values():
                uses = (first_applied(it, "fromContext") for it in item.arguments.values())
                texts = [string_argument(use, "field") for use in uses if use is not None]
                names = (split_context_field(text)[0] for text in texts if text is not None)
                found = frozenset((index, name) for name in names if name is not None)
                if found:
                    self._read[index, definition.name, item.name] = found

    def add_settings(self, index: int, merge: Merge) -> None:
        """Remember what the types in subgraph number `index` set, as far as it is read."""
        wanted = _NONE.union(*self._read.values())
        for definition in merge.subgraphs[index].schema.types.values():
            names = (string_argument(use, "name") for use in applied(definition, "context"))
            contexts = frozenset((index, name) for name in names if name is not None) & wanted
            for name in _objects(definition, merge) if contexts else ():
                self._set[name] = self._set.get(name, _NONE) | contexts


def contexts_of(merge: Merge) -> Contexts:
    """Return the contexts in `merge`."""
    contexts = Contexts()
    for index, subgraph in enumerate(merge.subgraphs):
        if "fromContext" in subgraph.schema.used_directives:
            contexts.add_reads(index, subgraph.schema)
    if not contexts.are_read:
        return contexts
    for index in range(len(merge.subgraphs)):
        contexts.add_settings(index, merge)
    return contexts


def _objects(definition: TypeDefinition, merge: Merge) -> list[str]:
    if definition.kind is TypeKind.INTERFACE:
        return merge.implementations().get(definition.name, [])
    return list(definition.members) if definition.kind is TypeKind.UNION else [definition.name]

"""Object types that all subgraphs treat alike: one search is for all of them.

An interface may have many implementations, and a subgraph that does not know the interface must be
asked about each. They mostly have the same keys and fields everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator

from graphwing.planner.types import Types
from graphwing.supergraph import FieldJoin, Supergraph, TypeDefinition, TypeJoin


class Alike:
    """Groups the object types of a supergraph."""

    def __init__(self, supergraph: Supergraph, types: Types) -> None:
        self._definitions = supergraph.types
        self._types = types
        # What a context holds depends on the very type that sets it.
        self._has_contexts = any(each.contexts for each in supergraph.types.values())
        self._facts: dict[str, Hashable] = {}
        self._numbers: dict[Hashable, int] = {}

    def groups(
        self, names: Iterable[str], difference: Callable[[str], Hashable]
    ) -> Iterator[tuple[str, ...]]:
        """Yield object types in groups that are alike, and between which there is no difference."""
        groups: dict[Hashable, list[str]] = {}
        for name in sorted(names):
            groups.setdefault((self.likeness(name), difference(name)), []).append(name)
        for group in groups.values():
            yield tuple(group)

    def likeness(self, name: str) -> Hashable:
        """Return something that is equal for types that are alike."""
        known = self._facts.get(name)
        if known is None:
            facts = self._facts_of(name)
            known = self._facts[name] = self._numbers.setdefault(facts, len(self._numbers))
        return known

    def _facts_of(self, name: str) -> Hashable:
        definition = self._definitions.get(name)
        if definition is None or self._has_contexts:
            return name
        return (
            self._types.supertypes(name) - {name},
            frozenset(self._unions_of(name)),
            frozenset(self._join_facts(join) for join in definition.joins.values()),
            frozenset(self._field_facts(definition)),
        )

    def _unions_of(self, name: str) -> Iterator[tuple[str, str]]:
        for definition in self._definitions.values():
            if definition.kind == "union":
                for join in definition.joins.values():
                    if name in join.members:
                        yield definition.name, join.subgraph

    @staticmethod
    def _join_facts(join: TypeJoin) -> Hashable:
        keys = tuple((key.fields.text, key.resolvable) for key in join.keys)
        return join.subgraph, keys, frozenset(join.implements)

    def _field_facts(self, definition: TypeDefinition) -> Iterator[Hashable]:
        for field in definition.fields.values():
            type_text = self._types.field_type(definition.name, field.name)
            joins = frozenset(_facts_of_field(join) for join in field.joins.values())
            yield field.name, type_text, joins


def _facts_of_field(join: FieldJoin) -> Hashable:
    return (
        join.subgraph,
        join.type,
        join.requires and join.requires.text,
        join.provides and join.provides.text,
        join.external,
        join.override,
        join.override_label,
    )

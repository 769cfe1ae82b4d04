"""Object types that all subgraphs treat alike: one search is for all of them.

An interface may have many implementations, and a subgraph that does not know the interface must be
asked about each. They mostly have the same keys everywhere, and the fields
in question.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator

from graphwing.planner.types import Types
from graphwing.supergraph import FieldJoin, Supergraph, TypeJoin

_WORD = re.compile(r"\w+")


class Alike:
    """Groups the object types of a supergraph."""

    def __init__(self, supergraph: Supergraph, types: Types) -> None:
        self._definitions = supergraph.types
        self._types = types
        # What a context holds depends on the very type that sets it.
        self._has_contexts = any(each.contexts for each in supergraph.types.values())
        self._facts: dict[str, Hashable] = {}
        self._field_facts: dict[tuple[str, str], Hashable] = {}
        self._needed: dict[tuple[str, frozenset[str]], frozenset[str]] = {}

    def groups(
        self, names: Iterable[str], fields: frozenset[str], difference: Callable[[str], Hashable]
    ) -> Iterator[tuple[str, ...]]:
        """Yield object types in groups that are alike as to `fields`, and without `difference`."""
        groups: dict[Hashable, list[str]] = {}
        for name in sorted(names):
            groups.setdefault((self._likeness(name, fields), difference(name)), []).append(name)
        for group in groups.values():
            yield tuple(group)

    def _likeness(self, name: str, fields: frozenset[str]) -> Hashable:
        """Return something that is equal for types that are alike."""
        facts = self._facts.get(name)
        if facts is None:
            facts = self._facts[name] = self._facts_of(name)
        asked = sorted(self._asked(name, fields))
        return facts, tuple((field, self._facts_of_field(name, field)) for field in asked)

    def _asked(self, name: str, fields: frozenset[str]) -> frozenset[str]:
        """Return `fields`, the keys, and what must be known to ask for all these."""
        known = self._needed.get((name, fields))
        if known is None:
            known = self._needed[name, fields] = frozenset(self._with_needed(name, fields))
        return known

    def _with_needed(self, name: str, fields: frozenset[str]) -> set[str]:
        definition = self._definitions.get(name)
        if definition is None:
            return set()
        pending = [*fields, *_WORD.findall(" ".join(self._keys(name)))]
        found: set[str] = set()
        while pending:
            field = definition.fields.get(pending.pop())
            if field is not None and field.name not in found:
                found.add(field.name)
                required = [join.requires.text for join in field.joins.values() if join.requires]
                pending.extend(_WORD.findall(" ".join(required)))
        return found

    def _keys(self, name: str) -> Iterator[str]:
        for each in sorted(self._types.supertypes(name)):
            definition = self._definitions.get(each)
            for join in definition.joins.values() if definition else ():
                yield from (key.fields.text for key in join.keys)

    def _facts_of(self, name: str) -> Hashable:
        definition = self._definitions.get(name)
        if definition is None or self._has_contexts:
            return name
        return (
            self._types.supertypes(name) - {name},
            frozenset(self._unions_of(name)),
            frozenset(self._join_facts(join) for join in definition.joins.values()),
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

    def _facts_of_field(self, name: str, field: str) -> Hashable:
        known = self._field_facts.get((name, field))
        if known is None:
            joins = self._definitions[name].fields[field].joins.values()
            facts = self._types.field_type(name, field), frozenset(map(_facts_of_join, joins))
            known = self._field_facts[name, field] = facts
        return known


def _facts_of_join(join: FieldJoin) -> Hashable:
    return (
        join.subgraph,
        join.type,
        join.requires and join.requires.text,
        join.provides and join.provides.text,
        join.external,
        join.override,
        join.override_label,
    )

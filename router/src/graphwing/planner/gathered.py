"""The occurrences of fields at one place while an operation is read, and which of them count.

What is asked twice is asked once: of all objects and of some of them, with and without conditions,
at once and deferred.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from graphql import FieldNode, SelectionSetNode, print_ast

from graphwing.planner.defer import Deferral
from graphwing.planner.operation import Conditions
from graphwing.planner.plan import Path
from graphwing.planner.types import ScopeKey, Types

Part = tuple[SelectionSetNode, int | None]
"""A selection set, and the part of the response it stands in."""
DraftKey = tuple[str, Conditions, int | None]


@dataclass(slots=True)
class Draft:
    """A field while its occurrences are gathered."""

    node: FieldNode
    conditions: Conditions
    part: int | None
    """The part of the response that brings it."""
    selection_sets: list[Part] = field(default_factory=list["Part"])
    shown_in: int | None = None
    """The part that it is sent with, when an earlier one brings it."""

    @property
    def response_key(self) -> str:
        """The name that the client knows it by."""
        return self.node.alias.value if self.node.alias else self.node.name.value


@dataclass(slots=True)
class Gathered:
    """The scopes of one place while its selection sets are read."""

    type_name: str
    path: Path
    given: Conditions
    scopes: dict[ScopeKey, dict[DraftKey, Draft]] = field(
        default_factory=dict[ScopeKey, dict[DraftKey, Draft]]
    )
    spread: set[tuple[str, str, frozenset[str] | None, Conditions, int | None]] = field(
        default_factory=set[tuple[str, str, frozenset[str] | None, Conditions, int | None]]
    )
    parts: dict[int, None] = field(default_factory=dict[int, None])
    """The deferred parts that begin here, in order."""

    def add(
        self, scope: ScopeKey, node: FieldNode, conditions: Conditions, part: int | None
    ) -> None:
        """Add an occurrence of a field."""
        drafts = self.scopes.setdefault(scope, {})
        key = (node.alias.value if node.alias else node.name.value, conditions, part)
        draft = drafts.get(key)
        if draft is None:
            draft = drafts[key] = Draft(node, conditions, part)
        if node.selection_set is not None:
            draft.selection_sets.append((node.selection_set, part))

    def distinct(self, types: Types, deferral: Deferral) -> Iterator[tuple[ScopeKey, list[Draft]]]:
        """Yield the scopes without what is asked of all objects, or sent before, anyway."""
        if deferral.parts:
            yield from _Undeferred(self, types, deferral).scopes()
            return
        everywhere = self.scopes.get((self.type_name, None), {})
        for scope, drafts in self.scopes.items():
            kept = [
                draft
                for key, draft in drafts.items()
                if scope == (self.type_name, None) or draft.selection_sets or key not in everywhere
            ]
            if kept:
                yield scope, kept


@dataclass(frozen=True, slots=True)
class _Kept:
    """A draft that counts, and the objects that it is asked of."""

    scope: ScopeKey
    types: frozenset[str]
    draft: Draft


class _Undeferred:
    """Leaves out fields that an earlier part brings: what is asked below them joins them."""

    def __init__(self, gathered: Gathered, types: Types, deferral: Deferral) -> None:
        self._gathered = gathered
        self._types = types
        self._deferral = deferral
        self._by_key: dict[str, list[_Kept]] = {}
        self._by_meaning: dict[tuple[str, ...], list[_Kept]] = {}

    def scopes(self) -> Iterator[tuple[ScopeKey, list[Draft]]]:
        """Yield the scopes with the drafts that count, in order of appearance."""
        kept = {id(each.draft) for each in self._every() if self._is_kept(each)}
        for scope, drafts in self._gathered.scopes.items():
            found = [draft for draft in drafts.values() if id(draft) in kept]
            if found:
                yield scope, found

    def _every(self) -> list[_Kept]:
        """Return all drafts: before each of them come those that can make it superfluous."""
        place = self._types.possible(self._gathered.type_name)
        every = [
            _Kept((name, types), place if types is None else types, draft)
            for (name, types), drafts in self._gathered.scopes.items()
            for draft in drafts.values()
        ]
        depth = self._deferral.depth
        every.sort(
            key=lambda one: (
                depth(one.draft.part),
                one.scope[1] is not None,
                -len(one.types),
                len(one.draft.conditions),
            )
        )
        return every

    def _is_kept(self, one: _Kept) -> bool:
        draft = one.draft
        covering = self._covering(one, self._by_key.get(draft.response_key, ()))
        if covering:
            same = next((each for each in covering if _is_same(each, one)), None)
            if same is not None:
                same.draft.selection_sets.extend(draft.selection_sets)
                return False
            if not draft.selection_sets:
                return False
            draft.part = covering[0].draft.part
        elif not draft.selection_sets:
            alike = self._covering(one, self._by_meaning.get(_meaning(draft), ()))
            if alike and alike[0].draft.part != draft.part:
                # Under another name it is in that answer already.
                draft.part, draft.shown_in = alike[0].draft.part, draft.part
        self._by_key.setdefault(draft.response_key, []).append(one)
        if not draft.selection_sets:
            self._by_meaning.setdefault(_meaning(draft), []).append(one)
        return True

    def _covering(self, one: _Kept, others: list[_Kept] | tuple[()]) -> list[_Kept]:
        """Return what is asked whenever `one` is, in the same part or an earlier one."""
        part = one.draft.part
        return [
            other
            for other in others
            if other.draft.conditions <= one.draft.conditions
            and other.types >= one.types
            and (other.draft.part == part or self._deferral.is_within(part, other.draft.part))
        ]


def _is_same(one: _Kept, other: _Kept) -> bool:
    return one.scope == other.scope and one.draft.conditions == other.draft.conditions


def _meaning(draft: Draft) -> tuple[str, ...]:
    return (draft.node.name.value, *map(print_ast, draft.node.arguments or ()))

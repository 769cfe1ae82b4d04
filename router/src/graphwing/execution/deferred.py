"""The deferred fragments of one response: when each may be sent, and with what.

A fragment begins at an object; what it brings may stand further below. It may be sent when the
fragment it stands in has been sent and the fetches of its part are done.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from graphwing.execution.division import Parts
from graphwing.execution.part_completion import Later
from graphwing.execution.shape import FieldShape, ObjectShape
from graphwing.execution.tree import Object, ResponsePath
from graphwing.planner.plan import DeferredPart


@dataclass(slots=True, eq=False)
class Group:
    """Fields of one object that are sent together, with the first of their fragments."""

    path: ResponsePath
    shape: ObjectShape
    runtime_type: str
    fields: tuple[FieldShape, ...]
    value: Object
    is_completed: bool = False
    """What is to be sent later of the objects below is known, whether this was sent or not."""
    is_sent: bool = False
    is_null: bool = False
    """Sent or not, a null that the schema does not allow took all of it."""


@dataclass(slots=True, eq=False)
class Fragment:
    """A deferred fragment at one object."""

    part: int
    path: ResponsePath
    label: str | None
    parent: Fragment | None
    id: str = ""
    """What the client knows it by; empty as long as it does not."""
    groups: list[Group] = field(default_factory=list[Group])
    untyped: list[Later] = field(default_factory=list[Later])
    """Objects of which a later fetch may say the type, and so what they have of the fragment."""
    is_over: bool = False
    """Sent, or never to be sent."""

    def is_lost(self) -> bool:
        """Tell whether a fragment that it stands in could not be sent."""
        parent = self.parent
        while parent is not None:
            if any(group.is_null for group in parent.groups):
                return True
            parent = parent.parent
        return False


class Fragments:
    """All deferred fragments of one response that are known so far."""

    def __init__(self, parts: Collection[DeferredPart], *, sends_empty: bool) -> None:
        """Take the plan's parts; fragments without fields of their own may be sent or not."""
        self._parts: Mapping[int, DeferredPart] = {part.id: part for part in parts}
        self._known: dict[tuple[int, ResponsePath], Fragment] = {}
        self._settled: dict[tuple[ResponsePath, Parts], Group] = {}
        """Fields of objects whose type was not known at first, by who has them."""
        self._sends_empty = sends_empty
        self._numbers = 0

    def add(self, found: Collection[Later]) -> None:
        """Add what a completion has found to be sent later."""
        for later in found:
            for part in later.deferred.parts:
                parent = self._parts[part].parent
                self._known[part, later.path] = Fragment(
                    part,
                    later.path,
                    self._parts[part].label,
                    self._at(parent, later.path) if parent else None,
                )
        for later in found:
            if later.is_typed:
                for parts, fields in later.deferred.groups:
                    group = Group(later.path, later.shape, later.runtime_type, fields, later.value)
                    for part in sorted(parts):
                        self._at(part, later.path).groups.append(group)
            else:
                for part in self._parts_at(later):
                    self._at(part, later.path).untyped.append(later)

    def settle(self, fragment: Fragment) -> None:
        """Give a fragment its fields of objects whose type was not known before."""
        for later in fragment.untyped:
            typename = later.shape.runtime_type(later.value.get("__typename")) or later.runtime_type
            deferred = later.shape.deferred_of(typename)
            for parts, fields in deferred.groups if deferred is not None else ():
                if fragment.part not in parts:
                    continue
                known = self._settled.get((later.path, parts))
                if known is None or not (known.is_sent or known.runtime_type == typename):
                    known = Group(later.path, later.shape, typename, fields, later.value)
                    self._settled[later.path, parts] = known
                fragment.groups.append(known)
        fragment.untyped.clear()

    def announce(self) -> list[Fragment]:
        """Return the fragments that the client may now be told to wait for, each once."""
        new: list[Fragment] = []
        for fragment in self._known.values():
            if fragment.id or fragment.is_over or not self._is_next(fragment):
                continue
            has_fields = fragment.groups or fragment.untyped
            if fragment.is_lost() or not (has_fields or self._sends_empty):
                fragment.is_over = True
                continue
            fragment.id = str(self._numbers)
            self._numbers += 1
            new.append(fragment)
        return new

    def waiting(self) -> list[Fragment]:
        """Return the fragments that the client waits for."""
        return [one for one in self._known.values() if one.id and not one.is_over]

    @staticmethod
    def _is_next(fragment: Fragment) -> bool:
        return fragment.parent is None or fragment.parent.is_over

    @staticmethod
    def _parts_at(later: Later) -> set[int]:
        """Return all parts that may have fields of an object, whatever its type."""
        shape = later.shape
        every = (shape.deferred_of(name) for name in (*shape.possible, later.runtime_type))
        groups = (group for one in every if one is not None for group in one.groups)
        return {part for parts, _ in groups for part in parts}

    def _at(self, part: int, path: ResponsePath) -> Fragment:
        """Return the fragment of a part that reaches `path`: it begins there or above."""
        keys = len(self._parts[part].keys)
        length = 0
        for step in path:
            keys -= isinstance(step, str)
            if keys < 0:
                break
            length += 1
        return self._known[part, path[:length]]

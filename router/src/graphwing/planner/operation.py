"""The client's operation in the form that planning works on.

Fragments are gone: the selection of a place is a list of scopes, each a set of runtime types and
the fields asked of objects of these types. Conditions stand on fields.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from graphwing.planner.plan import PRIMARY, Condition, DeferredPart, OperationKind

Conditions = frozenset[Condition]
Arguments = tuple[tuple[str, str], ...]

ALWAYS: Conditions = frozenset()
TYPENAME = "__typename"


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A field that is asked for; two are the same only if they are one object."""

    name: str
    response_key: str
    type_name: str
    """The named type it has in the supergraph."""
    lists: int = 0
    """How many lists are around that type."""
    arguments: Arguments = ()
    conditions: Conditions = ALWAYS
    """What must hold beside the conditions of the fields above."""
    directives: tuple[str, ...] = ()
    """Printed directives other than those that say when a field is there."""
    selection: Selection | None = None
    part: int | None = PRIMARY
    """The part of the response that brings it; `None` for what planning needs whatever the part."""
    shown_in: int | None = None
    """The part it is sent with, if that is a later one: the same was asked under another name."""
    is_divided: bool = False
    """Whether something below belongs to another part."""


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """Fields asked of objects of certain runtime types."""

    type_name: str
    """The type on which the fields are looked up."""
    types: frozenset[str] | None
    """The runtime types; `None` stands for all that the place can have."""
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """What is asked of the objects at one place."""

    scopes: tuple[Scope, ...]
    parts: tuple[int, ...] = ()
    """The deferred parts that begin here."""

    def fields(self) -> Iterator[Field]:
        """Yield the fields of all scopes."""
        for scope in self.scopes:
            yield from scope.fields


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the client."""

    kind: OperationKind
    root_type: str
    selection: Selection
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    """Printed definitions of the variables (`$id: ID! = "1"`), by name."""
    parts: tuple[DeferredPart, ...] = ()
    """What is deferred, parents first."""
    begins: Mapping[int, Collection[str]] = field(default_factory=dict[int, Collection[str]])
    """For each part the types of the objects that its fragment is for."""


def excludes(case: Conditions, other: Conditions) -> bool:
    """Tell whether two sets of conditions never hold together."""
    return any(replace(one, expected=not one.expected) in case for one in other)

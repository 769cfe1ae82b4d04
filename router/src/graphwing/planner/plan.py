"""The plan: which fetches answer an operation, in which order, and where each answer goes.

A plan is frozen data. It says nothing of waves: every fetch names the fetches it waits for
(`after`), and execution starts it as soon as those are done. The nested Sequence/Parallel form
that people and tools read is drawn from it by `render`.

Answers are merged into one tree of response objects, under the response keys that the fetches ask
for. Those are the client's own keys; whatever the planner adds (keys, `__typename`, fields that a
`@requires` reads) sits beside them under keys that no client field of that object uses, and the
completion of the response, which walks the client's operation, leaves it out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

OperationKind = Literal["query", "mutation", "subscription"]

PRIMARY = 0
"""The part of the response that is sent first: all that is not deferred."""


# What a fetch asks for: the selections of a subgraph operation.


@dataclass(frozen=True, slots=True)
class FieldSelection:
    """One field of a subgraph operation. Arguments and directives are printed GraphQL."""

    name: str
    response_key: str
    arguments: tuple[tuple[str, str], ...] = ()
    directives: tuple[str, ...] = ()
    selections: tuple[Selection, ...] = ()


@dataclass(frozen=True, slots=True)
class FragmentSelection:
    """An inline fragment of a subgraph operation; no type condition means "same type"."""

    type_condition: str | None
    directives: tuple[str, ...] = ()
    selections: tuple[Selection, ...] = ()


Selection = FieldSelection | FragmentSelection


# Where in the response: a path from the root to objects.


@dataclass(frozen=True, slots=True)
class Key:
    """Step into the value under a response key."""

    name: str


@dataclass(frozen=True, slots=True)
class Items:
    """Step into every item of a list (once per list level)."""


@dataclass(frozen=True, slots=True)
class OnTypes:
    """Keep only the objects whose runtime type is one of `types`."""

    types: tuple[str, ...]


PathStep = Key | Items | OnTypes
Path = tuple[PathStep, ...]


def keys_of(path: Path) -> tuple[str, ...]:
    """Return the response keys of a path."""
    return tuple(step.name for step in path if isinstance(step, Key))


# What identifies an object to a subgraph: the representations of an entity fetch.


@dataclass(frozen=True, slots=True)
class RepresentationField:
    """A field to copy into a representation: read at `response_key`, sent as `name`."""

    name: str
    response_key: str
    selections: tuple[RepresentationSelection, ...] = ()


@dataclass(frozen=True, slots=True)
class RepresentationFragment:
    """Fields to copy only where the object read is of one of `types`."""

    types: tuple[str, ...]
    selections: tuple[RepresentationSelection, ...]


RepresentationSelection = RepresentationField | RepresentationFragment


@dataclass(frozen=True, slots=True)
class Representation:
    """How objects of certain runtime types are represented to a subgraph.

    An object whose `key` is null or missing anywhere cannot be asked for and is skipped; an absent
    part of `requires` is left out and the object is still asked for.
    """

    types: tuple[str, ...]
    """Runtime types of the response objects this applies to."""
    typename: str
    """The `__typename` to send: the object's own type, or an interface the subgraph keys."""
    key: tuple[RepresentationSelection, ...]
    requires: tuple[RepresentationSelection, ...] = ()


@dataclass(frozen=True, slots=True)
class ContextSource:
    """Where objects above those of a lookup may hold a value for them."""

    up: int
    """How many steps of the lookup's path to leave out to get there."""
    types: tuple[str, ...] | None
    """Runtime types for which it is the source; for others the next one counts. `None` is all."""
    value: tuple[RepresentationSelection, ...]
    """The one way to the value, for each type."""


@dataclass(frozen=True, slots=True)
class ContextArgument:
    """A variable of a lookup that holds a value found above its objects.

    Objects of one lookup can find different values. Those that find the same are asked about
    together; for every other value the lookup is repeated, see `repeat_lookups`.
    """

    variable: str
    type: str
    """Its type in the subgraph."""
    sources: tuple[ContextSource, ...]
    """The nearest first."""


@dataclass(frozen=True, slots=True)
class Rename:
    """Move a value from an alias that the planner invented to the key it stands for.

    `path` starts at the root of the fetch's answer (at the entity, for a lookup) and ends at the
    objects that hold `alias`.
    """

    path: Path
    alias: str
    response_key: str


# The fetches.


@dataclass(frozen=True, slots=True)
class Condition:
    """A Boolean variable of the operation and the value it must have."""

    variable: str
    expected: bool


@dataclass(frozen=True, slots=True)
class RootFetch:
    """Ask a subgraph for fields of a root type and merge them into the objects at `path`."""

    id: int
    """Its index in `Plan.fetches`."""
    subgraph: str
    kind: OperationKind
    operation: str
    """The subgraph operation as GraphQL text."""
    selections: tuple[Selection, ...]
    """The same, as data."""
    variables: tuple[str, ...] = ()
    """Names of the client's variables that the operation uses."""
    path: Path = ()
    """Empty for the response root; a path where a field leads back to a root type."""
    after: tuple[int, ...] = ()
    conditions: tuple[Condition, ...] = ()
    """All must hold, otherwise the fetch is not sent."""
    renames: tuple[Rename, ...] = ()
    part: int = PRIMARY
    """The part of the response that it is for."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """One `_entities` field of an entity fetch: objects to ask about, and what to ask."""

    response_key: str
    """`_entities`, or an alias of it when one fetch makes several lookups."""
    variable: str
    """The variable that carries its representations."""
    paths: tuple[Path, ...]
    """Where its objects are; several when the same lookup serves several places."""
    representations: tuple[Representation, ...]
    """Tried in order; the first whose `types` has the object's runtime type is used."""
    selections: tuple[Selection, ...]
    """What is asked of each entity."""
    conditions: tuple[Condition, ...] = ()
    """All must hold, otherwise its representations are empty."""
    renames: tuple[Rename, ...] = ()
    contexts: tuple[ContextArgument, ...] = ()


@dataclass(frozen=True, slots=True)
class EntityFetch:
    """Ask a subgraph about objects that other fetches found, all lookups in one request."""

    id: int
    subgraph: str
    operation: str
    lookups: tuple[Lookup, ...]
    variables: tuple[str, ...] = ()
    """Names of the client's variables that the operation uses beside the representations."""
    definitions: tuple[str, ...] = ()
    """How the operation declares them."""
    after: tuple[int, ...] = ()
    conditions: tuple[Condition, ...] = ()
    part: int = PRIMARY


Fetch = RootFetch | EntityFetch


@dataclass(frozen=True, slots=True)
class DeferredPart:
    """What one `@defer` holds back; it is sent for each object at `path` when its fetches are done.

    A deferred field that can only be asked for together with others comes with a fetch of an
    earlier part, so a part may have no fetch of its own.
    """

    id: int
    parent: int
    """The part that is sent before it."""
    fragment: int
    """Which of the document's deferred fragments it is, counted in the order of the document."""
    path: Path
    label: str | None = None
    selection: str = ""
    """What the client asks of its objects, as GraphQL."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The response keys on the way to its objects."""
        return keys_of(self.path)


@dataclass(frozen=True, slots=True)
class Plan:
    """The fetches that answer one operation, each after all that it waits for.

    An operation that only asks for introspection or `__typename` at the root has none. In a
    subscription the first fetch is the event stream and the others run once per event.
    """

    kind: OperationKind
    fetches: tuple[Fetch, ...]
    parts: tuple[DeferredPart, ...] = ()
    """What is sent after the first answer, parents first; their fetches are among `fetches`."""
    selection: str = ""
    """What the first answer has of the operation, as GraphQL; given only if there are parts."""
    variants: tuple[Variant, ...] = ()
    """The plans for other values of the variables in `@defer(if:)`."""

    def chosen(self, variables: Mapping[str, object]) -> Plan:
        """Return the plan for these variables: itself, or the variant made for their values."""
        for variant in self.variants:
            if all(
                (variables.get(one.variable) is not False) is one.expected
                for one in variant.conditions
            ):
                return variant.plan
        return self


@dataclass(frozen=True, slots=True)
class Variant:
    """The plan for certain values of the variables in `@defer(if:)`, each of them named."""

    conditions: tuple[Condition, ...]
    plan: Plan

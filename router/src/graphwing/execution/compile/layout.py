"""What a plan brings, laid out: which objects, and which fetch brings each of their fields."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from graphwing.execution.shape import FieldShape, LeafShape, TypenameShape
from graphwing.planner.plan import Items, Key, Lookup, Path

TYPENAME = "__typename"


class Declined(Exception):  # noqa: N818  # Not an error: the plan is interpreted instead.
    """This operation is not compiled; the text says why."""


@dataclass(eq=False, slots=True)
class Leaf:
    """A scalar or an enum."""

    type_name: str
    shape: LeafShape | None
    """Nothing if the client did not ask for it: then its values pass as they are."""


@dataclass(eq=False, slots=True)
class ListOf:
    """A list."""

    item: Value
    nullable: bool


@dataclass(eq=False, slots=True)
class ObjectAt:
    """An object, laid out by its place."""

    place: Place
    nullable: bool


Value: TypeAlias = Leaf | ListOf | ObjectAt


@dataclass(eq=False, slots=True)
class Slot:
    """A field of response objects."""

    key: str
    value: Value
    is_first: bool
    """Whether the fetch that brings the object brings this field with it."""
    is_visible: bool
    """Whether the client asked for it."""

    @property
    def is_nullable(self) -> bool:
        """Return whether the client may get null."""
        if isinstance(self.value, Leaf):
            return self.value.shape is None or self.value.shape.nullable
        return self.value.nullable


@dataclass(eq=False, slots=True)
class Variant:
    """The objects of one type at one place."""

    type_name: str
    is_tagged: bool = False
    """Whether `__typename` tells these objects from others at the same place."""
    slots: dict[str, Slot] = field(default_factory=dict[str, Slot])
    order: tuple[FieldShape, ...] = ()
    """The fields that the client asked for, in the operation's order."""

    @property
    def is_tagged_in_place(self) -> bool:
        """Return whether the client asked for `__typename` first, and under no other key."""
        keys = [one.response_key for one in self.order if isinstance(one.shape, TypenameShape)]
        return keys == [TYPENAME] and self.order[0].response_key == TYPENAME


@dataclass(eq=False, slots=True)
class Place:
    """Where objects are found in the response, and what they can be."""

    variants: dict[str, Variant]


@dataclass(eq=False, slots=True)
class Layout:
    """All places of a response; the root has one variant."""

    root: Place
    fetches: tuple[FetchLayout, ...]


@dataclass(eq=False, slots=True)
class FetchLayout:
    """What one fetch of the plan brings."""

    id: int
    parts: tuple[Part, ...]
    """One for each lookup; a root fetch has one, for the root object."""
    first_empty: tuple[str, ...] = ()
    """The variables of its lookups, in order, if some of those are switched off."""


@dataclass(eq=False, slots=True)
class Part:
    """The fields that a lookup, or a root fetch, adds to objects that are there."""

    lookup: Lookup | None
    added: dict[str, dict[str, Slot]]
    """By type."""


def variants_at(root: Place, path: Path) -> list[Variant]:
    """Return all variants that objects at `path` can be of, each once."""
    variants = list(root.variants.values())
    for step in path:
        match step:
            case Key(name):
                places = [
                    place
                    for variant in variants
                    if (slot := variant.slots.get(name)) is not None
                    and (place := place_of(slot.value)) is not None
                ]
                found = dict.fromkeys(one for place in places for one in place.variants.values())
                variants = list(found)
            case Items():
                pass
            case _:
                variants = [one for one in variants if one.type_name in step.types]
    return variants


def place_of(value: Value) -> Place | None:
    """Return where the objects of a value are, through any lists."""
    while isinstance(value, ListOf):
        value = value.item
    return value.place if isinstance(value, ObjectAt) else None

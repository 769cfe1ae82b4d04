"""Which objects a plan brings, which fields they have, and which fetch brings each field.

Made once for an operation under certain values of `@skip` and `@include`. What cannot be laid out
this way is declined, and the plan is interpreted instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from graphql import (
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLType,
    get_named_type,
    is_abstract_type,
    is_composite_type,
)

from graphwing.execution.shape import (
    FieldShape,
    IntrospectionShape,
    LeafShape,
    ListShape,
    ObjectShape,
    Shape,
    TypenameShape,
)
from graphwing.planner.plan import (
    Condition,
    EntityFetch,
    FieldSelection,
    FragmentSelection,
    Items,
    Key,
    Lookup,
    Path,
    Plan,
    Selection,
)

TYPENAME = "__typename"

_CONDITION = re.compile(r"@(skip|include)\(if: (?:\$(\w+)|(true|false))\)")


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
    unused: tuple[str, ...] = ()
    """The variables of lookups that are switched off: they get no representations."""


@dataclass(eq=False, slots=True)
class Part:
    """The fields that a lookup, or a root fetch, adds to objects that are there."""

    lookup: Lookup | None
    added: dict[str, dict[str, Slot]]
    """By type."""


def lay_out(
    plan: Plan, shape: ObjectShape, schema: GraphQLSchema, conditions: Mapping[str, bool]
) -> Layout:
    """Return the layout of a plan under these values of its conditions, or raise `Declined`.

    `schema` is the supergraph's: it has what clients do not see.
    """
    return _Layouter(schema, conditions).layout(plan, shape)


@dataclass(slots=True)
class _Layouter:
    schema: GraphQLSchema
    conditions: Mapping[str, bool]

    def layout(self, plan: Plan, shape: ObjectShape) -> Layout:
        root = Place({shape.type_name: self._variant(shape.type_name, shape)})
        fetches: list[FetchLayout] = []
        for fetch in plan.fetches:
            if not self._hold(fetch.conditions):
                continue
            unused: list[str] = []
            if isinstance(fetch, EntityFetch):
                lookups = [one for one in fetch.lookups if self._hold(one.conditions)]
                parts = [self._lookup(root, lookup) for lookup in lookups]
                unused = [one.variable for one in fetch.lookups if one not in lookups]
            elif fetch.path or fetch.renames:
                raise Declined("a root field is asked below another one, or under an alias")
            else:
                variant = root.variants[shape.type_name]
                parts = [Part(None, {shape.type_name: self._add([variant], fetch.selections)})]
            fetches.append(FetchLayout(fetch.id, tuple(parts), tuple(unused)))
        return Layout(root, tuple(fetches))

    def _hold(self, conditions: Iterable[Condition]) -> bool:
        return all(self.conditions.get(one.variable) is one.expected for one in conditions)

    def _lookup(self, root: Place, lookup: Lookup) -> Part:
        if lookup.renames:
            raise Declined("a lookup asks under an alias of the planner")
        by_type: dict[str, list[Variant]] = {}
        for path in lookup.paths:
            for variant in variants_at(root, path):
                known = by_type.setdefault(variant.type_name, [])
                if variant not in known:
                    known.append(variant)
        return Part(
            lookup,
            {name: self._add(found, lookup.selections) for name, found in by_type.items()},
        )

    def _add(self, variants: Sequence[Variant], selections: Sequence[Selection]) -> dict[str, Slot]:
        """Add what `selections` bring to each of `variants`, objects of one type."""
        first = variants[0]
        added: dict[str, Slot] = {}
        for key, found in self._flat(selections, first.type_name).items():
            if found[0].name == TYPENAME:
                continue
            known = [variant.slots.get(key) for variant in variants]
            if any(known):
                if all(slot is not None and isinstance(slot.value, Leaf) for slot in known):
                    continue
                raise Declined("two fetches bring parts of one object")
            slot = self._slot(first, key, found, is_first=False)
            if any(
                _signature(_asked(one, key)) != _signature(_asked(first, key)) for one in variants
            ):
                raise Declined("one lookup serves places that ask for different things")
            for variant in variants:
                variant.slots[key] = slot
            added[key] = slot
        return added

    def _slot(
        self, variant: Variant, key: str, found: list[FieldSelection], *, is_first: bool
    ) -> Slot:
        asked = _asked(variant, key)
        if isinstance(asked, TypenameShape | IntrospectionShape):
            raise Declined("an alias of `__typename`, or introspection, beside other fields")
        owner = self.schema.type_map[variant.type_name]
        if not isinstance(owner, GraphQLObjectType | GraphQLInterfaceType):
            raise Declined("an object of no object type")
        below = [one for selection in found for one in selection.selections]
        value = self._value(owner.fields[found[0].name].type, asked, below)
        return Slot(key, value, is_first, asked is not None)

    def _value(
        self, of_type: GraphQLType, asked: Shape | None, below: Sequence[Selection]
    ) -> Value:
        nullable = not isinstance(of_type, GraphQLNonNull) if asked is None else asked.nullable
        if isinstance(of_type, GraphQLNonNull):
            of_type = of_type.of_type
        if isinstance(of_type, GraphQLList):
            item = asked.item if isinstance(asked, ListShape) else None
            return ListOf(self._value(of_type.of_type, item, below), nullable)
        if not is_composite_type(of_type):
            return Leaf(of_type.name, asked if isinstance(asked, LeafShape) else None)
        shape = asked if isinstance(asked, ObjectShape) else None
        return ObjectAt(self._place(of_type.name, shape, below), nullable)

    def _place(
        self, type_name: str, shape: ObjectShape | None, selections: Sequence[Selection]
    ) -> Place:
        of_type = self.schema.type_map[type_name]
        names = [type_name]
        if is_abstract_type(of_type):
            possible = [one.name for one in self.schema.get_possible_types(of_type)]
            names = (
                possible if shape is None else [one for one in possible if one in shape.possible]
            )
        place = Place({})
        for name in names:
            variant = place.variants[name] = self._variant(name, shape)
            variant.is_tagged = is_abstract_type(of_type)
            flat = self._flat(selections, name)
            if variant.is_tagged and TYPENAME not in flat:
                raise Declined("the type of an object is not asked for")
            for key, found in flat.items():
                if found[0].name != TYPENAME:
                    variant.slots[key] = self._slot(variant, key, found, is_first=True)
        return place

    def _variant(self, type_name: str, shape: ObjectShape | None) -> Variant:
        order = shape.fields_of(type_name) if shape is not None else ()
        if any(isinstance(one.shape, IntrospectionShape) for one in order):
            raise Declined("introspection beside other fields")
        return Variant(type_name, order=order)

    def _flat(
        self, selections: Sequence[Selection], type_name: str
    ) -> dict[str, list[FieldSelection]]:
        """Return the fields that `selections` ask of objects of `type_name`."""
        found: dict[str, list[FieldSelection]] = {}
        for selection in self._fields(selections, type_name):
            found.setdefault(selection.response_key, []).append(selection)
        return found

    def _fields(self, selections: Sequence[Selection], type_name: str) -> Iterator[FieldSelection]:
        for selection in selections:
            if not self._is_included(selection.directives):
                continue
            if isinstance(selection, FieldSelection):
                yield selection
            elif self._applies(selection, type_name):
                yield from self._fields(selection.selections, type_name)

    def _is_included(self, directives: Iterable[str]) -> bool:
        for directive in directives:
            read = _CONDITION.fullmatch(directive)
            if read is not None:
                name, variable, literal = read.groups()
                holds = self.conditions.get(variable) is True if variable else literal == "true"
                if holds is (name == "skip"):
                    return False
        return True

    def _applies(self, fragment: FragmentSelection, type_name: str) -> bool:
        if fragment.type_condition in {None, type_name}:
            return True
        condition = self.schema.type_map.get(fragment.type_condition or "")
        of_type = self.schema.type_map[type_name]
        return (
            is_abstract_type(condition)
            and isinstance(of_type, GraphQLObjectType)
            and self.schema.is_sub_type(condition, of_type)
        )


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


def _asked(variant: Variant, key: str) -> Shape | None:
    """Return the shape of a field if the client asked for it under this key."""
    return next((one.shape for one in variant.order if one.response_key == key), None)


def _signature(shape: Shape | None) -> object:
    """Return what two shapes must have in common so that the same objects can be both."""
    match shape:
        case LeafShape():
            return shape.type_name, shape.nullable
        case ListShape():
            return _signature(shape.item), shape.nullable
        case ObjectShape():
            return shape.nullable, [
                (name, [(one.response_key, _signature(one.shape)) for one in shape.fields_of(name)])
                for name in shape.possible
            ]
        case _:
            return type(shape)

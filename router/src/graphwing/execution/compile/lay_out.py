"""Plan → layout.

Made for an operation under certain values of `@skip` and `@include`. What cannot be laid out is
declined, and the plan is interpreted instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from graphql import (
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLType,
    is_abstract_type,
    is_composite_type,
)

from graphwing.execution.compile.layout import (
    TYPENAME,
    Declined,
    FetchLayout,
    Layout,
    Leaf,
    ListOf,
    ObjectAt,
    Part,
    Place,
    Slot,
    Value,
    Variant,
    place_of,
    variants_at,
)
from graphwing.execution.shape import (
    IntrospectionShape,
    LeafShape,
    ListShape,
    ObjectShape,
    Shape,
    TypenameShape,
    ValueShape,
    WithheldShape,
)
from graphwing.planner.plan import (
    Condition,
    EntityFetch,
    Fetch,
    FieldSelection,
    FragmentSelection,
    Lookup,
    Plan,
    Selection,
)

_CONDITION = re.compile(r"@(skip|include)\(if: (?:\$(\w+)|(true|false))\)")


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
        fetches = [self._fetch(root, one) for one in plan.fetches if self._hold(one.conditions)]
        if not _is_complete(root):
            raise Declined("a field that no fetch brings")
        return Layout(root, tuple(fetches))

    def _hold(self, conditions: Iterable[Condition]) -> bool:
        return all(self.conditions.get(one.variable) is one.expected for one in conditions)

    def _fetch(self, root: Place, fetch: Fetch) -> FetchLayout:
        if isinstance(fetch, EntityFetch):
            lookups = [one for one in fetch.lookups if self._hold(one.conditions)]
            parts = [self._lookup(root, lookup) for lookup in lookups]
            is_whole = len(lookups) == len(fetch.lookups)
            empty = () if is_whole else tuple(one.variable for one in fetch.lookups)
            return FetchLayout(fetch.id, tuple(parts), empty)
        if fetch.path or fetch.renames:
            raise Declined("a root field is asked below another one, or under an alias")
        ((type_name, variant),) = root.variants.items()
        part = Part(None, {type_name: self._add([variant], fetch.selections)})
        return FetchLayout(fetch.id, (part,))

    def _lookup(self, root: Place, lookup: Lookup) -> Part:
        if lookup.renames:
            raise Declined("a lookup asks under an alias of the planner")
        if lookup.contexts:
            raise Declined("a lookup needs a context")
        by_type: dict[str, list[Variant]] = {}
        represented = {name for one in lookup.representations for name in one.types}
        for path in lookup.paths:
            for variant in variants_at(root, path):
                if variant.type_name not in represented:
                    continue
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
        name = found[0].name
        is_known = isinstance(owner, GraphQLObjectType | GraphQLInterfaceType)
        if not is_known or name not in owner.fields:
            raise Declined("a field that the supergraph does not have")
        below = [one for selection in found for one in selection.selections]
        value = self._value(owner.fields[name].type, asked, below)
        return Slot(key, value, is_first, asked is not None)

    def _value(
        self, of_type: GraphQLType, asked: Shape | None, below: Sequence[Selection]
    ) -> Value:
        shape = asked if isinstance(asked, ValueShape) else None
        nullable = not isinstance(of_type, GraphQLNonNull) if shape is None else shape.nullable
        if isinstance(of_type, GraphQLNonNull):
            of_type = cast("GraphQLNonNull[Any]", of_type).of_type
        if isinstance(of_type, GraphQLList):
            item = shape.item if isinstance(shape, ListShape) else None
            wrapped = cast("GraphQLList[Any]", of_type).of_type
            return ListOf(self._value(wrapped, item, below), nullable)
        name = cast("GraphQLNamedType", of_type).name
        if not is_composite_type(of_type):
            return Leaf(name, shape if isinstance(shape, LeafShape) else None)
        inner = shape if isinstance(shape, ObjectShape) else None
        return ObjectAt(self._place(name, inner, below), nullable)

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
        if any(isinstance(one.shape, WithheldShape) for one in order):
            raise Declined("fields that the client may not read")
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


def _is_complete(place: Place) -> bool:
    """Return whether all that the client asked for comes, here and below.

    A type that lacks something does not come from these subgraphs: it is taken away.
    """
    for name, variant in list(place.variants.items()):
        places = [place_of(slot.value) for slot in variant.slots.values()]
        comes = all(
            isinstance(one.shape, TypenameShape) or one.response_key in variant.slots
            for one in variant.order
        )
        if not (comes and all(_is_complete(one) for one in places if one is not None)):
            if not variant.is_tagged:
                return False
            del place.variants[name]
    return True


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

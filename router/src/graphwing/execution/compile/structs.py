"""Layout → the msgspec types that subgraph answers are decoded into and responses encoded from.

An object is decoded into the type it is encoded from, with all fields of the response in the
operation's order. Fields that later fetches bring are unset until then, and what the plan needs for
itself is unset at the end: msgspec leaves unset fields out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from graphql import GraphQLEnumType, GraphQLSchema
from msgspec import UNSET, Meta, Struct

from graphwing.execution.compile.layout import (
    TYPENAME,
    Leaf,
    ListOf,
    Place,
    Slot,
    Value,
    Variant,
)
from graphwing.execution.shape import LeafShape, TypenameShape

StructType: TypeAlias = type[Struct]
Annotation: TypeAlias = Any
"""A type as msgspec reads it."""
StructField: TypeAlias = tuple[str, Annotation, Any]

_BUILT_IN: dict[str, Annotation] = {
    "Int": Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)],
    "Float": int | float,
    "String": str,
    "Boolean": bool,
    "ID": str,
}
# Of a custom scalar only null has to be seen. No `float`: msgspec would read it without its digits,
# so such an answer is left to the interpreter.
_NOT_NULL = bool | int | str | list[Any] | dict[str, Any]


HASHABLE: dict[str, Annotation] = {
    "Int": int | None,
    "String": str | None,
    "Boolean": bool | None,
    "ID": str | int | None,
}
"""How leaves are read that the client did not ask for, so that equal ones can be found."""


def attribute(key: str) -> str:
    """Return the attribute that holds a field: response keys are never attributes themselves."""
    return f"v_{key}"


@dataclass(slots=True)
class Structs:
    """Makes the types of one layout, each once."""

    schema: GraphQLSchema
    """The API schema."""
    _made: dict[Variant, StructType] = field(default_factory=dict[Variant, StructType])
    _rewritten: dict[Variant, StructType] = field(default_factory=dict[Variant, StructType])

    def of_place(self, place: Place) -> Annotation:
        """Return the type of the objects at a place."""
        types = [self.of_variant(one) for one in place.variants.values()]
        annotation: Annotation = types[0] if types else None
        for each in types[1:]:
            annotation |= each
        return annotation

    def of_variant(self, variant: Variant) -> StructType:
        """Return the type of the objects of one type at one place."""
        made = self._made.get(variant)
        if made is None:
            tag = variant.type_name if variant.is_tagged else None
            made = self._made[variant] = _struct(variant.type_name, self._fields(variant), tag)
        return made

    def rewritten(self, variant: Variant) -> StructType:
        """Return the type that an object is encoded from when its tag would be out of place."""
        made = self._rewritten.get(variant)
        if made is None:
            name = variant.type_name
            fields: list[StructField] = []
            for key, _, shape in variant.order:
                default = name if isinstance(shape, TypenameShape) else UNSET
                fields.append((attribute(key), Any, _default(key, default)))
            made = self._rewritten[variant] = _struct(name, fields, None)
        return made

    def of_added(self, type_name: str, added: dict[str, Slot]) -> StructType:
        """Return the type of what a lookup, or a root fetch, adds to objects."""
        fields = [
            (attribute(key), self._annotation(one), _named(key)) for key, one in added.items()
        ]
        return _struct(type_name, fields, None)

    def _fields(self, variant: Variant) -> list[StructField]:
        fields: list[StructField] = []
        for key, _, shape in variant.order:
            if not isinstance(shape, TypenameShape):
                fields.append(self._field(variant, key))
            elif not variant.is_tagged:
                name = variant.type_name
                fields.append((attribute(key), Literal[name], _default(key, name)))
        shown = {one.response_key for one in variant.order}
        fields += [self._field(variant, key) for key in variant.slots if key not in shown]
        return fields

    def _field(self, variant: Variant, key: str) -> StructField:
        slot = variant.slots.get(key)
        if slot is None or not slot.is_first:
            return attribute(key), Any, _default(key, UNSET)
        if slot.is_visible:
            return attribute(key), self._annotation(slot), _named(key)
        return attribute(key), self._annotation(slot), _default(key, UNSET)

    def _annotation(self, slot: Slot) -> Annotation:
        return self._of_value(slot.value, is_visible=slot.is_visible)

    def _of_value(self, value: Value, *, is_visible: bool) -> Annotation:
        annotation: Annotation
        if isinstance(value, Leaf):
            if value.shape is None:
                return HASHABLE.get(value.type_name, Any)
            return self._of_leaf(value.shape)
        if isinstance(value, ListOf):
            annotation = list[self._of_value(value.item, is_visible=is_visible)]
        else:
            annotation = self.of_place(value.place)
        return annotation | None if value.nullable or not is_visible else annotation

    def _of_leaf(self, shape: LeafShape) -> Annotation:
        of_type = self.schema.type_map[shape.type_name]
        annotation: Annotation
        if isinstance(of_type, GraphQLEnumType):
            annotation = Literal[tuple(of_type.values)]
        elif shape.type_name in _BUILT_IN:
            annotation = _BUILT_IN[shape.type_name]
        else:
            return Any if shape.nullable else _NOT_NULL
        return annotation | None if shape.nullable else annotation


def _struct(name: str, fields: list[StructField], tag: str | None) -> StructType:
    return msgspec.defstruct(
        name,
        fields,
        kw_only=True,
        # Responses are trees: nothing in them can refer back, so there is nothing to collect.
        gc=False,
        tag_field=TYPENAME if tag else None,
        tag=tag,
    )


def _named(key: str) -> Any:  # noqa: ANN401  # What `msgspec.field` returns has no public type.
    return msgspec.field(name=key)


def _default(key: str, default: object) -> Any:  # noqa: ANN401
    return msgspec.field(name=key, default=default)

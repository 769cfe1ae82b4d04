"""Which values of an input type another one refuses.

What clients can send is compared, and not how types are called: all that an `Int` takes is taken by
a `Float`, by a list of integers, and by a scalar of one's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLScalarType,
    GraphQLType,
    is_required_input_field,
    is_specified_scalar_type,
)

from graphwing.supergraph.wrapped_types import is_never_null, item_type, type_of, without_null

# https://spec.graphql.org/September2025/#sec-Scalars.Built-in-Scalars: what else each accepts.
_WIDER = frozenset({("Int", "Float"), ("Int", "ID"), ("String", "ID")})
# An enum value is a string in the variables.
_OF_ENUM_VALUES = frozenset({"String", "ID"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """Values that were accepted and are not any more."""

    coordinates: tuple[str, ...]
    """What the values are for, from the outside to the inside."""
    message: str


def refusals(before: GraphQLType, now: GraphQLType) -> Iterator[Refusal]:
    """Yield what of the values of the type `before` is refused by `now`."""
    yield from _Comparison().refused(before, now, ())


@dataclass(slots=True)
class _Comparison:
    """Compares types once, for inputs can contain themselves. Stays inside this module."""

    _seen: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    def refused(
        self, before: GraphQLType, now: GraphQLType, path: tuple[str, ...]
    ) -> Iterator[Refusal]:
        """Yield the values that `now` refuses at a place."""
        if is_never_null(now) and not is_never_null(before):
            yield Refusal(path, f"null was accepted{_at(path)}")
        yield from self._refused_of_what_is_there(without_null(before), without_null(now), path)

    def _refused_of_what_is_there(
        self, before: GraphQLType, now: GraphQLType, path: tuple[str, ...]
    ) -> Iterator[Refusal]:
        item_before, item_now = item_type(before), item_type(now)
        if item_before is not None and item_now is not None:
            yield from self.refused(item_before, item_now, path)
        elif item_before is not None:
            if not _takes_all(now):
                yield Refusal(path, f"a list was accepted{_at(path)}")
        elif item_now is not None and _takes_all(before):
            # Its values can be lists, with null in them.
            yield from self.refused(before, item_now, path)
        elif item_now is not None:
            # What is no list is taken for a list of one.
            yield from self._refused_of_what_is_there(before, without_null(item_now), path)
        elif isinstance(before, GraphQLInputObjectType) and isinstance(now, GraphQLInputObjectType):
            yield from self._in_fields(before, now, path)
        else:
            yield from _of_leaves(before, now, path)

    def _in_fields(
        self, before: GraphQLInputObjectType, now: GraphQLInputObjectType, path: tuple[str, ...]
    ) -> Iterator[Refusal]:
        if (before.name, now.name) in self._seen:
            return
        self._seen.add((before.name, now.name))
        if now.is_one_of and not _has_always_one(before):
            yield Refusal((*path, now.name), f"`{now.name}` takes exactly one field")
        for name, item in before.fields.items():
            coordinate = f"{before.name}.{name}"
            other = now.fields.get(name)
            if other is None:
                yield Refusal((*path, coordinate), f"`{now.name}` has no field `{name}`")
                continue
            inside, given, wanted = (*path, coordinate), type_of(item), type_of(other)
            if before.is_one_of:
                # What is given is never null.
                given, wanted = without_null(given), without_null(wanted)
            yield from self.refused(given, wanted, inside)
        for name, item in now.fields.items():
            if is_required_input_field(item) and not _is_always_given(before, name):
                coordinate = f"{now.name}.{name}"
                yield Refusal((*path, coordinate), f"`{coordinate}` has to be given")


def _has_always_one(named: GraphQLInputObjectType) -> bool:
    """Return whether every value gives exactly one field, and not as null."""
    return named.is_one_of or (
        len(named.fields) == 1 and all(map(is_required_input_field, named.fields.values()))
    )


def _is_always_given(named: GraphQLInputObjectType, name: str) -> bool:
    item = named.fields.get(name)
    if item is None:
        return False
    return is_required_input_field(item) or (named.is_one_of and len(named.fields) == 1)


def _of_leaves(before: GraphQLType, now: GraphQLType, path: tuple[str, ...]) -> Iterator[Refusal]:
    if _takes_all(now):
        return
    match before, now:
        case GraphQLEnumType(), GraphQLEnumType():
            for value in before.values:
                if value not in now.values:
                    message = f"`{now.name}` has no value `{value}`"
                    yield Refusal((*path, f"{before.name}.{value}"), message)
        case GraphQLEnumType(), GraphQLScalarType(name=name) if name in _OF_ENUM_VALUES:
            pass
        case GraphQLScalarType(), GraphQLScalarType() if (
            before.name == now.name or (before.name, now.name) in _WIDER
        ):
            pass
        case _:
            message = f"`{before}` was accepted{_at(path)}, and `{now}` is now"
            yield Refusal((*path, str(before)), message)


def _takes_all(named: GraphQLType) -> bool:
    """Return whether it is a scalar of one's own: what it takes is the subgraphs' business."""
    return isinstance(named, GraphQLScalarType) and not is_specified_scalar_type(named)


def _at(path: tuple[str, ...]) -> str:
    return f" for `{path[-1]}`" if path else ""

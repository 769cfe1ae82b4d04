"""Types as lists and non-null wrap them, for code that takes them apart."""

from __future__ import annotations

from typing import Any, cast

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputField,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLType,
)


def is_never_null(of_type: GraphQLType | None) -> bool:
    """Return whether null is no value of the type."""
    return isinstance(of_type, GraphQLNonNull)


def without_null(of_type: GraphQLType) -> GraphQLType:
    """Return a list or a named type: what the type is of values that are there."""
    if isinstance(of_type, GraphQLNonNull):
        return cast("GraphQLNonNull[Any]", of_type).of_type
    return of_type


def item_type(of_type: GraphQLType) -> GraphQLType | None:
    """Return what the items of a list are, null or not, and nothing of what is no list."""
    unwrapped = without_null(of_type)
    if isinstance(unwrapped, GraphQLList):
        return cast("GraphQLList[Any]", unwrapped).of_type
    return None


def type_of(one: GraphQLField | GraphQLArgument | GraphQLInputField) -> GraphQLType:
    """Return the type of a field or argument."""
    return cast("Any", one).type


def named_type(of_type: GraphQLType) -> GraphQLNamedType:
    """Return the type inside all lists."""
    item = item_type(of_type)
    return cast("GraphQLNamedType", without_null(of_type)) if item is None else named_type(item)

"""The truth: the same operation on the API schema, answered as a monolith by graphql-core."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLResolveInfo,
    GraphQLSchema,
    execute_sync,  # pyright: ignore[reportUnknownVariableType]
)

from universe.stubs import Answer
from universe.values import Thing, Universe, Value, World


def monolith_answer(
    schema: GraphQLSchema,
    universe: Universe,
    document: DocumentNode,
    variables: Mapping[str, Any],
    world: World,
) -> Answer:
    """Return what one server that had all the fields would answer."""

    def resolve(source: Thing | None, info: GraphQLResolveInfo[None], **arguments: Value) -> object:
        thing = source or Thing(info.parent_type.name, info.parent_type.name)
        if source is None and thing.typename == "Mutation":
            world.version += 1
        return universe.value(thing, info.field_name, arguments, world)

    result = execute_sync(
        schema,
        document,
        variable_values=dict(variables),
        field_resolver=resolve,
        type_resolver=_runtime_type,
    )
    return Answer(result.data, tuple(dict(each.formatted) for each in result.errors or ()))


def _runtime_type(thing: Thing, *_: object) -> str:
    return thing.typename

"""The truth: the same operation on the API schema, answered as a monolith by graphql-core."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLResolveInfo,
    GraphQLSchema,
    execute_sync,  # pyright: ignore[reportUnknownVariableType]
    experimental_execute_incrementally,  # pyright: ignore[reportUnknownVariableType]
)
from graphql.execution import ExperimentalIncrementalExecutionResults

from universe.deferring import Parts
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

    result = execute_sync(
        schema,
        document,
        variable_values=dict(variables),
        field_resolver=_resolver(universe, world),
        type_resolver=_runtime_type,
    )
    return Answer(result.data, tuple(dict(each.formatted) for each in result.errors or ()))


def monolith_parts(
    schema: GraphQLSchema,
    universe: Universe,
    document: DocumentNode,
    variables: Mapping[str, Any],
    world: World,
) -> Answer:
    """Return what the same server would answer in parts, all of them together."""
    result = experimental_execute_incrementally(
        schema,
        document,
        variable_values=dict(variables),
        field_resolver=_resolver(universe, world),
        type_resolver=_runtime_type,
    )
    assert not isinstance(result, Awaitable)
    if isinstance(result, ExecutionResult):
        return Answer(result.data, tuple(dict(each.formatted) for each in result.errors or ()))
    return asyncio.run(_together(result))


async def _together(results: ExperimentalIncrementalExecutionResults) -> Answer:
    first: Any = results.initial_result.formatted
    parts = Parts(data=first["data"], errors=[*first.get("errors", ())])
    paths = {one["id"]: one["path"] for one in first["pending"]}
    async for result in results.subsequent_results:
        part: Any = result.formatted
        paths |= {one["id"]: one["path"] for one in part.get("pending", ())}
        for one in part.get("incremental", ()):
            parts.add([*paths[one["id"]], *one.get("subPath", ())], one["data"])
            parts.errors.extend(one.get("errors", ()))
        for one in part.get("completed", ()):
            parts.errors.extend(one.get("errors", ()))
    return Answer(parts.data, tuple(dict(each) for each in parts.errors))


def _resolver(universe: Universe, world: World) -> Callable[..., object]:
    def resolve(source: Thing | None, info: GraphQLResolveInfo[None], **arguments: Value) -> object:
        thing = source or Thing(info.parent_type.name, info.parent_type.name)
        if source is None and thing.typename == "Mutation":
            world.version += 1
        return universe.value(thing, info.field_name, arguments, world)

    return resolve


def _runtime_type(thing: Thing, *_: object) -> str:
    return thing.typename

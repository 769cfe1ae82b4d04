"""The truth: the same operation on the API schema, answered as a monolith by graphql-core."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
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
    def resolve(source: _Seen | None, info: GraphQLResolveInfo[None], **arguments: Value) -> object:
        root = _Seen(Thing(info.parent_type.name, info.parent_type.name))
        seen = source or root
        if source is None and root.thing.typename == "Mutation":
            world.version += 1
        given = {**arguments, **_from_above(universe, seen, info.field_name)}
        value = universe.value(seen.thing, info.field_name, given, world)
        return _seen_below(value, () if source is None else (seen.thing, *seen.above))

    return resolve


@dataclass(frozen=True, slots=True)
class _Seen:
    """An object, and those that the way to it led through."""

    thing: Thing
    above: tuple[Thing, ...] = ()
    """The nearest first."""


def _seen_below(value: Value, above: tuple[Thing, ...]) -> object:
    if isinstance(value, list):
        return [_seen_below(each, above) for each in value]
    return _Seen(value, above) if isinstance(value, Thing) else value


def _from_above(universe: Universe, seen: _Seen, name: str) -> dict[str, Value]:
    """Return what the nearest objects above that set a context tell a field."""
    found: dict[str, Value] = {}
    for argument, setting in universe.joined.contextual((seen.thing.typename, name)):
        holder = next(each for each in seen.above if each.typename in setting)
        found[argument.name] = _end_of_path(universe.read(holder, argument.selections))
    return found


def _end_of_path(value: Value) -> Value:
    if isinstance(value, list):
        return [_end_of_path(each) for each in value]
    # What is selected of other types only is nothing.
    return _end_of_path(next(iter(value.values()), None)) if isinstance(value, Mapping) else value


def _runtime_type(seen: _Seen, *_: object) -> str:
    return seen.thing.typename

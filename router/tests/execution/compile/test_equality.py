"""Compiled and interpreted, an operation comes to the same bytes, whatever subgraphs answer.

The universe compares both ways with nulls, errors and subgraphs that are down; here the answers
themselves are damaged on their way.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, replace
from functools import cache
from random import Random
from typing import Any, cast

import pytest
from msgspec import structs
from universe.graphs import random_case, random_subgraphs
from universe.trial import Graph

from graphwing.exact_json import decode_json, encode_json
from graphwing.execution import (
    Endpoint,
    RawAnswer,
    SubgraphAnswer,
    SubgraphRequest,
    Transport,
)

_TRIED, _COMPILED = 8, 3

Json = Any
Change = Callable[[Json, Random], Json]
Damage = Callable[[RawAnswer, Random], RawAnswer]


def _mapped(value: Json, random: Random, change: Change) -> Json:
    """Return `value` with `change` applied to a few of the values in it.

    The names of types stay: a program does not look at what its schema knows already.
    """
    if random.random() < 0.1:
        value = change(value, random)
    if isinstance(value, dict):
        items = cast("dict[str, Json]", value).items()
        return {
            key: item if key == "__typename" else _mapped(item, random, change)
            for key, item in items
        }
    if isinstance(value, list):
        return [_mapped(item, random, change) for item in cast("list[Json]", value)]
    return value


def _changed(answer: RawAnswer, random: Random, change: Change) -> RawAnswer:
    body = decode_json(answer.body)
    if body.get("data") is not None:
        body["data"] = _mapped(body["data"], random, change)
    return structs.replace(answer, body=encode_json(body))


def wrong_types(answer: RawAnswer, random: Random) -> RawAnswer:
    values: tuple[Json, ...] = (
        1,
        1.0,
        1.10,
        "1",
        "x",
        True,
        [],
        [None],
        {},
        {"__typename": "Nothing"},
        2**40,
    )
    return _changed(answer, random, lambda _, chance: chance.choice(values))


def nulls(answer: RawAnswer, random: Random) -> RawAnswer:
    return _changed(answer, random, lambda _, __: None)


def shorter(answer: RawAnswer, random: Random) -> RawAnswer:
    """Leave out fields and items."""

    def cut(value: Json, chance: Random) -> Json:
        if isinstance(value, dict):
            keys = [key for key in cast("dict[str, Json]", value) if key != "__typename"]
            left_out = chance.choice(keys or [""])
            items = cast("dict[str, Json]", value).items()
            return {key: item for key, item in items if key != left_out}
        if isinstance(value, list):
            return cast("list[Json]", value)[:-1]
        return value

    return _changed(answer, random, cut)


def longer(answer: RawAnswer, random: Random) -> RawAnswer:
    """Add fields that nobody asked for, and turn the order around."""

    def add(value: Json, _: Random) -> Json:
        if isinstance(value, dict):
            return dict(reversed([("more", 1), *cast("dict[str, Json]", value).items()]))
        return value

    return _changed(answer, random, add)


def with_errors(answer: RawAnswer, random: Random) -> RawAnswer:
    body = decode_json(answer.body)
    errors: tuple[Json, ...] = (
        [{"message": "no"}],
        [{"message": "no", "path": ["x", 0]}],
        [],
        None,
    )
    return structs.replace(answer, body=encode_json({**body, "errors": random.choice(errors)}))


def not_graphql(answer: RawAnswer, random: Random) -> RawAnswer:
    bodies = (b"", b"{", b"null", b"[]", b'{"data":null}', b'{"data":[]}', b"{}", b'"\xff"')
    return structs.replace(answer, body=random.choice(bodies))


def other_http(answer: RawAnswer, random: Random) -> RawAnswer:
    status = random.choice((200, 302, 400, 500, 503))
    return structs.replace(
        answer, status=status, content_type=random.choice((None, "text/html", "X/JSON"))
    )


def spacious(answer: RawAnswer, _: Random) -> RawAnswer:
    body = answer.body.replace(b'":', b'" : ').replace(b",", b" ,\n")
    return structs.replace(answer, body=body if decode_json(body) else answer.body)


@dataclass(slots=True)
class Damaging:
    """A way to a subgraph that damages some answers: the same ones in the same way each time."""

    transport: Transport
    damage: Damage
    often: float = 1.0

    async def send(self, request: SubgraphRequest, *, timeout: float) -> RawAnswer:  # noqa: ASYNC109
        answer = await self.transport.send(request, timeout=timeout)
        random = Random(request.body())  # noqa: S311
        return self.damage(answer, random) if random.random() < self.often else answer

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    def subscribe(
        self, request: SubgraphRequest, *, timeout: float
    ) -> AsyncGenerator[SubgraphAnswer]:
        return self.transport.subscribe(request, timeout=timeout)


@cache
def graph_of(seed: int) -> tuple[dict[str, str], Graph]:
    subgraphs = random_subgraphs(Random(seed))  # noqa: S311
    return subgraphs, Graph(subgraphs, seed)


@pytest.mark.parametrize(
    "damage",
    [
        wrong_types,
        nulls,
        shorter,
        longer,
        with_errors,
        not_graphql,
        other_http,
        spacious,
    ],
)
@pytest.mark.parametrize("seed", range(2))
def test_damaged_answers_come_to_the_same_compiled_and_interpreted(
    damage: Damage, seed: int
) -> None:
    random = Random(seed)  # noqa: S311
    subgraphs, graph = graph_of(seed)
    executor = graph.executor(lambda endpoint: _damaged(endpoint, damage))
    tried = 0
    while tried < _TRIED:
        operation, variables = graph.operation(random_case(random, graph, subgraphs, seed))
        if operation.plan.kind != "query":
            continue
        tried += 1
        interpreted = asyncio.run(executor.execute(operation, variables, {}))

        compiled = asyncio.run(executor.respond(operation, variables, {}))

        assert encode_json((compiled.data, compiled.errors)) == encode_json(
            (interpreted.data, interpreted.errors)
        ), operation.plan
    if damage in {longer, spacious}:
        assert executor.counts.compiled >= _COMPILED


def _damaged(endpoint: Endpoint, damage: Damage) -> Endpoint:
    return replace(endpoint, transport=Damaging(endpoint.transport, damage, 0.7))

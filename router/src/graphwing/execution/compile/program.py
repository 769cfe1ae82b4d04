"""A compiled plan: for each fetch, what makes its request and what takes its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import Struct

from graphwing.exact_json import encode_json
from graphwing.execution.compile.represent import Obstacle, UnansweredError
from graphwing.planner.plan import OperationKind

Collected = Sequence[tuple[Sequence[Struct], Sequence[int]]]
"""For each type of object: the objects, and the index of the entity for each."""


@dataclass(slots=True)
class Question:
    """One lookup of a request that is under way."""

    asked: int
    """How many representations it has."""
    collected: Collected


@dataclass(frozen=True, slots=True)
class CompiledLookup:
    """The functions of one lookup."""

    variable: str
    attribute: str
    collect: Callable[[Struct, list[Any]], Collected]
    attach: Sequence[Callable[[Sequence[Struct], Sequence[int], Sequence[Any]], None]]
    """For each type of object."""
    decode: Sequence[Callable[[msgspec.Raw], Any]] | None
    """For each type, if entities of several types come together; they are decoded one by one."""

    def ask(self, root: Struct, variables: dict[str, Any]) -> Question:
        """Add the representations to `variables`."""
        representations: list[Any] = []
        collected = self.collect(root, representations)
        # Lookups of equal representations share a variable; one of them may have none.
        if representations or self.variable not in variables:
            variables[self.variable] = representations
        return Question(len(representations), collected)

    def take(self, question: Question, data: Struct) -> None:
        """Attach the entities to their objects, or raise `UnansweredError`."""
        if not question.asked:
            return
        entities: list[Any] = getattr(data, self.attribute)
        if len(entities) != question.asked:
            raise UnansweredError
        if self.decode is not None:
            entities = _decoded_by_type(entities, question.collected, self.decode)
        for attach, (objects, indexes) in zip(self.attach, question.collected, strict=True):
            attach(objects, indexes, entities)


def _decoded_by_type(
    entities: Sequence[msgspec.Raw],
    collected: Collected,
    decode: Sequence[Callable[[msgspec.Raw], Any]],
) -> list[Any]:
    decoded: list[Any] = [None] * len(entities)
    for by_type, (_, indexes) in zip(decode, collected, strict=True):
        for index in set(indexes):
            decoded[index] = by_type(entities[index])
    return decoded


@dataclass(frozen=True, slots=True)
class CompiledFetch:
    """What makes the request of a fetch and takes its answer."""

    subgraph: str
    kind: OperationKind
    operation: str
    variables: tuple[str, ...]
    """The client's that it sends."""
    lookups: tuple[CompiledLookup, ...]
    first_empty: tuple[str, ...]
    """The variables of its lookups, in order, if some of those are switched off."""
    attach: Callable[[Struct, Struct], None] | None
    """Of a root fetch."""
    decode: Callable[[bytes], Any]
    waits_for: int
    """How many fetches have to be done before."""
    followers: tuple[int, ...]
    """The fetches that wait for this one, by their index in the program."""

    def ask(
        self, root: Struct, variables: Mapping[str, Any]
    ) -> tuple[dict[str, Any], Sequence[Question]] | None:
        """Return the variables of the request, or nothing when there is nothing to ask.

        Raises `UnansweredError`.
        """
        sent = {name: variables[name] for name in self.variables if name in variables}
        if self.attach is not None:
            return sent, ()
        for variable in self.first_empty:
            sent[variable] = ()
        questions = [lookup.ask(root, sent) for lookup in self.lookups]
        return (sent, questions) if any(one.asked for one in questions) else None

    def take(self, root: Struct, body: bytes, questions: Sequence[Question]) -> None:
        """Put an answer where it belongs; raise `UnansweredError` or `msgspec.MsgspecError`."""
        answer = self.decode(body)
        if answer.errors:
            raise UnansweredError(Obstacle.ERRORS)
        if self.attach is not None:
            self.attach(root, answer.data)
            return
        for lookup, question in zip(self.lookups, questions, strict=True):
            lookup.take(question, answer.data)


@dataclass(frozen=True, slots=True)
class Program:
    """A plan, compiled for certain values of its conditions."""

    root: Callable[[], Struct]
    fetches: tuple[CompiledFetch, ...]
    first: tuple[int, ...]
    """The fetches that wait for none."""
    finish: Callable[[Struct], Struct] | None
    source: str
    """The functions above as text."""

    def data(self, root: Struct) -> bytes:
        """Return the JSON of a response's data."""
        if self.finish is not None:
            root = self.finish(root)
        return encode_json(root)

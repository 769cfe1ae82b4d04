"""A compiled plan: for each fetch, what makes its request and what takes its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from graphql import GraphQLSchema
from msgspec import UNSET, Struct

from graphwing.execution.compile.attach import write_attach, write_root_attach
from graphwing.execution.compile.collect import CollectWriter
from graphwing.execution.compile.finish import FinishWriter
from graphwing.execution.compile.layout import Declined, FetchLayout, Layout, Part, lay_out
from graphwing.execution.compile.represent import UnansweredError
from graphwing.execution.compile.source import Source
from graphwing.execution.compile.structs import Structs, StructType
from graphwing.execution.shape import ObjectShape
from graphwing.planner.plan import EntityFetch, Fetch, Plan

_encode = msgspec.json.Encoder().encode

Collected = Sequence[tuple[Sequence[Struct], Sequence[int]]]
"""For each type of object: the objects, and the index of the entity for each."""


@dataclass(frozen=True, slots=True)
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

    fetch: Fetch
    lookups: tuple[CompiledLookup, ...]
    unused: tuple[str, ...]
    attach: Callable[[Struct, Struct], None] | None
    """Of a root fetch."""
    decode: Callable[[bytes], Any]

    def ask(
        self, root: Struct, variables: Mapping[str, Any]
    ) -> tuple[dict[str, Any], list[Question]] | None:
        """Return the variables of the request, or nothing when there is nothing to ask."""
        sent = {name: variables[name] for name in self.fetch.variables if name in variables}
        if self.attach is not None:
            return sent, []
        questions = [lookup.ask(root, sent) for lookup in self.lookups]
        for variable in self.unused:
            sent.setdefault(variable, [])
        return (sent, questions) if any(one.asked for one in questions) else None

    def take(self, root: Struct, body: bytes, questions: Sequence[Question]) -> None:
        """Put an answer where it belongs, or raise `UnansweredError`."""
        answer = self.decode(body)
        if answer.errors:
            raise UnansweredError
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
    finish: Callable[[Struct], Struct] | None

    def response(self, root: Struct) -> bytes:
        """Return the JSON of a response without errors."""
        if self.finish is not None:
            root = self.finish(root)
        return b'{"data":%b}' % _encode(root)


def compile_plan(
    plan: Plan,
    shape: ObjectShape,
    conditions: Mapping[str, bool],
    *,
    api_schema: GraphQLSchema,
    schema: GraphQLSchema,
) -> Program:
    """Return a plan as code, for these values of its conditions; or raise `Declined`."""
    if plan.kind == "subscription":
        raise Declined("a subscription")
    layout = lay_out(plan, shape, schema, conditions)
    try:
        return _Compiler(Structs(api_schema), layout, plan).program()
    except (SyntaxError, RecursionError, MemoryError, TypeError, ValueError) as error:
        raise Declined(f"{type(error).__name__}: {error}") from error


@dataclass(slots=True)
class _Compiler:
    structs: Structs
    layout: Layout
    plan: Plan
    source: Source = field(default_factory=Source)

    def program(self) -> Program:
        (root,) = self.layout.root.variants.values()
        fetches = {one.id: one for one in self.plan.fetches}
        for found in self.layout.fetches:
            self._write(found)
        finish = FinishWriter(self.source, self.structs).write(root)
        self.source.names |= {
            "UNSET": UNSET,
            "UnansweredError": UnansweredError,
            "encode": _encode,
            "unchanged": _unchanged,
        }
        functions = self.source.compiled()
        return Program(
            self.structs.of_variant(root),
            tuple(self._fetch(fetches[one.id], one, functions) for one in self.layout.fetches),
            functions[finish] if finish else None,
        )

    def _write(self, found: FetchLayout) -> None:
        for number, part in enumerate(found.parts):
            name = f"{found.id}_{number}"
            if part.lookup is None:
                (added,) = part.added.values()
                write_root_attach(self.source, f"attach{name}", added)
                continue
            CollectWriter(self.source, self.structs, part, part.lookup).write(
                f"collect{name}", self.layout.root
            )
            for index, added in enumerate(part.added.values()):
                write_attach(self.source, f"attach{name}_{index}", added)

    def _fetch(
        self, fetch: Fetch, found: FetchLayout, functions: Mapping[str, Any]
    ) -> CompiledFetch:
        if not isinstance(fetch, EntityFetch):
            (part,) = found.parts
            ((type_name, added),) = part.added.items()
            data = self.structs.of_added(type_name, added)
            return CompiledFetch(
                fetch, (), (), functions[f"attach{found.id}_0"], _answer_decoder(data)
            )
        lookups: list[CompiledLookup] = []
        fields: list[tuple[str, Any, Any]] = []
        for number, part in enumerate(found.parts):
            if part.lookup is None:
                continue
            types = [self.structs.of_added(name, added) for name, added in part.added.items()]
            name = f"{found.id}_{number}"
            lookups.append(
                CompiledLookup(
                    part.lookup.variable,
                    f"entities{number}",
                    functions[f"collect{name}"],
                    [functions[f"attach{name}_{index}"] for index in range(len(types))],
                    [_decoder(one | None) for one in types] if len(types) > 1 else None,
                )
            )
            item = (types[0] | None) if len(types) == 1 else msgspec.Raw
            key = msgspec.field(name=part.lookup.response_key)
            fields.append((f"entities{number}", list[item], key))
        data = msgspec.defstruct("Data", fields, kw_only=True, gc=False)
        return CompiledFetch(fetch, tuple(lookups), found.unused, None, _answer_decoder(data))


def _decoder(of_type: Any) -> Callable[[bytes | msgspec.Raw], Any]:  # noqa: ANN401
    return msgspec.json.Decoder(of_type).decode


def _answer_decoder(data: StructType) -> Callable[[bytes], Any]:
    """Return what decodes an answer that has data, and whether it has errors."""
    fields = [("data", data), ("errors", list[Any] | None, None)]
    return _decoder(msgspec.defstruct("Answer", fields, gc=False))


def _unchanged(value: Struct) -> Struct:
    return value

"""Plan → program: lay it out, make its types, write its functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from graphql import GraphQLSchema
from msgspec import UNSET, Struct

from graphwing.exact_json import encode_json, json_decoder
from graphwing.execution.compile.attach import write_attach, write_root_attach
from graphwing.execution.compile.collect import CollectWriter
from graphwing.execution.compile.finish import FinishWriter
from graphwing.execution.compile.lay_out import lay_out
from graphwing.execution.compile.layout import Declined, FetchLayout, Layout
from graphwing.execution.compile.program import CompiledFetch, CompiledLookup, Program
from graphwing.execution.compile.represent import UnansweredError
from graphwing.execution.compile.source import Source
from graphwing.execution.compile.structs import StructField, Structs, StructType
from graphwing.execution.shape import ObjectShape
from graphwing.planner.plan import EntityFetch, Fetch, Lookup, Plan


def compile_plan(
    plan: Plan,
    shape: ObjectShape,
    conditions: Mapping[str, bool],
    *,
    api_schema: GraphQLSchema,
    schema: GraphQLSchema,
) -> Program:
    """Return a plan as code, for these values of its conditions; or raise `Declined`.

    `schema` is the supergraph's: it has what clients do not see.
    """
    if plan.kind == "subscription":
        raise Declined("a subscription")
    if plan.parts or plan.variants:
        raise Declined("a response in parts")
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
        for found in self.layout.fetches:
            self._write(found)
        finish = FinishWriter(self.source, self.structs).write(root)
        self.source.names |= {
            "UNSET": UNSET,
            "UnansweredError": UnansweredError,
            "encode": encode_json,
            "unchanged": _unchanged,
        }
        functions = self.source.compiled()
        waiting = _waiting(self.plan.fetches, [one.id for one in self.layout.fetches])
        return Program(
            self.structs.of_variant(root),
            tuple(self._fetch(one, functions, waiting) for one in self.layout.fetches),
            tuple(n for n, one in enumerate(self.layout.fetches) if not waiting[one.id]),
            functions[finish] if finish else None,
            self.source.text,
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
        self, found: FetchLayout, functions: Mapping[str, Any], waiting: Mapping[int, set[int]]
    ) -> CompiledFetch:
        lookups: list[CompiledLookup] = []
        attach: Callable[[Struct, Struct], None] | None = None
        fields: list[StructField] = []
        for number, part in enumerate(found.parts):
            types = [self.structs.of_added(name, added) for name, added in part.added.items()]
            name = f"{found.id}_{number}"
            if part.lookup is None:
                attach = functions[f"attach{name}"]
                data = types[0]
                break
            key = msgspec.field(name=part.lookup.response_key)
            item = (types[0] | None) if len(types) == 1 else msgspec.Raw
            fields.append((f"entities{number}", list[item], key))
            lookups.append(_lookup(part.lookup, number, name, types, functions))
        else:
            data = msgspec.defstruct("Data", fields, kw_only=True, gc=False)
        fetch = self.plan.fetches[found.id]
        return CompiledFetch(
            fetch.subgraph,
            "query" if isinstance(fetch, EntityFetch) else fetch.kind,
            fetch.operation,
            fetch.variables,
            tuple(lookups),
            found.first_empty,
            attach,
            _answer_decoder(data),
            len(waiting[found.id]),
            tuple(
                index
                for index, other in enumerate(self.layout.fetches)
                if found.id in waiting[other.id]
            ),
        )


def _lookup(
    lookup: Lookup,
    number: int,
    name: str,
    types: Sequence[StructType],
    functions: Mapping[str, Any],
) -> CompiledLookup:
    return CompiledLookup(
        lookup.variable,
        f"entities{number}",
        functions[f"collect{name}"],
        [functions[f"attach{name}_{index}"] for index in range(len(types))],
        [_decoder(one | None) for one in types] if len(types) > 1 else None,
    )


def _waiting(fetches: Sequence[Fetch], sent: Sequence[int]) -> dict[int, set[int]]:
    """Return for each fetch that is sent those it waits for.

    One that is not sent is waited for no longer, but what it waits for is.
    """
    before: dict[int, set[int]] = {}

    def those_before(number: int) -> set[int]:
        known = before.get(number)
        if known is None:
            known = before[number] = set()
            for each in fetches[number].after:
                known |= {each} if each in sent else those_before(each)
        return known

    return {number: those_before(number) for number in sent}


def _decoder(of_type: Any) -> Callable[[bytes | msgspec.Raw], Any]:  # noqa: ANN401
    return json_decoder(of_type).decode


def _answer_decoder(data: StructType) -> Callable[[bytes], Any]:
    """Return what decodes an answer that has data, and whether it has errors."""
    fields = [("data", data), ("errors", list[Any] | None, None)]
    return _decoder(msgspec.defstruct("Answer", fields, gc=False))


def _unchanged(value: Struct) -> Struct:
    return value

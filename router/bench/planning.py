"""What planning costs, of operations in files of cases, or of some that are made by rule.

A line of a file is `{"supergraph", "operation", "operationName"}`. *Cold* is the first operation
that a planner sees, *warm* the same once more; *validated* is what parsing and validating take
beside, which every router pays.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import cast

import graphs
from graphql import (
    GraphQLField,
    GraphQLObjectType,
    is_leaf_type,
    is_required_argument,
    parse,
    validate,
)
from progress import progress

from graphwing.composition import compose
from graphwing.errors import OperationError, PlanningError, SupergraphError
from graphwing.planner import Planner
from graphwing.server.operations.operations import Operations
from graphwing.supergraph import Supergraph, parse_supergraph

_ROW = "{:<28} {:>10} {:>10} {:>10} {:>10}"
_LOOKUPS = 10_000
_MOST_OPERATIONS = 40
_QUICK_OPERATIONS = 5


@dataclass(frozen=True, slots=True)
class Case:
    """An operation on a graph."""

    supergraph: Supergraph
    operation: str
    name: str | None = None


@dataclass(slots=True)
class Times:
    """Seconds that some cases took."""

    cold: list[float] = field(default_factory=list[float])
    warm: list[float] = field(default_factory=list[float])
    validated: list[float] = field(default_factory=list[float])


def run(files: Iterable[Path] = (), *, quick: bool = False) -> None:
    """Print the tables; `quick` takes a few of the operations that are made."""
    sources = [(path.name, read_cases(path)) for path in files]
    made = islice(made_cases(), _QUICK_OPERATIONS if quick else _MOST_OPERATIONS)
    print(_ROW.format("milliseconds", "median", "p95", "worst", "operations"))
    for name, cases in sources or [("a company", made)]:
        times = measured(cases)
        progress.clear()
        for kind, found in (
            ("cold", times.cold),
            ("warm", times.warm),
            ("validated", times.validated),
        ):
            print(_row(f"{name}, {kind}", found), flush=True)
    print(f"\na cached operation is looked up in {asyncio.run(look_up()) * 1e6:.1f} µs\n")
    print(_ROW.format("bombs", "seconds", "", "", ""))
    for name, text in bombs():
        progress(f"planning {name}")
        seconds, outcome = exploded(text)
        progress.clear()
        print(f"{name:<28} {seconds:>10.2f}  {outcome}", flush=True)


def read_cases(path: Path) -> Iterator[Case]:
    """Yield the cases in a file, without those whose supergraph is refused."""
    known: dict[str, Supergraph | None] = {}
    open_text = gzip.open if path.suffix == ".gz" else open
    with open_text(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            case = json.loads(line)
            sdl = case["supergraph"]
            if sdl not in known:
                known[sdl] = _parsed(sdl)
            supergraph = known[sdl]
            if supergraph is not None:
                yield Case(supergraph, case["operation"], case.get("operationName"))


def _parsed(sdl: str) -> Supergraph | None:
    try:
        return parse_supergraph(sdl)
    except SupergraphError:
        return None


def made_cases() -> Iterator[Case]:
    """Yield operations that ask for all that is near, one for each of some root fields."""
    supergraph = compose(graphs.company(11, 600, fields=30, spread=4))
    names = [name for name, each in _fields(supergraph, "Query") if not _needs_arguments(each)]
    for name in names:
        yield Case(supergraph, f"{{ {name}{_selected(supergraph, 'Query', name, depth=1)} }}")


def _fields(supergraph: Supergraph, type_name: str) -> Iterable[tuple[str, GraphQLField]]:
    of_type = supergraph.api_schema.type_map[type_name]
    return of_type.fields.items() if isinstance(of_type, GraphQLObjectType) else ()


def _needs_arguments(definition: GraphQLField) -> bool:
    return any(is_required_argument(argument) for argument in definition.args.values())


def _type_of(definition: GraphQLField) -> str:
    return str(cast("object", definition.type)).strip("[]!")  # pyright: ignore[reportUnknownMemberType]


def _selected(supergraph: Supergraph, parent: str, field_name: str, depth: int) -> str:
    """Return all leaves below a field, and below its objects the same, in braces."""
    type_name = _type_of(dict(_fields(supergraph, parent))[field_name])
    if is_leaf_type(supergraph.api_schema.type_map[type_name]):
        return ""
    parts = ["__typename"]
    for name, each in _fields(supergraph, type_name):
        is_leaf = is_leaf_type(supergraph.api_schema.type_map[_type_of(each)])
        if (is_leaf or depth) and not _needs_arguments(each):
            parts.append(name + _selected(supergraph, type_name, name, depth - 1))
    return f" {{ {' '.join(parts)} }}"


def measured(cases: Iterable[Case]) -> Times:
    """Return what parsing, validating and planning the cases takes."""
    times = Times()
    for number, case in enumerate(cases, 1):
        progress(f"planning: operation {number}")
        began = time.perf_counter()
        document = parse(case.operation)
        validate(case.supergraph.api_schema, document)
        times.validated.append(time.perf_counter() - began)
        planner = Planner(case.supergraph)
        for found in (times.cold, times.warm):
            began = time.perf_counter()
            planner.plan(document, case.name)
            found.append(time.perf_counter() - began)
    return times


async def look_up() -> float:
    """Return the seconds that it takes to find an operation that is planned already."""
    case = next(made_cases())
    operations = Operations(case.supergraph)
    await operations.get(case.operation, None)
    began = time.perf_counter()
    for _ in range(_LOOKUPS):
        await operations.get(case.operation, None)
    seconds = time.perf_counter() - began
    operations.stop_planning()
    return seconds / _LOOKUPS


def bombs() -> Iterator[tuple[str, str]]:
    """Yield operations that are made to be hard."""
    case = next(made_cases())
    name = case.operation.strip("{ ").split()[0]
    inner = _selected(case.supergraph, "Query", name, depth=1)
    yield (
        "2,000 aliases",
        "{ " + " ".join(f"a{n}: {name} {{ __typename }}" for n in range(2000)) + " }",
    )
    yield "5,000 levels", f"{{ {name} " + "{ a " * 5000 + "} " * 5000 + "}"
    yield "wide, ten times", "{ " + " ".join(f"a{n}: {name}{inner}" for n in range(10)) + " }"
    doubling = chain(
        (
            f"fragment F{n} on Query {{ ...F{n - 1} a{n}: {name} {{ __typename }} }}"
            for n in range(1, 99)
        ),
        (f"fragment F0 on Query {{ {name} {{ __typename }} }}",),
    )
    yield "a chain of fragments", "{ ...F98 } " + " ".join(doubling)
    yield (
        "a circle of fragments",
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
    )


def exploded(text: str) -> tuple[float, str]:
    """Return how long it takes until a bomb is planned or refused, and which of both."""
    operations = Operations(next(made_cases()).supergraph)
    began = time.perf_counter()
    try:
        outcome = f"{len(operations.make(text, None).plan.fetches)} fetches"
    except (OperationError, PlanningError) as error:
        outcome = str(error)[:90]
    return time.perf_counter() - began, outcome


def _row(name: str, seconds: list[float]) -> str:
    ordered = sorted(seconds)
    median, p95, worst = (
        f"{ordered[int(part * (len(ordered) - 1))] * 1e3:.2f}" for part in (0.5, 0.95, 1)
    )
    return _ROW.format(name, median, p95, worst, len(ordered))

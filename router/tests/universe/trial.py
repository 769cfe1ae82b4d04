"""Put a case to the router and to the monolith, and say what is wrong with the router's answer."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any, cast

import msgspec
from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, parse, validate

from graphwing.composition import SubgraphSdl, compose
from graphwing.errors import PlanningError, SubgraphError
from graphwing.exact_json import encode_json
from graphwing.execution import (
    Compiler,
    Counts,
    Endpoint,
    ExecutionResult,
    Executor,
    Operation,
    SubgraphAnswer,
    SubgraphRequest,
)
from graphwing.execution.transports.scripted import ScriptedTransport
from graphwing.planner import Planner
from graphwing.planner.plan import Plan
from graphwing.planner.verify import Verifier
from universe.case import Case
from universe.compare import Path, differences, losses
from universe.coordinates import coordinates_by_path
from universe.declarations import read_declarations
from universe.deferring import Parts, with_early_nulls, without_defer
from universe.oracle import monolith_answer, monolith_parts
from universe.stubs import Answer, Stub
from universe.values import NO_FAULTS, Universe, World


class InvalidCaseError(Exception):
    """The case says nothing about the router: its operation is not valid, or nothing compares."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a case came to; `findings` are empty when all is well."""

    findings: tuple[str, ...]
    expected: Answer
    actual: Answer | None = None
    plan: Plan | None = None
    asked: tuple[str, ...] = ()
    """The subgraphs that were asked, in order."""
    deferring: Plan | None = None
    """The plan in parts, where the operation defers something."""
    ways: Counts = field(default_factory=Counts)
    """How the operation was answered when it was to be compiled."""

    @property
    def kind(self) -> str:
        """The first finding without what is particular: what a shrunk case must keep."""
        return _kind(self.findings[0]) if self.findings else ""


class Graph:
    """Some subgraphs, composed and served in process; raises `CompositionError`."""

    def __init__(self, subgraphs: Mapping[str, str], seed: int) -> None:
        self.supergraph = compose(
            SubgraphSdl(name, f"http://{name}", sdl) for name, sdl in subgraphs.items()
        )
        declarations = [read_declarations(name, sdl) for name, sdl in subgraphs.items()]
        self.universe = Universe(declarations, seed)
        self._planner = Planner(self.supergraph)
        self._verifier = Verifier(self.supergraph)
        self._endpoints = {
            each.subgraph: Endpoint(self._transport(Stub(each, self.universe)))
            for each in declarations
        }
        self._executor = self.executor()
        self._world = World()
        self._down: str | None = None
        self._asked: list[str] = []

    def executor(self, change: Callable[[Endpoint], Endpoint] | None = None) -> Executor:
        """Return what runs operations on this graph, over ways that are changed."""
        schema, types = self.supergraph.api_schema, self.supergraph.types.values()
        return Executor(
            schema,
            {name: change(one) if change else one for name, one in self._endpoints.items()},
            interfaces=[each.name for each in types if each.kind == "interface"],
            compiler=Compiler(self.supergraph.schema, schema, after=0),
        )

    def operation(self, case: Case) -> tuple[Operation, dict[str, Any]]:
        """Return the operation of a case that is valid, and its variables."""
        document, definition = self._document(case, is_valid=True)
        plan = self._planner.plan(document, labels=frozenset(case.labels))
        operation = Operation(self.supergraph.api_schema, document, definition, plan)
        return operation, operation.variables(case.variables)

    def try_case(self, case: Case, *, is_valid: bool = False, verify: bool = True) -> Trial:
        """Return what `case` comes to on this graph; raises `InvalidCaseError`.

        An operation that is valid by construction need not be validated, which takes long.
        """
        document, definition = self._document(case, is_valid=is_valid)
        faulty = bool(case.faults.nulls or case.faults.errors)
        if faulty and not self.universe.joined.is_uniform:
            raise InvalidCaseError("subgraphs null different places where their types differ")
        truth = World(case.faults)
        schema = self.supergraph.api_schema
        at_once = without_defer(document)
        expected = monolith_answer(schema, self.universe, at_once, case.variables, truth)
        try:
            plan = self._planner.plan(document, labels=frozenset(case.labels))
        except PlanningError as error:
            return Trial((f"planning: {error}",), expected)
        except Exception as error:  # noqa: BLE001
            return Trial((f"planner crash: {type(error).__name__} {error}",), expected)
        operation = Operation(schema, document, definition, plan)
        trial = self._answered(case, document, operation, expected)
        if trial.actual is not None:
            trial = self._compiled(case, operation, trial, trial.actual)
        unsound = self._verified(plan, document) if verify else ()
        trial = replace(trial, findings=(*trial.findings, *unsound))
        if trial.findings or "@defer" not in case.operation:
            return trial
        return self._in_parts(case, document, definition, trial)

    def _in_parts(
        self, case: Case, document: DocumentNode, definition: OperationDefinitionNode, trial: Trial
    ) -> Trial:
        """Return the trial with what the same operation comes to in parts."""
        schema = self.supergraph.api_schema
        truth = World(case.faults)
        expected = monolith_parts(schema, self.universe, document, case.variables, truth)
        try:
            labels = frozenset(case.labels)
            plan = self._planner.plan(document, labels=labels, may_defer=True)
        except Exception as error:  # noqa: BLE001
            return replace(trial, findings=(f"planner crash: {type(error).__name__} {error}",))
        operation = Operation(schema, document, definition, plan)
        found = self._verified(plan, document)
        for repeats in (False, True):
            parts = Parts(repeats=repeats)
            found += self._delivered(case, operation, parts)
            actual = parts.answer()
            found += parts.findings
            if found:
                break
            if not (case.down and case.down in self._asked):
                found += self._part_differences(expected, actual, trial, parts)
        return replace(trial, findings=tuple(found), deferring=plan)

    def _part_differences(
        self, expected: Answer, actual: Answer, trial: Trial, parts: Parts
    ) -> list[str]:
        # Whole fragments tell an error as often as they meet it.
        if not parts.repeats:
            data = with_early_nulls(expected.data, actual.data, trial.expected.data)
            return differences(replace(expected, data=data), actual)
        return [] if trial.expected.errors else differences(trial.expected, actual)

    def _begin(self, case: Case) -> None:
        self._world = World(
            case.faults,
            partial=bool(case.down) or case.faults != NO_FAULTS,
            labels=frozenset(case.labels),
        )
        self._down = case.down
        self._asked = []

    def _delivered(self, case: Case, operation: Operation, parts: Parts) -> list[str]:
        self._begin(case)
        variables = operation.variables(case.variables)
        work = self._executor.execute_in_parts(
            operation, variables, {}, parts.take, repeats=parts.repeats
        )
        try:
            asyncio.run(work)
        except Exception as error:  # noqa: BLE001
            return [f"execution crash: {_innermost(error)}"]
        return [f"wire: {each}" for each in self._world.findings]

    def _answered(
        self, case: Case, document: DocumentNode, operation: Operation, expected: Answer
    ) -> Trial:
        self._begin(case)
        try:
            result = asyncio.run(self._run(operation, operation.variables(case.variables)))
        except Exception as error:  # noqa: BLE001
            crash = f"execution crash: {_innermost(error)}"
            return Trial((crash,), expected, plan=operation.plan, asked=tuple(self._asked))
        assert not isinstance(result.data, msgspec.Raw)
        actual = Answer(result.data, tuple(dict(each) for each in result.errors))
        found = [f"wire: {each}" for each in self._world.findings]
        if case.down and case.down in self._asked:
            found += losses(expected, actual, self._safety(document, case.down))
        else:
            found += differences(expected, actual)
        return Trial(tuple(found), expected, actual, operation.plan, tuple(self._asked))

    def _compiled(self, case: Case, operation: Operation, trial: Trial, known: Answer) -> Trial:
        """Return the trial with what the compiled plan comes to: the same bytes, if it is sound."""
        if operation.plan.kind == "subscription":
            return trial
        self._begin(case)
        counts = self._executor.counts = Counts()
        work = self._executor.respond(operation, operation.variables(case.variables), {})
        try:
            result = asyncio.run(work)
        except Exception as error:  # noqa: BLE001
            found = [f"compiled crash: {_innermost(error)}"]
        else:
            found = [f"compiled wire: {each}" for each in self._world.findings]
            expected = encode_json((known.data, known.errors))
            actual = encode_json((result.data, result.errors))
            if actual != expected:
                found.append(f"compiled: {actual.decode()}")
            # While one is down, whom it keeps from being asked depends on who is first.
            if not case.down and sorted(self._asked) != sorted(trial.asked):
                found.append(f"compiled asked: {self._asked}")
        return replace(trial, findings=(*trial.findings, *found), ways=counts)

    async def _run(self, operation: Operation, variables: dict[str, Any]) -> ExecutionResult:
        if operation.plan.kind != "subscription":
            return await self._executor.execute(operation, variables, {})
        async with aclosing(self._executor.subscribe(operation, variables, _no_headers)) as events:
            return await anext(events)

    def _verified(self, plan: Plan, document: DocumentNode) -> list[str]:
        try:
            return [f"verifier: {each}" for each in self._verifier.findings(plan, document)]
        except Exception as error:  # noqa: BLE001  # A finding too, of the verifier.
            return [f"verifier crash: {type(error).__name__} {error}"]

    def _document(
        self, case: Case, *, is_valid: bool
    ) -> tuple[DocumentNode, OperationDefinitionNode]:
        try:
            document = parse(case.operation)
        except GraphQLError as error:
            raise InvalidCaseError(error.message) from error
        errors = [] if is_valid else validate(self.supergraph.api_schema, document)
        definitions = [
            each for each in document.definitions if isinstance(each, OperationDefinitionNode)
        ]
        if errors or len(definitions) != 1:
            raise InvalidCaseError(errors[0].message if errors else "not one operation")
        return document, definitions[0]

    def _transport(self, stub: Stub) -> ScriptedTransport:
        answer = self._served(stub)

        async def events(request: SubgraphRequest) -> AsyncGenerator[SubgraphAnswer]:
            yield await answer(request)

        return ScriptedTransport(stub.name, answer, events)

    def _served(self, stub: Stub) -> Callable[[SubgraphRequest], Awaitable[SubgraphAnswer]]:
        """Return the function that plays a subgraph."""

        async def answer(request: SubgraphRequest) -> SubgraphAnswer:
            self._asked.append(stub.name)
            # Let answers overtake one another, the same way each time.
            for _ in range(len(request.operation) % 4):
                await asyncio.sleep(0)
            if stub.name == self._down:
                raise SubgraphError(stub.name, "is down")
            try:
                found = stub.answer(request.operation, request.variables, self._world)
            except Exception as error:
                self._world.findings.append(f"{stub.name}: the stub broke, {error!r}")
                raise
            return SubgraphAnswer(found.data, found.errors)

        return answer

    def _safety(self, document: DocumentNode, down: str) -> Callable[[Path], bool]:
        """Return what tells whether only one subgraph, not the failing one, has a whole path."""
        coordinates = coordinates_by_path(self.supergraph.api_schema, document)

        def is_safe(path: Path) -> bool:
            keys = tuple(step for step in path if isinstance(step, str))
            concerned = {
                coordinate
                for other, each in coordinates.items()
                if other == keys[: len(other)] or keys == other[: len(keys)]
                for coordinate in each
            }
            owners = {
                subgraph.subgraph
                for coordinate in concerned
                for subgraph, _ in self.universe.joined.declared(coordinate)
            }
            return (
                len(owners) == 1
                and down not in owners
                and not any(map(self.universe.joined.is_typed_elsewhere, concerned))
                and not any(map(self.universe.joined.requires, concerned))
                and not any(map(self.universe.joined.contextual, concerned))
            )

        return is_safe


def run_case(case: Case) -> Trial:
    """Return what `case` comes to; raises `CompositionError` or `InvalidCaseError`."""
    return Graph(case.subgraphs, case.seed).try_case(case)


async def _no_headers() -> dict[str, str]:
    return {}


def _kind(finding: str) -> str:
    """Return a finding without names, paths and values.

    >>> _kind("wire: b: `Media.size` is external and not provided here")
    'wire: … is external and not provided here'
    >>> _kind("data: ('q1', 'boss') is 'x', not None")
    'data: … is …, not …'
    """
    head = re.sub(
        r"^wire: \w+: ", "wire: ", re.split(" in (?:query|mutation)", finding, maxsplit=1)[0]
    )
    particulars = r"`[^`]*`|'[^']*'|\"[^\"]*\"|\([^)]*\)|\{.*\}|\[.*\]|-?\d[\d.e+]*|None|True|False"
    return re.sub(particulars, "…", head)[:100]


def _innermost(error: BaseException) -> str:
    """Return the first real error in the groups that concurrent fetches raise."""
    while isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        error = group.exceptions[0]
    return f"{type(error).__name__} {error}"

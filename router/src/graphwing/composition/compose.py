"""Compose subgraphs: a phase collects all of its problems, and the next one starts without any."""

from __future__ import annotations

from collections.abc import Iterable

from graphwing.composition.build_subgraph import build_subgraph
from graphwing.composition.check_extensions import check_extensions
from graphwing.composition.contract import NO_CONTRACT, Contract, apply_contract
from graphwing.composition.field_facts import field_facts
from graphwing.composition.hints import Hint, Hints
from graphwing.composition.merge import merge_subgraphs
from graphwing.composition.merge.graph_names import graph_names
from graphwing.composition.merge.merge_state import Subgraph
from graphwing.composition.post_merge import check_merged_schema
from graphwing.composition.print_supergraph import print_supergraph
from graphwing.composition.problems import Problems
from graphwing.composition.satisfiability import MOST_STEPS, check_satisfiability
from graphwing.composition.subgraph_schema import SubgraphSchema
from graphwing.composition.subgraph_sdl import SubgraphSdl
from graphwing.composition.upgrade_federation_1 import upgrade_federation_1
from graphwing.composition.validate_subgraph import validate_subgraph
from graphwing.composition.values import EnumLiteral
from graphwing.errors import (
    CompositionError,
    CompositionProblem,
    SupergraphError,
    UnsupportedFeatureError,
)
from graphwing.supergraph import Supergraph, parse_supergraph


def compose(
    subgraphs: Iterable[SubgraphSdl],
    *,
    include_tags: Iterable[str] = (),
    exclude_tags: Iterable[str] = (),
    most_steps: int = MOST_STEPS,
) -> Supergraph:
    """Return the supergraph of `subgraphs`, or raise `CompositionError` with all problems.

    With tags it is a contract: clients see what is tagged with one of `include_tags` (everything
    if there are none), but nothing that is tagged with one of `exclude_tags`. `most_steps` bounds
    the search for queries that could not be answered.
    """
    contract = Contract(frozenset(include_tags), frozenset(exclude_tags))
    sdl, hints = compose_sdl(subgraphs, contract=contract, most_steps=most_steps)
    try:
        return parse_supergraph(sdl, hints=hints)
    except SupergraphError as error:
        # What other routers run, as connectors, this one may not.
        is_unsupported = isinstance(error, UnsupportedFeatureError)
        code = error.code if is_unsupported else "INVALID_FEDERATION_SUPERGRAPH"
        problem = CompositionProblem(code, error.cause, remedy=error.remedy)
        raise CompositionError((problem,)) from error


def compose_sdl(
    subgraphs: Iterable[SubgraphSdl],
    *,
    contract: Contract = NO_CONTRACT,
    most_steps: int = MOST_STEPS,
) -> tuple[str, tuple[Hint, ...]]:
    """Return supergraph SDL and hints, or raise `CompositionError`."""
    given = sorted(subgraphs, key=lambda subgraph: subgraph.name)
    try:
        return _compose(given, contract, most_steps)
    except RecursionError as error:
        raise _too_deep(given) from error


def check_subgraph(subgraph: SubgraphSdl) -> None:
    """Raise `CompositionError` with all problems that `subgraph` has by itself, if it has any."""
    try:
        _validate(_subgraphs(_build_alone(subgraph)))
    except RecursionError as error:
        raise _too_deep([subgraph]) from error


def _build_alone(subgraph: SubgraphSdl) -> list[SubgraphSchema]:
    problems = Problems()
    built = build_subgraph(subgraph, problems)
    _stop_at(problems)
    schemas = [] if built is None else [built]
    upgrade_federation_1(schemas, problems)
    _stop_at(problems)
    return schemas


def _compose(
    given: list[SubgraphSdl], contract: Contract, most_steps: int
) -> tuple[str, tuple[Hint, ...]]:
    members = _subgraphs(_build(given))
    _validate(members)
    problems, hints = Problems(), Hints()
    merge = merge_subgraphs(members, problems, hints)
    _stop_at(problems)
    check_merged_schema(merge)
    _stop_at(problems)
    check_satisfiability(merge, most_steps=most_steps)
    _stop_at(problems)
    # What clients do not see stays: the router reads keys and requirements by it.
    apply_contract(merge, contract)
    _stop_at(problems)
    return print_supergraph(merge), tuple(hints.found)


def _build(given: list[SubgraphSdl]) -> list[SubgraphSchema]:
    problems = Problems()
    _check_names(given, problems)
    built = [build_subgraph(subgraph, problems) for subgraph in given]
    _stop_at(problems)
    schemas = [schema for schema in built if schema is not None]
    check_extensions(schemas, problems)
    upgrade_federation_1(schemas, problems)
    _stop_at(problems)
    return schemas


def _subgraphs(schemas: list[SubgraphSchema]) -> list[Subgraph]:
    graphs = graph_names(schema.name for schema in schemas)
    return [
        Subgraph(schema, field_facts(schema), EnumLiteral(graphs[schema.name]))
        for schema in schemas
    ]


def _validate(subgraphs: list[Subgraph]) -> None:
    problems = Problems()
    for subgraph in subgraphs:
        validate_subgraph(subgraph.schema, subgraph.facts, problems)
    _stop_at(problems)


def _check_names(given: list[SubgraphSdl], problems: Problems) -> None:
    if not given:
        problems.report(
            "NO_QUERIES", "there are no subgraphs to compose", remedy="name at least one subgraph"
        )
    seen: set[str] = set()
    for subgraph in given:
        if subgraph.name in {"", "_"}:
            message = f"a subgraph cannot be called `{subgraph.name}`"
        elif subgraph.name in seen:
            message = f"two subgraphs are called `{subgraph.name}`"
        else:
            seen.add(subgraph.name)
            continue
        problems.report(
            "INVALID_SUBGRAPH_NAME", message, subgraphs=[subgraph.name], remedy="rename it"
        )


def _stop_at(problems: Problems) -> None:
    if problems.found:
        raise CompositionError(tuple(problems.found))


def _too_deep(given: list[SubgraphSdl]) -> CompositionError:
    problem = CompositionProblem(
        "INVALID_GRAPHQL",
        "definitions are nested too deeply to be composed",
        tuple(subgraph.name for subgraph in given),
        remedy="nest lists, values and selections less deeply",
    )
    return CompositionError((problem,))

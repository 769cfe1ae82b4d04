"""Compose subgraphs: a phase collects all of its problems, and the next one starts without any."""

from __future__ import annotations

from collections.abc import Iterable

from graphwing.composition.contract import NO_CONTRACT, Contract, apply_contract
from graphwing.composition.hints import Hint, Hints
from graphwing.composition.merge import Merge, merge_subgraphs
from graphwing.composition.post_merge import check_merged_schema
from graphwing.composition.prepare_subgraphs import check_alone, prepare_subgraphs
from graphwing.composition.print_supergraph import print_supergraph
from graphwing.composition.problems import Problems
from graphwing.composition.satisfiability import MOST_STEPS, check_satisfiability
from graphwing.composition.subgraph_sdl import SubgraphSdl
from graphwing.errors import (
    CompositionError,
    CompositionProblem,
    UnsupportedFeatureError,
)
from graphwing.supergraph import Supergraph, supergraph_of


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
        return supergraph_of(sdl, hints=hints)
    except UnsupportedFeatureError as error:
        # What other routers run, as connectors, this one may not.
        problem = CompositionProblem(error.code, error.cause, remedy=error.remedy)
        raise CompositionError((problem,), hints) from error


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
        check_alone(subgraph)
    except RecursionError as error:
        raise _too_deep([subgraph]) from error


def _compose(
    given: list[SubgraphSdl], contract: Contract, most_steps: int
) -> tuple[str, tuple[Hint, ...]]:
    merge = Merge(prepare_subgraphs(given), Problems(), Hints())
    for phase in (merge_subgraphs, check_merged_schema):
        phase(merge)
        _stop_at(merge)
    check_satisfiability(merge, most_steps=most_steps)
    _stop_at(merge)
    # What clients do not see stays: the router reads keys and requirements by it.
    apply_contract(merge, contract)
    _stop_at(merge)
    return print_supergraph(merge), tuple(merge.hints.found)


def _stop_at(merge: Merge) -> None:
    if merge.problems.found:
        raise CompositionError(merge.problems.found, merge.hints.found)


def _too_deep(given: list[SubgraphSdl]) -> CompositionError:
    problem = CompositionProblem(
        "INVALID_GRAPHQL",
        "definitions are nested too deeply to be composed",
        tuple(subgraph.name for subgraph in given),
        remedy="nest lists, values and selections less deeply",
    )
    return CompositionError((problem,))

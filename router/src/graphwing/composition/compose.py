"""Compose subgraphs: a phase collects all of its problems, and the next one starts without any."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager

from graphwing.composition.contract import NO_CONTRACT, Contract, apply_contract
from graphwing.composition.given_subgraphs import Subgraphs, given_subgraphs
from graphwing.composition.hints import Hint, Hints
from graphwing.composition.merge import Merge, merge_subgraphs
from graphwing.composition.post_merge import check_merged_schema
from graphwing.composition.prepare_subgraphs import check_alone, prepare_subgraphs
from graphwing.composition.print_supergraph import print_supergraph
from graphwing.composition.problems import Problems
from graphwing.composition.python_classes import name_classes, problems_name_classes
from graphwing.composition.satisfiability import MOST_STEPS, check_satisfiability
from graphwing.composition.sdl_texts import sdl_texts
from graphwing.composition.subgraph_sdl import SubgraphSdl
from graphwing.errors import CompositionError, CompositionProblem
from graphwing.supergraph import Supergraph, supergraph_of
from graphwing.supergraph.collection_paused import collection_paused

UNEXPECTED = "UNEXPECTED_COMPOSITION_FAILURE"
"""The code of a failure that is a bug of this package. No test accepts it."""


def compose(
    subgraphs: Subgraphs,
    *,
    include_tags: Iterable[str] = (),
    exclude_tags: Iterable[str] = (),
    most_steps: int = MOST_STEPS,
) -> Supergraph:
    """Return the supergraph of `subgraphs`, or raise `CompositionError` with all problems.

    They are a list of `SubgraphSdl`, or a mapping from names to schemas, each of them SDL text, the
    `Path` of a file, a `SubgraphSdl` or a live Strawberry schema, whose classes problems name.

    With tags it is a contract: clients see what is tagged with one of `include_tags` (everything
    if there are none), but nothing that is tagged with one of `exclude_tags`. `most_steps` bounds
    the search for queries that could not be answered.
    """
    contract = Contract(frozenset(include_tags), frozenset(exclude_tags))
    sdl, hints = compose_sdl(subgraphs, contract=contract, most_steps=most_steps)
    return supergraph_of(sdl, hints=hints)


def compose_sdl(
    subgraphs: Subgraphs,
    *,
    contract: Contract = NO_CONTRACT,
    most_steps: int = MOST_STEPS,
) -> tuple[str, tuple[Hint, ...]]:
    """Return supergraph SDL and hints, or raise `CompositionError`."""
    given = sorted(given_subgraphs(subgraphs), key=lambda subgraph: subgraph.name)
    with problems_name_classes(given), _nothing_but_composition_errors(given), collection_paused():
        sdl, hints = _compose(given, contract, most_steps)
    return sdl, tuple(name_classes(hints, given))


def check_subgraph(subgraph: SubgraphSdl) -> None:
    """Raise `CompositionError` with all problems that `subgraph` has by itself, if it has any."""
    with _nothing_but_composition_errors([subgraph]):
        check_alone(subgraph)


@contextmanager
def _nothing_but_composition_errors(given: Sequence[SubgraphSdl]) -> Generator[None]:
    """Turn what a subgraph should not be able to cause into a problem that names it."""
    try:
        yield
    except CompositionError:
        raise
    except RecursionError as error:
        raise CompositionError((_too_deep(given),)) from error
    except Exception as error:
        raise CompositionError((_unexpected(given, error),)) from error


def _compose(
    given: list[SubgraphSdl], contract: Contract, most_steps: int
) -> tuple[str, list[Hint]]:
    texts = sdl_texts(given)
    merge = Merge(prepare_subgraphs(given), Problems(texts), Hints(texts))
    for phase in (merge_subgraphs, check_merged_schema):
        phase(merge)
        _stop_at(merge)
    check_satisfiability(merge, most_steps=most_steps)
    _stop_at(merge)
    # What clients do not see stays: the router reads keys and requirements by it.
    apply_contract(merge, contract)
    _stop_at(merge)
    return print_supergraph(merge), merge.hints.found


def _stop_at(merge: Merge) -> None:
    if merge.problems.found:
        raise CompositionError(merge.problems.found, merge.hints.found)


def _too_deep(given: Sequence[SubgraphSdl]) -> CompositionProblem:
    return CompositionProblem(
        "INVALID_GRAPHQL",
        "definitions are nested too deeply to be composed",
        tuple(subgraph.name for subgraph in given),
        remedy="nest lists, values and selections less deeply",
    )


def _unexpected(given: Sequence[SubgraphSdl], error: Exception) -> CompositionProblem:
    culprits = [subgraph.name for subgraph in given if _crashes_alone(subgraph)]
    return CompositionProblem(
        UNEXPECTED,
        f"composition failed in a way it never should: {type(error).__name__}: {error}",
        tuple(culprits or (subgraph.name for subgraph in given)),
        remedy="report this as a bug of graphwing, with these subgraphs",
    )


def _crashes_alone(subgraph: SubgraphSdl) -> bool:
    try:
        check_alone(subgraph)
    except CompositionError:
        return False
    except Exception:  # noqa: BLE001 - whether there is one is the question
        return True
    return False

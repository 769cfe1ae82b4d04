"""Run a fetch of root fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphwing.execution.places import common_prefix, objects_at, places_at
from graphwing.execution.renames import renamed_path
from graphwing.execution.response_errors import error_path
from graphwing.execution.run import Run
from graphwing.execution.transport import SubgraphAnswer
from graphwing.execution.tree import Failure, Object, explain_null
from graphwing.planner.plan import RootFetch


async def run_root_fetch(run: Run, fetch: RootFetch) -> None:
    """Ask for the root fields and merge the answer into the objects at the fetch's path."""
    targets = objects_at(run.tree, fetch.path)
    if not targets:
        return
    answer = await run.ask(fetch.subgraph, fetch.operation, run.values(fetch.variables), fetch.kind)
    read_root_answer(run, fetch, answer, targets)


def read_root_answer(
    run: Run, fetch: RootFetch, answer: SubgraphAnswer, targets: Sequence[Object]
) -> None:
    """Merge an answer into the `targets`, and report its errors where they belong."""
    data: Object = dict(answer.data or {})
    unplaced = [error for error in answer.errors if not _place_error(run, fetch, data, error)]
    run.merge_into(targets, data, fetch.renames)
    failure = None
    if unplaced:
        places = [place for _, place in places_at(run.tree, fetch.path)]
        failure = Failure(fetch.subgraph, unplaced, common_prefix(places))
        run.errors.add_failure(fetch.id, failure)
    if unplaced or answer.data is None:
        run.owe(targets, fetch.selections, fetch.renames, failure)


def _place_error(run: Run, fetch: RootFetch, data: Object, error: Mapping[str, Any]) -> bool:
    """Report an error at its path in the response, if it has one."""
    path = error_path(error)
    if not path:
        return False
    explain_null(data, path, fetch.selections)
    below = renamed_path(path, fetch.renames)
    for _, place in places_at(run.tree, fetch.path):
        run.errors.add(fetch.id, fetch.subgraph, error, (*place, *below))
    return True

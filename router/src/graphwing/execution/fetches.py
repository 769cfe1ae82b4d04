"""Run the fetches of a plan, each as soon as those it waits for are done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet

from graphwing.execution.entity_fetch import run_entity_fetch
from graphwing.execution.root_fetch import run_root_fetch
from graphwing.execution.run import Run
from graphwing.planner.plan import Fetch, RootFetch

OnDone = Callable[[Fetch], None]


async def run_fetches(
    run: Run,
    fetches: Sequence[Fetch],
    done: AbstractSet[int] = frozenset(),
    on_done: OnDone | None = None,
) -> None:
    """Run every fetch, telling `on_done` of each; some may be `done` already."""
    if len(fetches) == 1:
        await _run_fetch(run, fetches[0], on_done)
        return
    waits_for = {fetch.id: len(set(fetch.after) - done) for fetch in fetches}
    followers: dict[int, list[Fetch]] = {fetch.id: [] for fetch in fetches}
    for fetch in fetches:
        for earlier in set(fetch.after) - done:
            followers[earlier].append(fetch)

    async def run_and_release(fetch: Fetch) -> None:
        await _run_fetch(run, fetch, on_done)
        for follower in followers[fetch.id]:
            waits_for[follower.id] -= 1
            if not waits_for[follower.id]:
                group.create_task(run_and_release(follower))

    async with asyncio.TaskGroup() as group:
        for fetch in fetches:
            if not waits_for[fetch.id]:
                group.create_task(run_and_release(fetch))


async def _run_fetch(run: Run, fetch: Fetch, on_done: OnDone | None) -> None:
    if run.all_hold(fetch.conditions):
        if isinstance(fetch, RootFetch):
            await run_root_fetch(run, fetch)
        else:
            await run_entity_fetch(run, fetch)
    if on_done is not None:
        on_done(fetch)

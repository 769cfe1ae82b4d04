"""A fetch need not wait for what another fetch it waits for has waited for."""

from __future__ import annotations

from dataclasses import replace

from graphwing.planner.plan import Fetch, Plan


def reduce_dependencies(plan: Plan) -> Plan:
    """Drop dependencies that follow from others.

    >>> from graphwing.planner.plan import RootFetch
    >>> a, b, c = (RootFetch(i, "s", "query", "", (), after=tuple(range(i))) for i in range(3))
    >>> [fetch.after for fetch in reduce_dependencies(Plan("query", (a, b, c))).fetches]
    [(), (0,), (1,)]
    """
    before: dict[int, set[int]] = {}
    fetches: list[Fetch] = []
    for fetch in plan.fetches:
        implied = {far for near in fetch.after for far in before[near]}
        before[fetch.id] = implied | set(fetch.after)
        needed = tuple(near for near in fetch.after if near not in implied)
        fetches.append(fetch if needed == fetch.after else replace(fetch, after=needed))
    return replace(plan, fetches=tuple(fetches))

"""Rewrites of a plan that change no answer; each has nothing left to do the second time."""

from __future__ import annotations

from collections.abc import Callable

from graphwing.planner.passes.reduce_dependencies import reduce_dependencies
from graphwing.planner.passes.share_lookups import share_lookups
from graphwing.planner.plan import Plan

Pass = Callable[[Plan], Plan]

PASSES: tuple[Pass, ...] = (share_lookups, reduce_dependencies)


def run_passes(plan: Plan, passes: tuple[Pass, ...] = PASSES) -> Plan:
    """Apply `passes` left to right."""
    for rewrite in passes:
        plan = rewrite(plan)
    return plan

"""Choosing one stop for each leaf so that all of them together cost the least."""

from __future__ import annotations

from collections.abc import Sequence

from graphwing.planner.budget import Budget
from graphwing.planner.schedule import schedule
from graphwing.planner.stops import Leaf, Stop, stops_in

Cost = tuple[int, ...]


def combine(
    leaves: Sequence[Leaf], stops: list[Stop], budget: Budget, *, start: int = 0
) -> tuple[list[Stop], Cost]:
    """Return the stop for each leaf, and what all of them cost.

    `start` are stops that are visited anyway. When the budget is used up, the best so far counts.
    """
    mask = _Choice(leaves, stops, budget, start).best()
    chosen = [_earliest(leaf, mask) for leaf in leaves]
    used = start
    for stop in chosen:
        used |= stop.closure
    return chosen, schedule(stops_in(used, stops)).cost


def _earliest(leaf: Leaf, mask: int) -> Stop:
    visited = [stop for stop in leaf.stops if stop.closure & mask == stop.closure]
    return min(visited, key=lambda stop: stop.level)


class _Choice:
    """Branch and bound over the leaves that more than one stop can answer."""

    def __init__(
        self, leaves: Sequence[Leaf], stops: list[Stop], budget: Budget, start: int
    ) -> None:
        self._stops = stops
        self._costs: dict[int, Cost] = {}
        self._budget = budget
        self._start = start
        options = {leaf.stops for leaf in leaves}
        for alternatives in options:
            if len(alternatives) == 1:
                self._start |= alternatives[0].closure
        self._open = sorted(
            {
                tuple(stop.closure for stop in alternatives)
                for alternatives in options
                if not any(self._is_visited(stop.closure, self._start) for stop in alternatives)
            },
            key=lambda masks: (len(masks), masks),
        )

    def best(self) -> int:
        """Return the mask of the best choice."""
        best_mask = self._greedy()
        best_cost = self._cost(best_mask)
        # Each entry: which leaf comes next, and what is visited so far. Cheapest tried first.
        stack = [(0, self._start)]
        while stack and self._budget.may_combine():
            depth, mask = stack.pop()
            if self._cost(mask) >= best_cost:
                continue
            depth = self._next_open(depth, mask)
            if depth == len(self._open):
                best_mask, best_cost = mask, self._cost(mask)
                continue
            branches = [mask | closure for closure in self._open[depth]]
            branches.sort(key=self._cost, reverse=True)
            stack.extend((depth + 1, branch) for branch in branches)
        return best_mask

    def _greedy(self) -> int:
        mask = self._start
        for alternatives in self._open:
            mask = min((mask | closure for closure in alternatives), key=self._cost)
        return mask

    def _next_open(self, depth: int, mask: int) -> int:
        while depth < len(self._open) and any(
            self._is_visited(closure, mask) for closure in self._open[depth]
        ):
            depth += 1
        return depth

    @staticmethod
    def _is_visited(closure: int, mask: int) -> bool:
        return closure & mask == closure

    def _cost(self, mask: int) -> Cost:
        cost = self._costs.get(mask)
        if cost is None:
            cost = self._costs[mask] = schedule(stops_in(mask, self._stops)).cost
        return cost

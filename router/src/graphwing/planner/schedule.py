"""When each stop happens: as few requests as possible without making the plan deeper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from graphwing.planner.plan import PRIMARY
from graphwing.planner.stops import Stop


@dataclass(frozen=True, slots=True)
class Request:
    """Stops that travel to their subgraph together, and in which stage."""

    subgraph: str
    stage: int
    stops: tuple[Stop, ...]
    part: int = PRIMARY


@dataclass(frozen=True, slots=True)
class Schedule:
    """The requests of a plan, and what they cost."""

    depth: int
    requests: tuple[Request, ...]
    size: int

    @property
    def cost(self) -> tuple[int, ...]:
        """What to compare plans by: stages first, then requests, then lookups within them.

        Before all that counts what it takes to the first answer: what is deferred delays nothing.
        """
        whole = (self.depth, len(self.requests), self.size)
        first = [request.stage for request in self.requests if request.part == PRIMARY]
        return (max(first, default=0), len(first), *whole)


def schedule(stops: Iterable[Stop]) -> Schedule:
    """Return the best schedule for exactly these stops (each with all that it waits for)."""
    ordered = list(stops)
    depth = max((stop.level for stop in ordered), default=0)
    latest = {stop.index: depth for stop in ordered}
    for stop in ordered:
        for earlier in stop.after:
            # Whoever is of a later part waits as long as it takes.
            if earlier.part == stop.part:
                latest[earlier.index] = min(latest[earlier.index], stop.level - 1)
    alone: list[Request] = []
    lookups: dict[tuple[str, int], list[Stop]] = {}
    for stop in ordered:
        if stop.is_lookup:
            lookups.setdefault((stop.subgraph, stop.part), []).append(stop)
        else:
            alone.append(Request(stop.subgraph, stop.level, (stop,), stop.part))
    together = [request for group in lookups.values() for request in _requests(group, latest)]
    return Schedule(depth, (*alone, *together), len(ordered))


def _requests(stops: list[Stop], latest: dict[int, int]) -> Iterator[Request]:
    """Yield the fewest stages in which all of one subgraph's lookups fit."""
    waiting = sorted(stops, key=lambda stop: (latest[stop.index], stop.level, stop.index))
    while waiting:
        end = latest[waiting[0].index]
        group = [stop for stop in waiting if stop.level <= end]
        waiting = [stop for stop in waiting if stop.level > end]
        yield Request(
            group[0].subgraph,
            max(stop.level for stop in group),
            tuple(sorted(group, key=lambda stop: stop.index)),
            group[0].part,
        )

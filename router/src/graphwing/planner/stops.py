"""What the search finds: stops at subgraphs, and which stops can answer which field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from graphwing.errors import PlanningError
from graphwing.planner.graph import ContextRead, Demand, Entry, Node, Requirement
from graphwing.planner.operation import Conditions, Field
from graphwing.planner.places import Spot
from graphwing.planner.plan import PRIMARY


@dataclass(frozen=True, slots=True, eq=False)
class Stop:
    """A visit to a subgraph about the objects of one spot; becomes (a part of) a fetch."""

    index: int
    subgraph: str
    """The subgraph that is visited."""
    spot: Spot
    target: Node
    level: int
    """How many stages it takes to get here."""
    after: tuple[Stop, ...]
    """Stops that must be done before."""
    closure: int
    """The bits of all stops that it takes, its own included."""
    entry: Entry | None = None
    """How it is entered; none at the root of the response."""
    source: Tail | None = None
    """Where the objects were known before."""
    demand: Demand | None = None
    readings: tuple[Reading, ...] = ()
    """For each context that the demand reads, where from."""
    needs: tuple[Need, ...] = ()
    """What other stops must ask for, for this one's representations."""

    is_lookup: bool = False
    """Whether it finds entities by representations."""
    part: int = PRIMARY
    """The part of the response that it is for."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A value for a lookup that comes from objects above its own, the nearest first."""

    read: ContextRead
    holders: tuple[Holder, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Holder:
    """Objects above some others that may set a context, and how they are known."""

    spot: Spot
    tails: tuple[Tail, ...]
    types: frozenset[str] | None
    """The types that set it; `None` if all that the objects can have do."""
    requirement: Requirement
    """What to read of them."""


@dataclass(frozen=True, slots=True, eq=False)
class Need:
    """A field, with all that is below it, that a stop must ask for at a spot."""

    stop: Stop
    spot: Spot
    field: Field | None
    """Without a field only the objects themselves matter."""
    is_required: bool = False
    """Whether a field requires it; otherwise it is of a key."""


@dataclass(frozen=True, slots=True)
class Tail:
    """The end of a path: objects known to a subgraph thanks to a stop."""

    node: Node
    stop: Stop
    types: frozenset[str] | None = None
    """What the objects can be, where a fragment has left less than the node knows."""
    part: int = PRIMARY
    """The part of the response whose fields can be asked for right here."""

    @property
    def possible(self) -> frozenset[str]:
        """The object types that the objects can have."""
        return self.node.possible if self.types is None else self.types


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """A field to answer, with all that is below it, and the stops that can."""

    spot: Spot
    field: Field | None
    conditions: Conditions
    """All that must hold for it to be in the response."""
    stops: tuple[Stop, ...]
    part: int | None = PRIMARY
    """The part of the response it belongs to; `None` for what planning needs."""


class NoPathError(Exception):
    """A field that nobody can be asked for; cheap to raise, because the search tries a lot."""

    def __init__(self, spot: Spot, field: Field, tails: Iterable[Tail]) -> None:
        self.spot = spot
        self.field = field
        self.tails = tuple(tails)

    def as_planning_error(self) -> PlanningError:
        """Return the error to show."""
        return PlanningError(
            f"{self.spot.type_name}.{self.field.name}",
            path=self.spot.text(),
            tried=tuple(dict.fromkeys(tail.node.subgraph for tail in self.tails)),
        )


def stops_in(mask: int, stops: list[Stop]) -> Iterator[Stop]:
    """Yield the stops whose bits are set."""
    while mask:
        low = mask & -mask
        yield stops[low.bit_length() - 1]
        mask ^= low


def undominated(stops: list[Stop]) -> tuple[Stop, ...]:
    """Return the stops that no other one makes superfluous, in order."""
    kept: list[Stop] = []
    for stop in stops:
        if any(_makes_superfluous(other, stop) for other in kept):
            continue
        kept = [other for other in kept if not _makes_superfluous(stop, other)]
        kept.append(stop)
    return tuple(kept)


def _makes_superfluous(better: Stop, worse: Stop) -> bool:
    if better.closure & worse.closure == better.closure:
        return True
    if (better.spot, better.target, better.part) != (worse.spot, worse.target, worse.part):
        return False
    # The same visit with less before it.
    before, more = better.closure & ~(1 << better.index), worse.closure & ~(1 << worse.index)
    return before & more == before and better.demand == worse.demand


def best_tails(tails: Iterable[Tail], most: int) -> tuple[Tail, ...]:
    """Return the tails worth following: of what is known alike those that nobody outdoes."""
    alike: dict[tuple[Node, frozenset[str] | None, int], list[Stop]] = {}
    for tail in tails:
        alike.setdefault((tail.node, tail.types, tail.part), []).append(tail.stop)
    best = [
        Tail(node, stop, types, part)
        for (node, types, part), stops in alike.items()
        for stop in undominated(stops)
    ]
    if len(best) > most:
        best.sort(key=lambda tail: (tail.stop.level, tail.stop.closure.bit_count()))
    return tuple(best[:most])


def nearest(tails: tuple[Tail, ...], part: int) -> tuple[Tail, ...]:
    """Return the tails of a part, those of earlier ones if it has none."""
    return tuple(tail for tail in tails if tail.part == part) or tails

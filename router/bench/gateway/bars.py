"""What the figures have to be, and whether they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median

from gateway import contest
from gateway.measure import Found, Scenario
from gateway.wide import DECODE_AND_ENCODE, FIRST, WideFigures
from gateway.workloads import Kind


@dataclass(frozen=True, slots=True)
class Verdict:
    """A ratio, and what is wanted of it."""

    ratio_of: str
    where: str
    ratio: float
    wanted: float
    is_at_most: bool

    @property
    def holds(self) -> str:
        """Return `holds` or `does not hold`."""
        kept = self.ratio <= self.wanted if self.is_at_most else self.ratio >= self.wanted
        return "holds" if kept else "does not hold"

    @property
    def bar(self) -> str:
        """Return what is wanted, in words."""
        return f"at {'most' if self.is_at_most else 'least'} {self.wanted:g}"

    def __str__(self) -> str:
        """Return it in words."""
        return f"{self.ratio_of}: {self.ratio:.2f} ({self.bar}: {self.holds}) [{self.where}]"


_AT_MOST = (
    ("large", contest.GRAPHWING, contest.BY_HAND, 1.3),
    ("large", contest.GRAPHWING, contest.FLOOR, 2.0),
    ("small", contest.GRAPHWING, contest.ONE_CALL, 1.5),
)
# Nothing is shared, here as there.
_AT_LEAST = (
    ("large", contest.HIVE_RUST, contest.GRAPHWING_ALONE, 6.0),
    ("large", contest.HIVE, contest.GRAPHWING_ALONE, 20.0),
    ("large", contest.APOLLO, contest.GRAPHWING_ALONE, 20.0),
    ("small", contest.HIVE, contest.GRAPHWING_ALONE, 8.0),
    ("small", contest.APOLLO, contest.GRAPHWING_ALONE, 8.0),
)
_WIDE_CPU = 2.0
_WIDE_MEMORY = 6.0


def verdicts(scenario: Scenario, found: Found) -> Iterator[Verdict]:
    """Yield what there is to say about one scenario: bars are for unique requests."""
    if scenario.kind is not Kind.UNIQUE:
        return
    for bars, is_at_most in ((_AT_MOST, True), (_AT_LEAST, False)):
        for workload, one, other, wanted in bars:
            if workload == scenario.workload and one in found and other in found:
                ratio = _ratio(found[one].cpu, found[other].cpu)
                yield Verdict(f"CPU, {one} / {other}", str(scenario), ratio, wanted, is_at_most)


def wide_verdicts(name: str, size: int, found: Mapping[str, WideFigures]) -> Iterator[Verdict]:
    """Yield what there is to say about responses of `size` bytes."""
    router, least = found[contest.GRAPHWING], found[DECODE_AND_ENCODE]
    ratio = _ratio(router.cpu, least.cpu)
    yield Verdict(f"CPU, graphwing / {DECODE_AND_ENCODE}", name, ratio, _WIDE_CPU, is_at_most=True)
    for one in (contest.GRAPHWING, FIRST):
        title = f"memory that is added, {one} / response"
        yield Verdict(title, name, found[one].growth / size, _WIDE_MEMORY, is_at_most=True)


def _ratio(one: list[float], other: list[float]) -> float:
    # Of rounds that follow one another, for the machine may be busy with something else.
    return median(mine / theirs for mine, theirs in zip(one, other, strict=True))

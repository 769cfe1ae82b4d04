"""Try one random graph: some operations, with and without things going wrong."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from random import Random

from graphwing.errors import CompositionError
from universe.case import Case
from universe.census import (
    census_of_operation,
    census_of_parts,
    census_of_plan,
    census_of_subgraphs,
)
from universe.deferring import with_defer
from universe.directives import LABELS
from universe.distribution import random_distribution
from universe.monolith import random_monolith
from universe.operations import random_operation
from universe.stubs import Answer
from universe.trial import Graph, Trial
from universe.twins import with_twins
from universe.values import NO_FAULTS, Faults

_VERIFY_EVERY = 3
"""The static verifier takes as long as all the rest, so it sees only a part of the plans."""


_TWINS = 0.2
"""How many graphs have types that all subgraphs treat alike."""

_DEFERRING = 0.2
"""How many operations defer something; they are run at once and in parts."""


@dataclass(slots=True)
class Tally:
    """What was tried, and what failed."""

    counts: Counter[str] = field(default_factory=Counter[str])
    failures: list[tuple[Case, Trial]] = field(default_factory=list[tuple[Case, Trial]])


def try_graph(seed: int, cases: int) -> Tally:
    """Return how the router does on some cases on the graph of this seed."""
    random = Random(seed)  # noqa: S311  # Not for secrets.
    tally = Tally()
    subgraphs = random_subgraphs(random)
    try:
        graph = Graph(subgraphs, seed)
    except CompositionError as error:
        tally.counts["graphs refused"] += 1
        found = tuple(f"composition {each.code}: {each.message}" for each in error.problems)
        case = Case(subgraphs, "{ __typename }", seed=seed)
        tally.failures.append((case, Trial(found, Answer(None))))
        return tally
    tally.counts["graphs"] += 1
    tally.counts += census_of_subgraphs(subgraphs)
    for number in range(cases):
        case = random_case(random, graph, subgraphs, seed)
        verify = number % _VERIFY_EVERY == 0
        trial = graph.try_case(case, is_valid=True, verify=verify)
        tally.counts += _census(case, trial, verify=verify)
        if trial.findings:
            tally.failures.append((case, trial))
    return tally


def random_subgraphs(random: Random) -> dict[str, str]:
    """Return the SDL of each subgraph of a random graph, by name."""
    made = random_distribution(random, random_monolith(random))
    subgraphs = {name: made.sdl(name) for name in made.subgraphs}
    # One of Federation 1 that was given no type has not even a link to say.
    subgraphs = {name: sdl for name, sdl in subgraphs.items() if sdl.strip()}
    return with_twins(random, subgraphs) if random.random() < _TWINS else subgraphs


def random_case(random: Random, graph: Graph, subgraphs: dict[str, str], seed: int) -> Case:
    """Return an operation on a graph, and what goes wrong while it runs, if anything."""
    operation = random_operation(random, graph.supergraph.api_schema)
    text = operation.text
    # Not of the same source: cases are the same whether they defer something or not.
    deferring = Random(text)  # noqa: S311
    if deferring.random() < _DEFERRING:
        text = with_defer(deferring, text)
    labels = tuple(each for each in LABELS if random.random() < 0.5)
    case = Case(subgraphs, text, operation.variables, seed, labels=labels)
    roll = random.random()
    if roll < 0.5:
        return case
    if roll < 0.75 and operation.text.startswith("query"):
        return replace(case, down=random.choice(list(subgraphs)))
    if graph.universe.joined.is_uniform:
        return replace(case, faults=random.choice((Faults(30), Faults(0, 30), Faults(20, 20))))
    return case


def _census(case: Case, trial: Trial, *, verify: bool) -> Counter[str]:
    counts = census_of_operation(case.operation)
    if trial.deferring:
        counts += census_of_parts(trial.deferring)
    if trial.plan:
        counts += census_of_plan(trial.plan)
        counts["verified plan"] += verify
    counts["cases"] += 1
    counts["compiled"] += trial.ways.compiled
    counts += Counter(
        {f"interpreted: {why}": count for why, count in trial.ways.interpreted.items()}
    )
    counts["with injected nulls or errors"] += case.faults != NO_FAULTS
    counts["with a failing subgraph"] += case.down in trial.asked
    counts["answer with errors"] += bool(trial.actual and trial.actual.errors)
    return counts

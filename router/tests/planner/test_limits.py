"""Operations made to be hard end within their budget, with a plan or an error that says why."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from graphql import parse, validate

from graphwing.composition import SubgraphSdl, compose
from graphwing.errors import PlanningBudgetError, PlanningTimeoutError
from graphwing.planner import Limits, Planner
from graphwing.planner.plan import Plan
from graphwing.planner.verify import Verifier
from graphwing.supergraph import Supergraph

KINDS = range(70)
LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'


@cache
def zoo() -> Supergraph:
    """A graph with an interface of seventy types, each of which two subgraphs know."""
    types = "".join(
        f'type T{n} implements Thing @key(fields: "id") {{ id: ID! next: Thing own{n}: Int }}\n'
        for n in KINDS
    )
    others = "".join(f'type T{n} @key(fields: "id") {{ id: ID! far{n}: Int }}\n' for n in KINDS)
    near = f"""{LINK}
        type Query {{ thing: Thing me: User count: Int }}
        interface Thing {{ id: ID! next: Thing }}
        type User @key(fields: "id") {{ id: ID! friend: User name: String }}
        {types}"""
    far = f"""{LINK}
        type User @key(fields: "id") {{ id: ID! mate: User age: Int }}
        {others}"""
    return compose(
        [SubgraphSdl("near", "http://near", near), SubgraphSdl("far", "http://far", far)]
    )


def every_type(below: str, most: int = len(KINDS)) -> str:
    return " ".join(f"... on T{n} {{ far{n} next {{ {below} }} }}" for n in KINDS[:most])


BOMBS = {
    "fields nested as deep as may be, to and fro": (
        "{ me " + "{ friend { mate " * 45 + "{ name age }" + " } }" * 45 + " }"
    ),
    "ten thousand aliases": ("{ " + " ".join(f"a{n}: count" for n in range(10_000)) + " }"),
    "a thousand aliases of entities": (
        "{ " + " ".join(f"a{n}: me {{ age mate {{ name }} }}" for n in range(1_000)) + " }"
    ),
    "fragments that double sixty times": (
        "{ me { ...F60 } } fragment F0 on User { name age } "
        + " ".join(
            f"fragment F{n} on User {{ ...F{n - 1} friend {{ ...F{n - 1} }} }}"
            for n in range(1, 61)
        )
    ),
    "a fragment of seventy types in itself, three times": (
        "{ thing { ...A } }"
        f" fragment A on Thing {{ {every_type('...B')} }}"
        f" fragment B on Thing {{ {every_type('...C')} }}"
        f" fragment C on Thing {{ {every_type('id')} }}"
    ),
    "seventy types of the same, five levels deep": (
        "{ thing { " + "next { " * 5 + every_type("id") + " }" * 5 + " } }"
    ),
}


def outcome(planner: Planner, text: str) -> Plan | PlanningBudgetError:
    try:
        return planner.plan(parse(text))
    except PlanningBudgetError as error:
        return error


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_ends_with_a_plan_or_with_an_error_that_says_what_to_do(name: str) -> None:
    limits = Limits(selections=20_000, steps=20_000)

    found = outcome(Planner(zoo(), limits=limits), BOMBS[name])

    if isinstance(found, PlanningBudgetError):
        assert str(found).startswith("the operation is too large to plan: more than 20000 ")
        assert str(found).endswith("; ask for less")
    else:
        assert len(found.fetches) <= 100


def ticking(step: float) -> Callable[[], float]:
    """Return a clock that is `step` seconds later each time it is asked."""
    now = 0.0

    def clock() -> float:
        nonlocal now
        now += step
        return now

    return clock


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_given_up_when_its_time_is_over(name: str) -> None:
    found = outcome(Planner(zoo(), clock=ticking(4.0)), BOMBS[name])

    if isinstance(found, PlanningTimeoutError):
        assert str(found) == "the operation takes longer than 10 s to plan; ask for less"
        assert found.code == "QUERY_PLANNING_TIMED_OUT"
    elif isinstance(found, PlanningBudgetError):
        assert str(found).startswith("the operation is too large to plan: more than 20000 ")
    else:
        assert len(found.fetches) <= 100


def test_what_takes_too_long_is_refused() -> None:
    limits = Limits(soft_seconds=0.1, hard_seconds=0.5)

    with pytest.raises(PlanningTimeoutError, match=r"takes longer than 0\.5 s to plan"):
        Planner(zoo(), limits=limits, clock=ticking(0.2)).plan(
            parse(BOMBS["a thousand aliases of entities"])
        )


def test_a_plan_made_in_a_hurry_is_sound() -> None:
    document = parse(
        "{ thing { " + every_type("next { id }", 8) + " } me { mate { name friend { age } } } }"
    )
    assert validate(zoo().api_schema, document) == []
    # Late from the first look on, but never too late.
    limits = Limits(soft_seconds=0.5, hard_seconds=1e9)

    plan = Planner(zoo(), limits=limits, clock=ticking(1.0)).plan(document)

    assert Verifier(zoo()).findings(plan, document) == []


def test_what_takes_too_long_to_defer_is_answered_at_once() -> None:
    document = parse("{ thing { id ... @defer { " + every_type("next { id }", 16) + " } } }")
    limits = Limits(soft_seconds=0.5, hard_seconds=1e9)

    plan = Planner(zoo(), limits=limits, clock=ticking(1.0)).plan(document, may_defer=True)

    assert plan.parts == ()
    assert Verifier(zoo()).findings(plan, document) == []


def test_without_a_clock_time_does_not_matter() -> None:
    limits = Limits(soft_seconds=0, hard_seconds=0)

    plan = Planner(zoo(), limits=limits).plan(parse("{ me { name age } }"))

    assert len(plan.fetches) == 2

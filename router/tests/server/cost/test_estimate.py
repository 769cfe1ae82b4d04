"""What an operation costs, before anybody is asked.

https://ibm.github.io/graphql-specs/cost-spec.html
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse, validate
from server.cost.shelves import subgraphs

from graphwing import Router
from graphwing.server.cost.collected import Collected, TooMuchToCollectError
from graphwing.server.cost.estimate import Estimate, estimate
from graphwing.server.cost.program import MOST
from graphwing.server.cost.weights import Weights


@cache
def weights() -> Weights:
    return Weights(Router(subgraphs()).supergraph)


Complaints = list[tuple[str, tuple[str, ...]]]


def nobody_minds(*_: object) -> None:
    """Take no notice of lists that are not sliced."""


def estimated(text: str, complaints: Complaints | None = None) -> Estimate:
    document = parse(text)
    assert validate(weights().schema, document) == []
    definition = document.definitions[0]
    assert isinstance(definition, OperationDefinitionNode)
    noted: Complaints = [] if complaints is None else complaints

    def complain(coordinate: str, arguments: tuple[str, ...]) -> None:
        noted.append((coordinate, arguments))

    return estimate(
        weights(),
        Collected(weights().schema, document),
        definition,
        list_size=10,
        complain=complain,
    )


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        # An object costs what its type says, a scalar nothing, unless it says something.
        ("{ book { id title author { name } } }", 2 + 1),
        ("{ book { isbn } secret }", 2 + 3 + 100),
        # Lists: what is asked for, what is asked for by default, what the schema assumes.
        ("{ books(first: 5) { id } }", 5 * 2),
        ("{ books { id } }", 3 * 2),
        ("{ books(first: 1, last: 4) { id } }", 4 * 2),
        ("{ books(first: null) { id } }", 6 * 2),
        ("{ books(first: 0) { isbn } }", 0),
        ("{ book { author { books { isbn } } } }", 2 + 1 + 4 * (2 + 3)),
        ("{ media { id } }", 10 * 2),
        ("{ shelves { id } }", 10 * 10 * 2),
        # A size that is no size is not believed.
        ("{ books(first: -1) { id } }", 6 * 2),
        ("{ books(first: 2, last: -2147483648) { id } }", 6 * 2),
        # Sized fields, and what stands beside them.
        ("{ page(size: 7) { items { id } total first { id } } }", 1 + 7 * 2 + 2),
        ("{ page(size: 7) { titles } }", 1),
        # The dearest of the types that an object may have.
        ("{ media { author { name } } }", 10 * (1 + 20)),
        ("{ media { ... on Book { isbn author { name } } } }", 10 * (2 + 3 + 1)),
        ("{ anything { ... on Author { name } ... on Film { length } } }", 2),
        ("{ media { ... on Media { ... on Film { length } } ... on Book { id } } }", 10 * 2),
        # By type: a film has five others, of which each is a book or a film.
        ("{ media { related { id } } }", 10 * (1 + 5 * 2)),
        # An interface speaks for the objects that say nothing.
        ("{ media { ... on Film { parts(first: 2) { id } } } }", 10 * (1 + 2 * 2)),
        # Arguments, input fields, enums.
        ("{ books(first: 1, matching: {title: 1}) { id } }".replace("1}", '"x"}'), 2 + 1),
        ("{ books(first: 1, matching: {year: 1}) { id } }", 2 + 1 + 7),
        (
            "{ books(first: 1, matching: {and: [{year: 1}, {order: OLDEST}], year: null}) { id } }",
            2 + 1 + (1 + 7) + (1 + 2),
        ),
        ("{ order(order: NEWEST) }", 4),
        ("query @slow(by: 1) { book @slow(by: 2) { id id @slow(by: null) } }", 8 + 2 + 8),
        ("{ order(order: null) }", 0),
        ("{ order(orders: [NEWEST, OLDEST]) }", 2 + 2),
        ("{ order(orders: NEWEST) }", 2),
        # What makes a field cheaper does not pay for others.
        ("{ cheap(skip: true) { isbn } secret }", 2 + 3 - 5 + 100),
        ("{ cheap(skip: true) { id } secret }", 100),
        # What is asked twice is fetched once.
        ("{ book { author { name } } book { author { books { id } } } }", 2 + 1 + 4 * 2),
        ("{ a: book { id } b: book { id } }", 2 + 2),
        (
            "{ book { ...A ...A } } fragment A on Book { isbn ...B } fragment B on Book { isbn }",
            2 + 3,
        ),
        # What is never there costs nothing, what a variable decides about does.
        ("{ book { isbn @skip(if: true) } secret @include(if: false) }", 2),
        ("{ ... @skip(if: true) { secret } }", 0),
        ("{ ...S @skip(if: true) } fragment S on Query { secret }", 0),
        ("query ($v: Boolean!) { secret @include(if: $v) book @skip(if: $v) { id } }", 102),
        # What the router says itself.
        ("{ __typename __schema { types { name } } book { __typename } }", 2),
        ("mutation { add { id } }", 10 + 2),
        ("subscription { added { id } }", 2),
    ],
)
def test_what_operations_cost(text: str, cost: int) -> None:
    found = estimated(text)

    assert found.constant == cost
    assert found.cost({}) == cost


@pytest.mark.parametrize(
    ("text", "variables", "cost"),
    [
        ("query ($n: Int) { books(first: $n) { id } }", {"n": 5}, 5 * 2),
        ("query ($n: Int) { books(first: $n) { id } }", {"n": None}, 6 * 2),
        ("query ($n: Int) { books(first: $n) { id } }", {}, 3 * 2),
        ("query ($n: Int) { books(first: $n) { id } }", {"n": -5}, 6 * 2),
        ("query ($n: Int, $m: Int) { books(first: $n, last: $m) { id } }", {"n": 1, "m": 9}, 18),
        (
            "query ($n: Int!) { page(size: $n) { items { author { books { id } } } } }",
            {"n": 3},
            1 + 3 * (2 + 1 + 4 * 2),
        ),
        (
            "query ($n: Int) { a: books(first: $n) { id } b: books(first: $n) { isbn } secret }",
            {"n": 2},
            4 + 10 + 100,
        ),
        (
            "query ($f: Filter) { books(first: 1, matching: $f) { id } }",
            {"f": {"year": 1, "and": [{"order": "NEWEST"}, None]}},
            2 + (1 + 7) + (1 + 2),
        ),
        ("query ($f: Filter) { books(first: 1, matching: $f) { id } }", {}, 2),
        (
            "query ($y: Int) { books(first: 1, matching: {and: [{year: $y}]}) { id } }",
            {"y": None},
            2 + 1 + 1,
        ),
        ("query ($o: Order) { order(order: $o) }", {"o": "NEWEST"}, 4),
        ("query ($o: Order) { order(order: $o) }", {"o": None}, 0),
        ("query ($n: Int) { book { id @slow(by: $n) } }", {"n": 1}, 2 + 8),
        ("query ($o: [Order]) { order(orders: $o) }", {"o": ["NEWEST", None]}, 2),
        ("query ($s: Boolean) { cheap(skip: $s) { id } secret }", {"s": True}, 100),
        ("query ($s: Boolean) { cheap(skip: $s) { id } secret }", {}, 102),
        ("query ($n: Int!) { books(first: $n) { id } }", {"n": 2**31 - 1}, 2 * (2**31 - 1)),
    ],
)
def test_variables_decide_where_they_are_asked(
    text: str, variables: Mapping[str, Any], cost: int
) -> None:
    found = estimated(text)

    assert found.constant is None
    assert found.cost(variables) == cost


@pytest.mark.parametrize("text", ["query ($t: String) { books(matching: {title: $t}) { id } }"])
def test_variables_that_change_nothing_are_still_asked_only_where_an_input_has_weights(
    text: str,
) -> None:
    assert estimated(text).constant is None
    assert estimated("mutation ($t: String) { add(title: $t) { id } }").constant == 12


@pytest.mark.parametrize(
    ("arguments", "variables", "is_right"),
    [
        ("(first: 1)", {}, True),
        ("(last: $n)", {"n": 1}, True),
        ("(last: $n)", {"n": -1}, True),
        ("(first: $n, last: null)", {"n": 1}, True),
        ("(first: $n, last: $m)", {"n": None, "m": 3}, True),
        ("", {}, False),
        ("(first: null)", {}, False),
        ("(first: 1, last: 1)", {}, False),
        ("(first: $n)", {}, False),
        ("(first: $n)", {"n": None}, False),
        ("(first: $n, last: 1)", {"n": 1}, False),
    ],
)
def test_a_list_that_requires_it_is_sliced_by_exactly_one_argument(
    arguments: str, variables: Mapping[str, Any], *, is_right: bool
) -> None:
    complaints: Complaints = []
    names = [name for name in "nm" if f"${name}" in arguments]
    defined = f"query ({', '.join(f'${name}: Int' for name in names)})" if names else "query"

    found = estimated(f"{defined} {{ sliced{arguments} {{ id }} }}", complaints)
    found.cost(variables)

    expected: Complaints = [] if is_right else [("Query.sliced", ("first", "last"))]
    assert complaints == expected


def test_fragments_that_multiply_are_added_up_once_each() -> None:
    doubled = " ".join(
        f"fragment F{n} on Author {{ a: books {{ author {{ ...F{n + 1} }} }}"
        f" b: books {{ author {{ ...F{n + 1} }} }} }}"
        for n in range(12)
    )
    last = "fragment F12 on Author { books { id } }"

    found = estimated(f"{{ book {{ author {{ ...F0 }} }} }} {doubled} {last}")

    cost = 4 * 2
    for _ in range(12):
        cost = 2 * 4 * (2 + 1 + cost)
    assert found.constant == min(2 + 1 + cost, MOST)


def test_documents_that_combine_the_same_in_ever_new_ways_are_given_up() -> None:
    # At each level, `b` adds something that stays: at the last one there are 2 ** 20 selections.
    levels = range(20)
    parts = ["{ book { author { ...F0 } } }"]
    for n in levels:
        parts.append(fragment(f"F{n}", a=[f"F{n + 1}"], b=[f"F{n + 1}", f"M{n}_{n + 1}"]))
        parts += [
            fragment(f"M{n}_{m}", a=[f"M{n}_{m + 1}"], b=[f"M{n}_{m + 1}"])
            for m in range(n + 1, len(levels))
        ]
        parts.append(f"fragment M{n}_{len(levels)} on Author {{ name }}")
    parts.append(f"fragment F{len(levels)} on Author {{ name }}")
    document = parse(" ".join(parts))
    definition = document.definitions[0]
    assert isinstance(definition, OperationDefinitionNode)

    with pytest.raises(TooMuchToCollectError):
        estimate(
            weights(),
            Collected(weights().schema, document),
            definition,
            list_size=10,
            complain=nobody_minds,
        )


def fragment(name: str, **below: list[str]) -> str:
    fields = " ".join(
        f"{key}: books {{ author {{ {' '.join(f'...{one}' for one in spread)} }} }}"
        for key, spread in below.items()
    )
    return f"fragment {name} on Author {{ {fields} }}"

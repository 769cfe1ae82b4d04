"""How large an operation is once its fragments are expanded."""

from __future__ import annotations

import pytest
from graphql import parse

from graphwing.planner.size import expanded_fields


@pytest.mark.parametrize(
    ("operation", "fields"),
    [
        ("{ a }", 1),
        ("{ a { b c: b } ... { d } }", 4),
        ("{ ...F ...F x { ...F } } fragment F on Query { a { b } }", 5),
        ("query A { a } query B { a b ...F } fragment F on Query { c }", 3),
    ],
)
def test_fields_are_counted_where_they_are_spread(operation: str, fields: int) -> None:
    assert expanded_fields(parse(operation)) == fields


def test_fragments_that_double_forty_times_are_counted_without_being_expanded() -> None:
    chain = " ".join(
        f"fragment F{n} on Query {{ a {{ ...F{n + 1} }} b {{ ...F{n + 1} }} }}" for n in range(40)
    )
    document = parse(f"{{ ...F0 }} {chain} fragment F40 on Query {{ c }}")

    assert expanded_fields(document) == 3 * 2**40 - 2


def test_a_long_chain_of_fragments_needs_no_deep_recursion() -> None:
    chain = " ".join(f"fragment F{n} on Query {{ a ...F{n + 1} }}" for n in range(3_000))
    document = parse(f"{{ ...F0 }} {chain} fragment F3000 on Query {{ a }}")

    assert expanded_fields(document) == 3_001

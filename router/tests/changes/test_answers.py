"""An operation is named exactly if a client cannot read some response that can come now."""

from __future__ import annotations

from collections import Counter
from random import Random

from graphql import DocumentNode, GraphQLSchema, print_ast, validate
from hypothesis import given, settings
from hypothesis import strategies as st

from changes.random_apis import RandomApi, random_operation
from changes.responses import Client, TooManyError, responses
from graphwing.supergraph import api_changes, check_operations, operations_in

_OPERATIONS_OF_A_PAIR = 3


def is_named(old: GraphQLSchema, new: GraphQLSchema, document: DocumentNode) -> bool:
    operations = operations_in(document, "a.graphql", {})
    return bool(check_operations(operations, old, new, api_changes(old, new)).broken)


def does_break(old: GraphQLSchema, new: GraphQLSchema, document: DocumentNode) -> bool:
    if validate(new, document):
        return True
    return not all(Client(old, document, it).can_read() for it in responses(new, document))


def outcomes(seed: int) -> Counter[str]:
    """Compare both for operations on one pair of APIs, and return how often there was what."""
    random, counts = Random(seed), Counter[str]()  # noqa: S311 - reproducible, not a secret
    before = RandomApi.made(random)
    after = before.changed()
    old, new = before.schema(), after.schema()
    if old is None or new is None:
        return counts
    for _ in range(_OPERATIONS_OF_A_PAIR):
        document = random_operation(random, old)
        if document is None:
            continue
        try:
            breaks = does_break(old, new, document)
        except TooManyError:
            continue
        text = f"{before.sdl()}\n--- becomes\n{after.sdl()}\n--- asked\n{print_ast(document)}"
        assert is_named(old, new, document) is breaks, text
        counts["valid and broken" if breaks and not validate(new, document) else str(breaks)] += 1
    return counts


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_an_operation_is_named_exactly_if_it_breaks(seed: int) -> None:
    outcomes(seed)


def test_all_that_can_happen_does_happen() -> None:
    """Without this, the test above might compare nothing."""
    counts = sum(map(outcomes, range(30)), Counter[str]())

    assert counts["valid and broken"] >= 5
    assert counts["True"] >= 5
    assert counts["False"] >= 20

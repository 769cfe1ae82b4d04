from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from graphql import DocumentNode, parse

from graphwing.planner import Planner
from graphwing.planner.plan import Condition, EntityFetch, Plan, RepresentationField
from graphwing.planner.verify import Verifier
from graphwing.supergraph import Supergraph, parse_supergraph

HERE = Path(__file__).parent
OPERATION = '{ book(id: "1") { title reviews { body writer { displayName } } } }'


@pytest.fixture
def supergraph() -> Supergraph:
    return parse_supergraph((HERE / "supergraphs" / "library.graphql").read_text())


@pytest.fixture
def document() -> DocumentNode:
    return parse(OPERATION)


@pytest.fixture
def plan(supergraph: Supergraph, document: DocumentNode) -> Plan:
    return Planner(supergraph).plan(document)


def test_a_sound_plan_has_no_findings(
    supergraph: Supergraph, document: DocumentNode, plan: Plan
) -> None:
    assert Verifier(supergraph).findings(plan, document) == []


def test_an_operation_that_its_subgraph_does_not_know_is_found(
    supergraph: Supergraph, document: DocumentNode, plan: Plan
) -> None:
    first, *rest = plan.fetches
    wrong = replace(plan, fetches=(replace(first, subgraph="people"), *rest))

    assert Verifier(supergraph).findings(wrong, document) == [
        "fetch 0 is not valid for `people`: Cannot query field 'book' on type 'Query'."
    ]


def test_a_representation_of_what_was_not_fetched_is_found(
    supergraph: Supergraph, document: DocumentNode, plan: Plan
) -> None:
    first, second, third = plan.fetches
    assert isinstance(second, EntityFetch)
    lookup = second.lookups[0]
    keyed = replace(lookup.representations[0], key=(RepresentationField("id", "isbn"),))
    changed = replace(second, lookups=(replace(lookup, representations=(keyed,)),))
    wrong = replace(plan, fetches=(first, changed, third))

    assert Verifier(supergraph).findings(wrong, document) == [
        "fetch 1 represents objects by `book.isbn`, not fetched before"
    ]


def test_a_representation_of_what_is_fetched_too_late_is_found(
    supergraph: Supergraph, document: DocumentNode, plan: Plan
) -> None:
    first, second, third = plan.fetches
    hasty = replace(plan, fetches=(first, second, replace(third, after=(0,))))

    assert Verifier(supergraph).findings(hasty, document) == [
        "fetch 2 represents objects by `book.reviews.writer.__typename`, not fetched before",
        "fetch 2 represents objects by `book.reviews.writer.id`, not fetched before",
    ]


def test_a_field_that_is_not_fetched_is_found(
    supergraph: Supergraph, document: DocumentNode, plan: Plan
) -> None:
    shorter = replace(plan, fetches=plan.fetches[:2])

    assert Verifier(supergraph).findings(shorter, document) == [
        "`book.reviews.writer.displayName` of `User` is not fetched"
    ]


def test_a_field_that_is_fetched_only_sometimes_is_found(
    supergraph: Supergraph, document: DocumentNode, plan: Plan
) -> None:
    first, second, third = plan.fetches
    rarely = replace(third, conditions=(Condition("rarely", expected=True),))

    assert Verifier(supergraph).findings(
        replace(plan, fetches=(first, second, rarely)), document
    ) == ["`book.reviews.writer.displayName` of `User` is not fetched"]

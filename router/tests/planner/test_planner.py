from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from graphql import DocumentNode, parse

from graphwing.errors import PlanningBudgetError, PlanningError
from graphwing.planner import Limits, Planner, explain, render_json
from graphwing.planner.passes import PASSES, Pass
from graphwing.planner.plan import EntityFetch, Plan, RootFetch
from graphwing.supergraph import parse_supergraph

HERE = Path(__file__).parent
PAGE = """
query Page($slug: String!) {
  author(slug: $slug) {
    name
    books { title reviews { body } }
    reviews { body writer { displayName favourite { title } } }
  }
}
query Other { me { displayName } }
"""

EXPLAINED = """\
Costs 3 stages, 3 fetches, 10 fields
Fetch 0 shop: stage 1, 6 fields
  asks for `viewer` of `Query`
  fetch 1 waits for it
  gives fetch 1 `viewer.id`, for the key of `Viewer`
  gives fetch 1 `viewer.cart.id`, for the key of `Item`
  gives fetch 2 `viewer.cart.id`, for the key of `Item`
Fetch 1 bank: stage 2 after fetch 0, 2 fields
  looks up objects at `viewer`
    by the key { id } of `Viewer`
    because `bank` resolves `Viewer.currency`
  looks up objects at `viewer.cart.@` unless $y
    by the key { id } of `Item`
    because `bank` resolves `Item.weight`
  fetch 2 waits for it
  gives fetch 2 `viewer.cart.weight`, for `@requires` of `Item.total`
Fetch 2 shop: stage 3 after fetch 1, 2 fields
  looks up objects at `viewer.cart.@`
    by the key { id } of `Item`
    because `shop` resolves `Item.price`
    `Item.price` takes $context0 from viewer { currency }
  looks up objects at `viewer.cart.@` unless $y
    by the key { id } of `Item`
    because `shop` resolves `Item.total`
    `Item.total` requires { weight } of them
    `Item.total` takes $context0 from viewer { currency }
"""


def planner_of(name: str, limits: Limits | None = None) -> Planner:
    sdl = (HERE / "supergraphs" / f"{name}.graphql").read_text()
    return Planner(parse_supergraph(sdl), limits=limits)


def test_a_plan_does_not_depend_on_the_plans_before_it() -> None:
    fresh, used = planner_of("library"), planner_of("library")
    used.plan(parse("{ me { favourite { title reviews { body } } } }"))
    used.plan(parse(PAGE), "Page")

    assert used.plan(parse(PAGE), "Page") == fresh.plan(parse(PAGE), "Page")


def test_plans_made_side_by_side_are_the_same() -> None:
    planner, alone = planner_of("library"), planner_of("library")

    with ThreadPoolExecutor(8) as pool:
        plans = list(pool.map(planner.plan, [parse(PAGE)] * 32, ["Page"] * 32))

    assert set(plans) == {alone.plan(parse(PAGE), "Page")}


def test_the_named_operation_is_planned() -> None:
    plan = planner_of("library").plan(parse(PAGE), "Other")

    assert [fetch.operation for fetch in plan.fetches] == ["{ me { displayName } }"]


def test_a_fetch_names_its_variables_and_what_it_waits_for() -> None:
    plan = planner_of("library").plan(parse(PAGE), "Page")

    root, reviews, people, books = plan.fetches
    assert isinstance(root, RootFetch)
    assert root.variables == ("slug",)
    assert root.operation == (
        "query($slug: String!) { author(slug: $slug)"
        " { __typename name books { __typename title id } id } }"
    )
    assert isinstance(reviews, EntityFetch)
    assert reviews.operation == (
        "query($representations0: [_Any!]!, $representations1: [_Any!]!) {"
        " _entities0: _entities(representations: $representations0)"
        " { ... on Book { reviews { body } } }"
        " _entities1: _entities(representations: $representations1)"
        " { ... on Author { reviews { body writer { __typename id } } } } }"
    )
    assert [fetch.after for fetch in (root, reviews, people, books)] == [(), (0,), (1,), (2,)]


def test_representations_have_another_name_when_the_client_uses_it() -> None:
    document = parse(
        "query ($representations: ID!) { book(id: $representations) { reviews { body } } }"
    )

    plan = planner_of("library").plan(document)

    lookup = plan.fetches[1]
    assert isinstance(lookup, EntityFetch)
    assert lookup.lookups[0].variable == "_representations"
    assert lookup.operation.startswith("query($_representations: [_Any!]!) {")


def test_a_variable_in_a_string_is_only_text() -> None:
    document = parse('query ($id: ID) { author(slug: "$id") { name } }')

    plan = planner_of("library").plan(document)

    assert plan.fetches[0].operation == '{ author(slug: "$id") { name } }'
    assert plan.fetches[0].variables == ()


def test_a_field_that_nobody_can_be_asked_for_is_named() -> None:
    document = parse("{ cheapest { shelf } product(id: 1) { name } }")
    sdl = (HERE / "supergraphs" / "shop.graphql").read_text()
    lost = sdl.replace('key: "sku taxCode"', 'key: "sku taxCode", resolvable: false')
    assert lost != sdl

    with pytest.raises(PlanningError) as caught:
        Planner(parse_supergraph(lost)).plan(document)

    assert str(caught.value) == (
        "no subgraph can be asked for `Product.shelf` at `cheapest` (came from: `shipping`)"
    )
    assert caught.value.tried == ("shipping",)


def test_a_field_whose_arguments_come_from_a_context_is_refused() -> None:
    sdl = (HERE / "supergraphs" / "library.graphql").read_text()
    old = "displayName: String! @join__field(graph: PEOPLE)"
    new = (
        "displayName: String! @join__field(graph: PEOPLE, contextArguments:"
        ' [{ context: "people__c", name: "a", type: "Int", selection: "{ id }" }])'
    )
    assert old in sdl

    with pytest.raises(PlanningError, match=r"`User\.displayName`"):
        Planner(parse_supergraph(sdl.replace(old, new))).plan(parse("{ me { displayName } }"))


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(depth=2), "more than 2 nested fields"),
        (Limits(selections=5), "more than 5 fields"),
        (Limits(steps=5), "more than 5 steps of planning"),
    ],
)
def test_an_operation_beyond_its_budget_is_refused(limits: Limits, message: str) -> None:
    planner = planner_of("library", limits)

    with pytest.raises(PlanningBudgetError, match=message):
        planner.plan(parse(PAGE), "Page")


def test_a_fragment_bomb_ends_within_its_budget() -> None:
    levels = 40
    fragments = "\n".join(
        f"fragment F{level} on Author {{ books {{ author {{ ...F{level + 1} }} }}"
        f" more: books {{ author {{ ...F{level + 1} }} }} }}"
        for level in range(levels)
    )
    document = parse(
        f'{{ author(slug: "a") {{ ...F0 }} }} {fragments}fragment F{levels} on Author {{ name }}'
    )

    with pytest.raises(PlanningBudgetError):
        planner_of("library", Limits(selections=10_000)).plan(document)


def test_the_same_fragment_twice_costs_nothing() -> None:
    levels = 60
    fragments = "\n".join(
        f"fragment F{level} on Author {{ ...F{level + 1} ...F{level + 1} }}"
        for level in range(levels)
    )
    document = parse(
        f'{{ author(slug: "a") {{ ...F0 }} }} {fragments}fragment F{levels} on Author {{ name }}'
    )

    plan = planner_of("library").plan(document)

    assert plan.fetches[0].operation == '{ author(slug: "a") { name } }'


def test_the_deepest_operation_that_is_allowed_is_planned() -> None:
    def nested(pairs: int) -> str:
        inner = "books { author { " * pairs + "reviews { body }" + " } }" * pairs
        return f'{{ author(slug: "a") {{ {inner} }} }}'

    pairs = Limits().depth // 2 - 1

    plan = planner_of("library").plan(parse(nested(pairs)))

    assert len(plan.fetches) == 2
    with pytest.raises(PlanningBudgetError, match="nested fields"):
        planner_of("library").plan(parse(nested(pairs + 1)))


@pytest.mark.parametrize("one_pass", PASSES, ids=lambda one: one.__name__)
@pytest.mark.parametrize("operation", ["Page", "Other"])
def test_a_pass_has_nothing_to_do_the_second_time(one_pass: Pass, operation: str) -> None:
    plan = planner_of("library").plan(parse(PAGE), operation)

    once = one_pass(plan)

    assert one_pass(once) == once


def test_a_plan_prints_as_query_plan_json() -> None:
    plan = planner_of("library").plan(
        parse(
            "query ($all: Boolean!) { book(id: 1) { title reviews @include(if: $all) { body } } }"
        )
    )

    assert render_json(plan) == {
        "kind": "QueryPlan",
        "node": {
            "kind": "Sequence",
            "nodes": [
                {
                    "kind": "Fetch",
                    "serviceName": "catalog",
                    "variableUsages": [],
                    "operation": "{ book(id: 1) { __typename title id } }",
                    "operationKind": "query",
                },
                {
                    "kind": "Condition",
                    "condition": "all",
                    "ifClause": {
                        "kind": "Flatten",
                        "path": ["book"],
                        "node": {
                            "kind": "Fetch",
                            "serviceName": "reviews",
                            "variableUsages": [],
                            "operation": "query($representations: [_Any!]!) {"
                            " _entities(representations: $representations)"
                            " { ... on Book { reviews { body } } } }",
                            "operationKind": "query",
                            "requires": [
                                {
                                    "kind": "InlineFragment",
                                    "typeCondition": "Book",
                                    "selections": [
                                        {"kind": "Field", "name": "__typename"},
                                        {"kind": "Field", "name": "id"},
                                    ],
                                }
                            ],
                        },
                    },
                },
            ],
        },
    }


def test_a_plan_without_fetches_prints_as_an_empty_query_plan() -> None:
    plan = planner_of("library").plan(parse("{ __typename }"))

    assert plan == Plan("query", ())
    assert render_json(plan) == {"kind": "QueryPlan"}


def test_a_plan_is_explained_fetch_by_fetch() -> None:
    supergraph = parse_supergraph((HERE / "supergraphs" / "market.graphql").read_text())
    operation = "query ($y: Boolean!) { viewer { cart { price total(times: 2) @skip(if: $y) } } }"

    text = explain(Planner(supergraph).plan(parse(operation)), supergraph)

    assert text == EXPLAINED


def test_what_takes_too_much_work_to_defer_is_planned_to_come_at_once() -> None:
    document = parse('{ book(id: "1") { title ... @defer { pages reviews { body } } } }')
    enough = next(steps for steps in range(1000) if is_planned(document, Limits(steps=steps)))

    plan = planner_of("library", Limits(steps=enough)).plan(document, may_defer=True)

    assert plan == planner_of("library").plan(document)
    assert plan.parts == ()
    assert len(planner_of("library").plan(document, may_defer=True).parts) == 1


def test_deferred_fragments_beyond_the_limit_come_with_what_they_stand_in() -> None:
    fragments = " ".join(f"... @defer {{ p{number}: author {{ name }} }}" for number in range(40))
    document = parse(f'{{ book(id: "1") {{ {fragments} }} }}')

    plan = planner_of("library").plan(document, may_defer=True)

    assert len(plan.parts) == 32
    assert "p31" not in plan.fetches[0].operation
    assert "p39" in plan.fetches[0].operation


def is_planned(document: DocumentNode, limits: Limits) -> bool:
    try:
        planner_of("library", limits).plan(document)
    except PlanningBudgetError:
        return False
    return True

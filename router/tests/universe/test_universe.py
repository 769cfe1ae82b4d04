from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest
from graphql import build_schema, parse, validate

from graphwing.composition import SubgraphSdl, compose
from universe.case import Case, read_case, write_case
from universe.census import census_of_subgraphs
from universe.compare import differences, losses
from universe.declarations import read_declarations
from universe.graphs import random_subgraphs, try_graph
from universe.operations import random_operation
from universe.oracle import monolith_answer
from universe.run import failure_text
from universe.shrink import shrink
from universe.stubs import Answer, Stub
from universe.trial import run_case
from universe.values import Faults, Universe, Value, World

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))

PRODUCTS = """
type Query { products: [Product!]! gone: Int }
type Product @key(fields: "id") { id: ID! weight: Int }
"""
SHIPPING = """
type Product @key(fields: "id") {
  id: ID!
  weight: Int @external
  cost: String! @requires(fields: "weight")
}
"""
API = """
type Query { products: [Product!]! gone: Int }
type Product { id: ID! weight: Int cost: String! }
"""
ENTITIES = """
query ($products: [_Any!]!) { _entities(representations: $products) { ... on Product { cost } } }
"""


@pytest.fixture
def universe() -> Universe:
    sdls = {"products": PRODUCTS, "shipping": SHIPPING}
    return Universe([read_declarations(name, sdl) for name, sdl in sdls.items()], seed=4)


@pytest.fixture
def truth(universe: Universe) -> Answer:
    document = parse("{ products { id weight cost } }")
    return monolith_answer(build_schema(API), universe, document, {}, World())


def random(seed: int) -> Random:
    return Random(seed)  # noqa: S311  # Not for secrets.


def products_of(answer: Answer) -> list[dict[str, Value]]:
    assert answer.data
    return answer.data["products"]


# What the router owes.


@pytest.mark.parametrize("seed", range(8))
def test_the_router_answers_as_a_monolith_would(seed: int) -> None:
    failures = [failure_text(case, trial) for case, trial in try_graph(seed, cases=12).failures]

    assert failures == []


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_failure_that_was_mended_stays_mended(path: Path, request: pytest.FixtureRequest) -> None:
    case, sections = read_case(path.read_text())
    if case.open:
        request.applymarker(pytest.mark.xfail(reason=f"open: {case.open}", strict=True))

    trial = run_case(case)

    assert failure_text(case, trial).split("--- expected\n")[1].startswith(sections["expected"])
    assert trial.findings == ()


# What the universe must be, for its word to count.


def test_the_same_seed_makes_the_same_graph_and_the_same_operation() -> None:
    made = [random_subgraphs(random(5)) for _ in range(2)]
    schema = compose(SubgraphSdl(name, "", sdl) for name, sdl in made[0].items()).api_schema
    operations = [random_operation(random(7), schema) for _ in range(2)]

    assert made[0] == made[1]
    assert operations[0] == operations[1]


def test_random_operations_are_valid() -> None:
    subgraphs = random_subgraphs(random(11))
    schema = compose(SubgraphSdl(name, "", sdl) for name, sdl in subgraphs.items()).api_schema

    for seed in range(40):
        operation = random_operation(random(seed), schema)
        assert validate(schema, parse(operation.text)) == [], operation.text


def test_a_hundred_graphs_have_every_feature() -> None:
    counts: Counter[str] = Counter()

    for seed in range(120):
        counts.update(census_of_subgraphs(random_subgraphs(random(seed))))

    assert [name for name, count in counts.items() if count < 3] == []


def test_a_monolith_and_a_subgraph_agree_on_every_value(universe: Universe, truth: Answer) -> None:
    stub = Stub(read_declarations("products", PRODUCTS), universe)
    world = World()

    answer = stub.answer("{ products { id weight } }", {}, world)

    expected = [{"id": each["id"], "weight": each["weight"]} for each in products_of(truth)]
    assert answer.data == {"products": expected}
    assert world.findings == []


def test_a_right_representation_gives_the_right_value(universe: Universe, truth: Answer) -> None:
    stub = Stub(read_declarations("shipping", SHIPPING), universe)
    world = World()

    answer = stub.answer(ENTITIES, {"products": representations(truth)}, world)

    assert answer.data == {"_entities": [{"cost": each["cost"]} for each in products_of(truth)]}
    assert world.findings == []


def test_a_wrong_requirement_changes_the_value_and_is_noted(
    universe: Universe, truth: Answer
) -> None:
    stub = Stub(read_declarations("shipping", SHIPPING), universe)
    world = World()
    first, *_ = representations(truth)

    answer = stub.answer(ENTITIES, {"products": [{**first, "weight": 1}]}, world)

    assert answer.data
    assert answer.data["_entities"][0]["cost"] != products_of(truth)[0]["cost"]
    assert world.findings == [
        f"shipping: Product.cost.weight requires {first['weight']}, the representation has 1"
    ]


def test_an_unknown_key_is_noted(universe: Universe) -> None:
    stub = Stub(read_declarations("shipping", SHIPPING), universe)
    world = World()
    unknown = {"__typename": "Product", "id": "nobody"}

    answer = stub.answer(ENTITIES, {"products": [unknown]}, world)

    assert answer.data == {"_entities": [None]}
    assert world.findings == [
        f"shipping: no entity has a resolvable key of this representation {unknown}"
    ]


def test_an_external_field_cannot_be_asked_for(universe: Universe, truth: Answer) -> None:
    stub = Stub(read_declarations("shipping", SHIPPING), universe)
    world = World()
    operation = ENTITIES.replace("cost", "weight")

    stub.answer(operation, {"products": representations(truth)[:1]}, world)

    assert world.findings == ["shipping: `Product.weight` is external and not provided here"]


def test_injected_errors_stay_away_from_keys_and_requirements(universe: Universe) -> None:
    everything = World(Faults(errors=1000))
    document = parse("{ products { id weight cost } gone }")
    inner = parse("{ products { id weight } }")

    answer = monolith_answer(build_schema(API), universe, document, {}, everything)
    products = Universe([read_declarations("products", PRODUCTS)], seed=3)
    clean = monolith_answer(build_schema(API), products, inner, {}, World())

    assert answer.data is None
    assert clean.errors == ()


# What counts as a difference.


def test_equal_answers_do_not_differ() -> None:
    answer = Answer({"a": [1.0, {"b": None}]}, ({"path": ["a", 1, "b"]},))

    assert differences(answer, Answer({"a": [1, {"b": None}]}, answer.errors)) == []


def test_true_is_not_one_and_a_missing_key_is_not_null() -> None:
    expected, actual = Answer({"a": True, "b": None}), Answer({"a": 1})

    assert differences(expected, actual) == [
        "data: ('a',) is 1, not True",
        "data: ('b',) is missing",
    ]


def test_siblings_that_null_the_same_parent_may_be_told_in_any_order() -> None:
    expected = Answer({"a": None}, ({"path": ["a", "b"]},))

    assert differences(expected, Answer({"a": None}, ({"path": ["a", "c"]},))) == []


def test_a_null_without_its_error_and_an_error_without_its_null_are_found() -> None:
    expected = Answer({"a": None, "b": 1}, ({"path": ["a"]},))
    actual = Answer({"a": None, "b": 1}, ({"path": ["b"]},))

    assert differences(expected, actual) == [
        "errors: one at ('b', 'which is not null'), which no error explains",
        "errors: none explains the null at ('a',)",
    ]


def test_one_place_is_told_once() -> None:
    expected = Answer({"a": None}, ({"path": ["a"]},))
    actual = Answer({"a": None}, ({"path": ["a"]}, {"path": ["a"]}))

    assert differences(expected, actual) == ["errors: told 2 times at ('a',)"]


@pytest.mark.parametrize(
    ("data", "findings"),
    [
        ({"a": {"b": 1}, "c": 2}, []),
        ({"a": {"b": None}, "c": 2}, []),
        ({"a": None, "c": 2}, []),
        ({"a": {"b": 7}, "c": 2}, ["data: a value is neither the truth nor null"]),
        ({"a": {"b": 1}, "c": None}, ["errors: none explains the null at ('c',)"]),
    ],
)
def test_with_a_failing_subgraph_values_are_true_or_null_with_an_error(
    data: Mapping[str, Value], findings: list[str]
) -> None:
    truth = Answer({"a": {"b": 1}, "c": 2})
    actual = Answer(dict(data), ({"path": ["a"]},))

    assert losses(truth, actual, lambda path: path == ("c",)) == findings


def test_what_a_healthy_subgraph_alone_has_must_be_there() -> None:
    truth, actual = Answer({"a": 1}), Answer({"a": None}, ({"path": []},))

    assert losses(truth, actual, lambda _: True) == [
        "data: null at ('a',), which the failing subgraph has no part in"
    ]


# Cases as text, and made small.


def test_a_case_survives_being_written() -> None:
    case = Case(
        {"a": PRODUCTS.strip() + "\n"},
        "{ gone }\n",
        {"v": [1]},
        3,
        Faults(1, 2),
        "a",
        ("x",),
        "planner",
    )

    read, sections = read_case(write_case(case, "why\nit failed", {"expected": {"data": None}}))

    assert read == Case(
        case.subgraphs, case.operation, {"v": [1]}, 3, Faults(1, 2), "a", ("x",), "planner"
    )
    assert sections["expected"] == '{\n  "data": null\n}\n'


def test_shrinking_keeps_only_what_the_failure_needs() -> None:
    case = Case(
        {"a": PRODUCTS, "b": SHIPPING},
        """
        query Big($x: Int) { ...All products { id } }
        fragment All on Query { products { a: weight ... on Product { cost(x: $x) } } gone }
        """,
        {"x": 1},
    )

    small = shrink(
        case, lambda each: "cost" in each.operation and "external" in str(each.subgraphs)
    )

    assert "".join(small.operation.split()) == "queryBig{products{cost}}"
    assert list(small.subgraphs) == ["b"]
    assert small.variables == {}
    assert Counter(small.subgraphs["b"].split())["@key(fields:"] == 0


def representations(truth: Answer) -> list[dict[str, Value]]:
    return [
        {"__typename": "Product", "id": each["id"], "weight": each["weight"]}
        for each in products_of(truth)
    ]

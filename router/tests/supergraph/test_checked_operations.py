"""Which operations a change of the API breaks: what comes back, and what may be sent."""

from __future__ import annotations

import pytest
from graphql import build_schema, parse

from graphwing.supergraph import Finding, api_changes, check_operations, operations_in

NODES = """
interface Node { id: ID! }
type Book implements Node { id: ID!, title: String! }
type Pen implements Node { id: ID!, ink: String }
"""


def findings(before: str, after: str, operation: str) -> tuple[Finding, ...]:
    old, new = build_schema(before), build_schema(after)
    found = check_operations(
        operations_in(parse(operation), "a.graphql", {}), old, new, api_changes(old, new)
    )
    assert (found.checked, found.ignored) == (1, ())
    return found.broken


def reasons(before: str, after: str, operation: str) -> list[str]:
    """Return why an operation breaks that is valid before and after."""
    found = findings(before, after, operation)
    assert all(it.is_valid for it in found)
    return [reason.message for it in found for reason in it.reasons]


@pytest.mark.parametrize(
    ("before", "after", "operation", "reason"),
    [
        pytest.param(
            f"{NODES} type Query {{ featured: Book }}",
            f"{NODES} type Query {{ featured: Node }}",
            "{ featured { ...F } } fragment F on Book { title }",
            "`... on Book` does not select `Pen`, which can be there now",
            id="a fragment on the former type of a field",
        ),
        pytest.param(
            f"{NODES} type Query {{ featured: [Book!]! }}",
            f"{NODES} type Query {{ featured: [Any!]! }} union Any = Book | Pen",
            "{ featured { ... on Book { title } } }",
            "`... on Book` does not select `Pen`, which can be there now",
            id="a list of it, now of a union",
        ),
        pytest.param(
            f"{NODES} type Query {{ node: Node }} union Any = Book | Cup type Cup {{ a: Int }}",
            f"{NODES} type Query {{ node: Any }} union Any = Book | Cup type Cup {{ a: Int }}",
            "{ node { ... on Node { id } } }",
            "`... on Node` does not select `Cup`, which can be there now",
            id="a fragment on the former interface of a field",
        ),
        pytest.param(
            "type Query { cost: Money } type Money { amount: Int! }",
            "type Query { cost: Price } type Price { amount: String }",
            "{ cost { amount } }",
            "`Price.amount` gives String where `Money.amount` gave Int!",
            id="another type with a field of the same name",
        ),
        pytest.param(
            "interface I { x: Int } type A implements I { x: Int! } type B implements I { x: Int }"
            " type Query { f: A }",
            "interface I { x: Int } type A implements I { x: Int! } type B implements I { x: Int }"
            " type Query { f: I }",
            "{ f { x } }",
            "`B.x` gives Int where `A.x` gave Int!",
            id="a type that is possible now may give null",
        ),
        pytest.param(
            "type Query { pet: Pet } type Pet { name: String! }",
            "type Query { pet: Pet } interface Pet { name: String }"
            " type Dog implements Pet { name: String }",
            "{ pet { name } }",
            "`Dog.name` gives String where `Pet.name` gave String!",
            id="an object became an interface",
        ),
        pytest.param(
            "type Query { f: A } type A { list: [A] }",
            "type Query { f: A } type A { list: [[A]] }",
            "{ f { list { __typename } } }",
            "field `A.list` changed type from [A] to [[A]]",
            id="another depth of lists",
        ),
        pytest.param(
            f"{NODES} type Query {{ found: Any }} union Any = Book | Pen",
            f"{NODES.replace('Book implements Node', 'Book')}"
            " type Query { found: Any } union Any = Book | Pen",
            "query($all: Boolean!) { found { ... on Node { id }"
            " ... on Book @include(if: $all) { id } } }",
            "in `Any`, `... on Node` does not select `Book` any more",
            id="another selection that is not always there",
        ),
        pytest.param(
            "interface N { k: K } type K { a: Int, b: Int } type B implements N { k: K }"
            " type C implements N { k: K } union U = B | C type Query { u: U }",
            "interface N { k: K } type K { a: Int, b: Int } type B { k: K }"
            " type C implements N { k: K } union U = B | C type Query { u: U }",
            "{ u { ... on N { k { a } } ... on B { k { b } } } }",
            "in `U`, `... on N` does not select `B` any more",
            id="another selection of the same field gives less of it",
        ),
        pytest.param(
            "type Query { f: Int } type Subscription { ticks: Int! }",
            "type Query { f: Int } type Subscription { ticks: Int }",
            "subscription { ticks }",
            "field `Subscription.ticks` changed type from Int! to Int",
            id="a subscription",
        ),
    ],
)
def test_an_operation_breaks_of_which_less_can_come(
    before: str, after: str, operation: str, reason: str
) -> None:
    assert reasons(before, after, operation) == [reason]


@pytest.mark.parametrize(
    ("before", "after", "operation"),
    [
        pytest.param(
            f"{NODES} type Query {{ node: Node }}",
            f"{NODES.replace('Pen implements Node', 'Pen')} type Query {{ node: Node }}",
            "{ node { ...F } } fragment F on Node { id }",
            id="what cannot come any more is not missed",
        ),
        pytest.param(
            f"{NODES} type Query {{ found: Any }} union Any = Book | Pen",
            f"{NODES} type Query {{ found: Any }} union Any = Pen",
            "{ found { ... on Node { id } ... on Pen { ink } } }",
            id="nor what left a union",
        ),
        pytest.param(
            "interface Node { id: ID } interface Named { name: ID }"
            " type Book implements Node & Named { id: ID, name: ID }"
            " type Pen implements Node & Named { id: ID, name: ID } type Query { book: Book }",
            "interface Node { id: ID } interface Named { name: ID }"
            " type Book implements Node & Named { id: ID, name: ID }"
            " type Pen implements Node { id: ID, name: ID } type Query { book: Book }",
            "{ book { ...A } } fragment A on Node { id ...B } fragment B on Named { name }",
            id="the object is narrowed further out",
        ),
        pytest.param(
            "type Query { pet: Pet } type Pet { name: String! }",
            "type Query { pet: Pet } interface Pet { name: String! }"
            " type Dog implements Pet { name: String! }",
            "{ pet { ...F __typename } } fragment F on Pet { name }",
            id="an object became an interface with the same fields",
        ),
        pytest.param(
            f"{NODES} type Query {{ found: Any }} union Any = Book | Pen",
            f"{NODES.replace('Book implements Node', 'Book')}"
            " type Query { found: Any } union Any = Book | Pen",
            "{ found { __typename ... on Node { __typename id } ... on Book { id } } }",
            id="another selection gives the same",
        ),
        pytest.param(
            f"{NODES} type Query {{ found: Any }} union Any = Book | Pen",
            f"{NODES.replace('Book implements Node', 'Book')}"
            " type Query { found: Any } union Any = Book | Pen",
            "query($a: Boolean!) { found { ... on Node { id }"
            " ... on Book @include(if: $a) { id } ... on Book @skip(if: $a) { id } } }",
            id="two other selections give it together",
        ),
        pytest.param(
            f"{NODES} type Query {{ found: Any }} union Any = Book",
            f"{NODES} type Query {{ found: Any }} union Any = Book | Pen",
            "{ found { ... on Book { title } ... on Node { id } } }",
            id="a union was never promised to stay as it is",
        ),
        pytest.param(
            f"{NODES} type Query {{ book: Book, other: Node }}",
            f"{NODES.replace('title: String!', 'title: String')}"
            " type Query { book: Book, other: Node }",
            "{ other { ... on Pen { ... on Node { ... on Book { title } } } } }",
            id="fragments that nothing can match",
        ),
        pytest.param(
            "interface I { x: Int } type A implements I { x: Int! } type Query { i: I }",
            "interface I { x: Int } type A implements I { x: Int } type Query { i: I }",
            "{ i { x } }",
            id="an interface promised less than its object",
        ),
        pytest.param(
            f"{NODES} type Query {{ book: Book @deprecated }}",
            f"{NODES.replace('title: String!', 'title: String')} type Query {{ book: Book }}",
            "query($no: Boolean!) { book { id title @skip(if: true) __typename @skip(if: $no) } }",
            id="what is never asked for",
        ),
        pytest.param(
            f"{NODES} type Query {{ book: Book }}",
            f"{NODES.replace('title: String!', 'title: String')} type Query {{ book: Book }}",
            '{ __schema { types { name } } __type(name: "Book") { fields { name } } }',
            id="introspection",
        ),
    ],
)
def test_an_operation_does_not_break_of_which_all_that_comes_is_as_before(
    before: str, after: str, operation: str
) -> None:
    assert reasons(before, after, operation) == []


@pytest.mark.parametrize(
    ("before", "after", "operation", "reason"),
    [
        (
            "type Query { list(first: Int): Int }",
            "type Query { list(first: Int! = 10): Int }",
            "query($n: Int) { list(first: $n) }",
            "`$n` can be null, which Int! does not take",
        ),
        (
            "type Query { list(page: Page): Int } input Page { first: Int }",
            "type Query { list(page: Page): Int } input Page { first: Int! = 10 }",
            "query($n: Int) { list(page: { first: $n }) }",
            "`$n` can be null, which Int! does not take",
        ),
        (
            "type Query { list(first: Int): Int }",
            "type Query { list(first: Int!): Int }",
            "query($n: Int = 10) { list(first: $n) }",
            "`$n` can be null, which Int! does not take",
        ),
        (
            "type Query { list(ids: [Int]): Int }",
            "type Query { list(ids: [Int!]): Int }",
            "query($n: Int = 10) { list(ids: [$n]) }",
            "`$n` can be null, which Int! does not take",
        ),
        (
            "directive @live(every: Int) on FIELD type Query { f: Int }",
            "directive @live(every: Int! = 1) on FIELD type Query { f: Int }",
            "query($n: Int) { f @live(every: $n) }",
            "`$n` can be null, which Int! does not take",
        ),
        (
            "type Query { list(page: Page): Int } input Page { first: Int }",
            "type Query { list(page: Page): Int } input Page { first: Int! = 10 }",
            "query($page: Page) { list(page: $page) }",
            "`$page` may be refused: field `Page.first` changed type from Int to Int!",
        ),
        (
            "type Query { list(page: Page): Int } input Page { first: Int! = 10 }",
            "type Query { list(page: Page): Int } input Page { first: Int! }",
            "query($page: Page) { list(page: $page) }",
            "`$page` may be refused: `Page.first` defaultValue was removed",
        ),
        (
            "type Query { f(i: I): Int } input I { r: R } input R { a: Int, b: Int }",
            "type Query { f(i: I): Int } input I { r: S } input S { a: Int }",
            "query($i: I) { f(i: $i) }",
            "`$i` may be refused: field `I.r` changed type from R to S",
        ),
        (
            "type Query { f(i: I): Int } input I { ids: [[Int]] }",
            "type Query { f(i: I): Int } input I { ids: [Int] }",
            "query($i: I) { f(i: $i) }",
            "`$i` may be refused: field `I.ids` changed type from [[Int]] to [Int]",
        ),
    ],
)
def test_an_operation_breaks_whose_variables_may_be_refused(
    before: str, after: str, operation: str, reason: str
) -> None:
    assert reasons(before, after, operation) == [reason]


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("Int", "Float"),
        ("Int", "ID"),
        ("String", "ID"),
        ("Int", "[Int!]"),
        ("ID", "[ID!]"),
        ("[Int!]", "[[Int!]!]"),
        ("Mood", "Any"),
        ("Mood", "String"),
        ("Mood", "Weather"),
        ("Inner", "Any"),
        ("[Inner]", "Any"),
        ("Inner", "Wider"),
        ("One", "Wider"),
        ("Only", "One"),
        ("Int!", "Int"),
    ],
)
def test_an_input_that_takes_all_that_it_took_breaks_nothing(was: str, becomes: str) -> None:
    types = """
    scalar Any
    enum Mood { CALM }
    enum Weather { CALM WILD }
    input Inner { a: Int, mood: Mood }
    input Wider { a: Float, b: [Int!]! = [], mood: Weather, again: Wider }
    input One @oneOf { a: Int, mood: Mood }
    input Only { a: Int! }
    type Query { f(i: I): Int }
    """
    before, after = (f"{types} input I {{ item: {item} }}" for item in (was, becomes))
    operation = "query($i: I) { f(i: $i) }"

    assert reasons(before, after, operation) == []
    assert len(reasons(after, before, operation)) == 1


def test_null_that_was_refused_elsewhere_is_not_refused_only_now() -> None:
    before = "type Query { f(n: Int! = 1): Int, g(n: Int): Int }"
    after = "type Query { f(n: Int! = 1): Int, g(n: Int! = 1): Int }"

    assert reasons(before, after, "query($n: Int) { f(n: $n) g(n: $n) }") == []


def test_a_reason_is_told_once_with_all_types_and_where_it_shows() -> None:
    before = f"{NODES} type Cup implements Node {{ id: ID! }} type Query {{ a: Book, b: Book }}"
    after = before.replace("a: Book, b: Book", "a: Node, b: Node")
    operation = "{ a { ...F }\n b { ...F } }\nfragment F on Book { title id }"

    [found] = findings(before, after, operation)

    message = "`... on Book` does not select `Cup`, `Pen`, which can be there now"
    assert [(it.message, it.line, it.column) for it in found.reasons] == [
        (message, 1, 7),
        (message, 2, 6),
    ]


def test_fragments_that_spread_others_twice_are_compared_quickly() -> None:
    before = "type Query { a: Int!, q: Query }"
    depth = 60
    fragments = " ".join(
        f"fragment F{n} on Query {{ ...F{n + 1} ... on Query {{ ...F{n + 1} }} }}"
        for n in range(depth)
    )
    operation = f"{{ ...F0 }} {fragments} fragment F{depth} on Query {{ a }}"

    assert reasons(before, before.replace("a: Int!", "a: Int"), operation) == [
        "field `Query.a` changed type from Int! to Int"
    ]


def test_a_field_of_many_places_and_types_is_compared_quickly() -> None:
    """Every level has two types that select the next one, so that paths double each time."""
    types = "type A implements N { n: N, x: Int! } type B implements N { n: N, x: Int! }"
    before = f"interface N {{ n: N, x: Int! }} {types} type Query {{ n: N }}"
    after = before.replace("x: Int!", "x: Int")
    depth = 60
    operation = "{ " + "n { ... on A { x } ... on N { " * depth + "x" + " } }" * depth + " }"

    found = reasons(before, after, operation)

    assert "field `N.x` changed type from Int! to Int" in found

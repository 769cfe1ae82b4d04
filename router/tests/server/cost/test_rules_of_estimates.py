"""What holds of estimates whatever the operation is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from graphql import (
    DocumentNode,
    OperationDefinitionNode,
    OverlappingFieldsCanBeMergedRule,
    PossibleFragmentSpreadsRule,
    execute_sync,  # pyright: ignore[reportUnknownVariableType]
    parse,
    validate,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from server.cost.test_estimate import nobody_minds, weights

from graphwing.server.cost.actual import Response
from graphwing.server.cost.collected import Collected
from graphwing.server.cost.estimate import Estimate, estimate

LIST_SIZE = 3
# All else is as it should be, but for variables that are not used.
RULES = (OverlappingFieldsCanBeMergedRule, PossibleFragmentSpreadsRule)


@dataclass(frozen=True)
class Node:
    """A field, or a fragment on a type, with what is selected below it."""

    head: str
    of: str
    """The type that it returns, or that it is on."""
    below: tuple[Node, ...] = ()
    is_fragment: bool = False


# Fields by type: how they are written, and the type that they return; one alias has one meaning.
FIELDS: Mapping[str, Sequence[tuple[str, str]]] = {
    "Query": [
        ("book", "Book"),
        ("books", "Book"),
        ("two: books(first: 2)", "Book"),
        ("some: books(last: $n)", "Book"),
        ("filtered: books(first: 1, matching: {year: 1, and: $f})", "Book"),
        ("page(size: $m)", "Page"),
        ("media", "Media"),
        ("anything", "Anything"),
        ("shelves", "Book"),
        ("order(order: NEWEST)", ""),
        ("secret", ""),
    ],
    "Page": [("items", "Book"), ("titles", ""), ("total", ""), ("first", "Book")],
    "Media": [("id", ""), ("author", "Author"), ("related", "Media"), ("__typename", "")],
    "Anything": [("__typename", "")],
    "Book": [("isbn", ""), ("author", "Author"), ("related", "Media"), ("same: isbn", "")],
    "Film": [("length", ""), ("author", "Author"), ("related", "Media")],
    "Author": [("name", ""), ("books", "Book")],
}
CONDITIONS: Mapping[str, Sequence[str]] = {
    "Media": ["Book", "Film", "Media"],
    "Anything": ["Book", "Author", "Media"],
    "Book": ["Media", "Book"],
    "Film": ["Media"],
    "Author": ["Author", "Anything"],
    "Query": ["Query"],
    "Page": ["Page"],
}
VARIABLES: Mapping[str, Any] = {"n": 4, "m": 2, "f": [{"year": 2}, {"order": "OLDEST"}]}


def selected(choose: Random, of: str, deepest: int = 4) -> tuple[Node, ...]:
    """Return some selections of a type, never none."""
    return tuple(_selection(choose, of, deepest) for _ in range(choose.randint(1, 3)))


def _selection(choose: Random, of: str, deepest: int) -> Node:
    if deepest and not choose.randrange(3):
        condition = choose.choice(CONDITIONS[of])
        return Node("", condition, selected(choose, condition, deepest - 1), is_fragment=True)
    fields = [one for one in FIELDS[of] if deepest or not one[1]]
    if not fields:
        return Node("__typename", "")
    head, returned = choose.choice(fields)
    return Node(head, returned, selected(choose, returned, deepest - 1) if returned else ())


def changed(nodes: Sequence[Node], of: str, choose: Random) -> tuple[Node, ...]:
    """Return the selections with one more, somewhere."""
    places = [index for index, node in enumerate(nodes) if node.below]
    if not places or not choose.randrange(3):
        more = _selection(choose, of, 2)
        return (*nodes, more)
    index = choose.choice(places)
    node = nodes[index]
    below = replace(node, below=changed(node.below, node.of, choose))
    return (*nodes[:index], below, *nodes[index + 1 :])


class Written:
    """Writes selections with their fragments in place, or with definitions of their own."""

    def __init__(self, choose: Random | None = None) -> None:
        self._choose = choose
        self.fragments: list[str] = []

    def operation(self, nodes: Sequence[Node]) -> str:
        body = self._selections(nodes)
        head = "query ($n: Int, $m: Int!, $f: [Filter]) "
        return " ".join((head, body, *self.fragments))

    def _selections(self, nodes: Sequence[Node]) -> str:
        ordered = list(nodes)
        if self._choose is not None:
            self._choose.shuffle(ordered)
            # What is there twice is there once.
            ordered += ordered[: self._choose.randrange(2)]
        return f"{{ {' '.join(map(self._selection, ordered))} }}"

    def _selection(self, node: Node) -> str:
        below = self._selections(node.below) if node.below else ""
        if not node.is_fragment:
            return f"{node.head} {below}"
        if self._choose is None or self._choose.randrange(2):
            return f"... on {node.of} {below}"
        name = f"F{len(self.fragments)}"
        self.fragments.append(f"fragment {name} on {node.of} {below}")
        return f"...{name}"


def document_of(text: str) -> DocumentNode:
    """Return the document; one whose fields do not agree or never apply is none to test with."""
    document = parse(text)
    assume(not validate(weights().schema, document, RULES))
    return document


def estimate_of(document: DocumentNode) -> Estimate:
    definition = document.definitions[0]
    assert isinstance(definition, OperationDefinitionNode)
    collected = Collected(weights().schema, document)
    return estimate(weights(), collected, definition, list_size=LIST_SIZE, complain=nobody_minds)


def cost_of(text: str) -> int:
    return estimate_of(document_of(text)).cost(VARIABLES)


randoms = st.randoms(use_true_random=False)


@settings(deadline=None, max_examples=60)
@given(randoms)
def test_a_selection_more_never_makes_an_operation_cheaper(choose: Random) -> None:
    nodes = selected(choose, "Query")

    before = cost_of(Written().operation(nodes))
    after = cost_of(Written().operation(changed(nodes, "Query", choose)))

    assert before <= after


@settings(deadline=None, max_examples=60)
@given(randoms)
def test_operations_that_mean_the_same_cost_the_same(choose: Random) -> None:
    nodes = selected(choose, "Query")

    plain = cost_of(Written().operation(nodes))
    otherwise = cost_of(Written(choose).operation(nodes))

    assert plain == otherwise


@settings(deadline=None, max_examples=60)
@given(randoms)
def test_what_variables_say_costs_what_it_costs_written_out(choose: Random) -> None:
    text = Written().operation(selected(choose, "Query"))
    written_out = (
        text.replace("($n: Int, $m: Int!, $f: [Filter])", "")
        .replace("$n", "4")
        .replace("$m", "2")
        .replace("$f", "[{year: 2}, {order: OLDEST}]")
    )

    assert cost_of(text) == cost_of(written_out)


@settings(deadline=None, max_examples=60)
@given(randoms)
def test_no_response_costs_more_than_was_estimated(choose: Random) -> None:
    document = document_of(Written().operation(selected(choose, "Query")))
    found = estimate_of(document)
    variables = {**VARIABLES, "n": choose.randint(0, 5)}

    result = execute_sync(
        weights().schema,
        document,
        variable_values=variables,
        field_resolver=Resolver(choose),
        type_resolver=own_name,
    )

    assert not result.errors
    root = weights().schema.query_type
    assert root is not None
    definition = document.definitions[0]
    assert isinstance(definition, OperationDefinitionNode)
    response = Response(weights(), Collected(weights().schema, document))
    cost = response.cost(root, (definition.selection_set,), result.data or {})
    assert cost <= found.cost(variables)


def own_name(value: str, *_: object) -> str:
    return value


POSSIBLE: Mapping[str, Sequence[str]] = {
    "Media": ["Book", "Film"],
    "Anything": ["Book", "Film", "Author"],
}
MOST: Mapping[str, int] = {
    "Page.items": VARIABLES["m"],
    "Page.titles": VARIABLES["m"],
    "Book.related": 2,
    "Film.related": 5,
    "Author.books": 4,
}


class Resolver:
    """Answers whatever is asked, with no list longer than it may be."""

    def __init__(self, choose: Random) -> None:
        self._choose = choose

    def __call__(self, _: object, info: Any, **arguments: object) -> object:  # noqa: ANN401
        returned = str(info.return_type)
        if not self._choose.randrange(8):
            return None
        if "[" not in returned:
            return self._one(returned)
        given = [one for one in map(arguments.get, ("first", "last")) if isinstance(one, int)]
        most = max(given, default=MOST.get(f"{info.parent_type}.{info.field_name}", LIST_SIZE))
        items = [self._one(returned.strip("[]")) for _ in range(self._choose.randint(0, most))]
        return [items] * self._choose.randint(0, LIST_SIZE) if "[[" in returned else items

    def _one(self, name: str) -> object:
        """Return a leaf, or the name of its type for an object."""
        return 1 if name == "Int" else self._choose.choice(POSSIBLE.get(name, [name]))

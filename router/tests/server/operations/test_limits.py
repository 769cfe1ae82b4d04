"""Operations that are too large are refused, or counted, with their fragments expanded."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

import msgspec
import pytest
from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    get_introspection_query,
    parse,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from plans.graphs import Library

from graphwing import (
    OperationError,
    OperationLimits,
    OperationRules,
    Router,
    Subgraph,
    load_settings,
)
from graphwing.errors import (
    IntrospectionRefusedError,
    OperationLimitError,
    VariableLimitError,
)
from graphwing.server.configured import router_from_settings
from graphwing.server.operations.limits import DocumentLimits
from graphwing.server.operations.measures import MOST_COUNTED, Measures, measures_of

DOCUMENT = """
query Q($ids: [[ID!]] = [["1"]]) @a {
  one: book(id: 1) @b { ...Book ... on Book @c { ...Book } }
  two: books { title }
}
fragment Book on Book { name: title reviews(filter: {and: [{or: [1]}]}) }
"""


def test_fragments_count_wherever_they_are_spread() -> None:
    measures = measures_of(parse(DOCUMENT))

    assert measures == Measures(
        depth=2,
        height=7,
        aliases=4,
        root_fields=2,
        directives=3,
        fragments=3,
        values=14,
        # The operation, the field, the inline fragment, the spread, and four in the argument.
        recursion=8,
    )


def limits(**limits: int) -> OperationLimits:
    """Return these limits, and no others."""
    names = [name for name in OperationLimits.__struct_fields__ if name != "mode"]
    return msgspec.convert({name: limits.get(name) for name in names}, OperationLimits)


@pytest.mark.parametrize(
    ("measure", "code"),
    [
        ("depth", "MAX_DEPTH_LIMIT"),
        ("height", "MAX_HEIGHT_LIMIT"),
        ("aliases", "MAX_ALIASES_LIMIT"),
        ("root_fields", "MAX_ROOT_FIELDS_LIMIT"),
        ("directives", "MAX_DIRECTIVES_LIMIT"),
        ("fragments", "MAX_FRAGMENTS_LIMIT"),
        ("values", "MAX_VALUES_LIMIT"),
        ("recursion", "MAX_RECURSION_LIMIT"),
    ],
)
def test_each_limit_allows_its_number_and_refuses_one_more(measure: str, code: str) -> None:
    document = parse(DOCUMENT)
    found: int = getattr(measures_of(document), measure)

    DocumentLimits(limits(**{measure: found}), introspection=True).require(document)
    with pytest.raises(OperationLimitError, match=rf"\b{found - 1}\b") as refused:
        DocumentLimits(limits(**{measure: found - 1}), introspection=True).require(document)

    assert refused.value.code == code


def test_fragments_that_multiply_are_counted_once_each() -> None:
    doubled = " ".join(
        f"fragment F{n} on Query {{ a: x {{ ...F{n + 1} }} b: x {{ ...F{n + 1} }} }}"
        for n in range(100)
    )

    measures = measures_of(parse(f"{{ ...F0 }} {doubled} fragment F100 on Query {{ x }}"))

    assert (measures.height, measures.depth) == (MOST_COUNTED, 101)


@pytest.mark.parametrize(
    "text",
    [
        "{ ...A } fragment A on Query { ...A a }",
        "{ ...A ...C } fragment A on Query { ...B a } fragment B on Query { ...A b }",
        "{ ...Nowhere }",
    ],
)
def test_fragments_that_validation_refuses_do_no_harm(text: str) -> None:
    assert measures_of(parse(text)).height <= 3


def test_what_nobody_spreads_counts_too_for_it_is_validated() -> None:
    measures = measures_of(parse("{ a } fragment F on Query { b { c { d } } }"))

    assert (measures.depth, measures.height, measures.root_fields) == (3, 3, 1)


def test_the_query_of_tools_for_the_schema_stays_within_the_limits() -> None:
    query = get_introspection_query(specified_by_url=True, input_value_deprecation=True)

    document = parse(query)

    DocumentLimits(OperationLimits(), introspection=True).require(document)
    measures = measures_of(document)
    assert (measures.depth, measures.recursion) <= (15, 20)


async def test_an_operation_beyond_a_limit_is_refused_with_a_code_and_counted_once() -> None:
    rules = OperationRules(limits=limits(depth=1))
    async with Router(Library().subgraphs(), rules=rules) as router:
        for _ in range(2):
            response = await router.execute("{ books { title } }")

            assert response == {
                "errors": [
                    {
                        "message": "the operation nests fields deeper than 1; ask for less at a"
                        " time",
                        "extensions": {"code": "MAX_DEPTH_LIMIT"},
                    }
                ]
            }
        assert router.counts.exceeded == {"MAX_DEPTH_LIMIT": 1}


async def test_what_is_only_measured_is_answered_logged_and_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rules = OperationRules(limits=OperationLimits(mode="measure", depth=1, height=1))
    async with Router(Library().subgraphs(), rules=rules) as router:
        with caplog.at_level(logging.WARNING, "graphwing"):
            text = "query Titles { books { title } }"
            responses = [await router.execute(text) for _ in range(2)]

        assert responses == [{"data": {"books": [{"title": "달"}]}}] * 2
        assert router.counts.exceeded == {"MAX_DEPTH_LIMIT": 1, "MAX_HEIGHT_LIMIT": 1}
    assert [record.getMessage() for record in caplog.records] == [
        f"operation Titles: the operation {cause}; ask for less at a time (2) [{code}]"
        for cause, code in (
            ("has more than 1 fields", "MAX_HEIGHT_LIMIT"),
            ("nests fields deeper than 1", "MAX_DEPTH_LIMIT"),
        )
    ]


async def test_without_limits_anything_goes() -> None:
    many = " ".join(f"t{n}: title" for n in range(1_500))
    text = f"{{ books {{ {many} }} }}"
    async with Router(Library().subgraphs()) as limited:
        refused = await limited.execute(text)
    async with Router(Library().subgraphs(), rules=OperationRules(limits=limits())) as router:
        plan = router.plan(text)

    assert refused["errors"][0]["extensions"] == {"code": "MAX_ALIASES_LIMIT"}
    assert plan.kind == "query"


VALUES: list[tuple[Mapping[str, object], bool]] = [
    ({"f": {}}, False),
    ({"f": {"title": "x", "year": None}}, False),
    ({"f": {"title": "x", "year": 1}, "g": 1}, True),
    ({"f": {"and": [[]]}}, False),
    ({"f": {"and": [[], []]}}, True),
    ({"f": [1] * 1_000_000}, True),
]


@pytest.mark.parametrize(("variables", "is_too_much"), VALUES)
def test_variables_are_counted_with_what_is_in_them(
    variables: Mapping[str, object], *, is_too_much: bool
) -> None:
    checked = DocumentLimits(limits(variables=3), introspection=True)

    if is_too_much:
        with pytest.raises(VariableLimitError, match="more than 3 values"):
            checked.require_variables(variables)
    else:
        checked.require_variables(variables)

    assert checked.exceeded == ({"MAX_VARIABLES_LIMIT": 1} if is_too_much else {})


async def test_variables_beyond_the_limit_are_refused_before_they_are_coerced() -> None:
    subgraph = Subgraph(sdl=INPUTS, answer=Library().books)
    text = "query ($f: Filter) { books(filter: $f) { title } }"
    wrong = {"f": {"title": ["x"] * 4}}
    async with Router({"books": subgraph}, rules=OperationRules(limits=limits(variables=5))) as one:
        refused = await one.execute(text, variables=wrong)
        coerced = await one.execute(text, variables={"f": {"title": ["x"] * 3}})

    assert [response["errors"][0]["extensions"]["code"] for response in (refused, coerced)] == [
        "MAX_VARIABLES_LIMIT",
        "BAD_USER_INPUT",
    ]


async def test_of_many_faults_the_first_are_told_and_none_at_length() -> None:
    fields = " ".join(f"x{n}: 1" for n in range(500))
    subgraph = Subgraph(sdl=INPUTS, answer=Library().books)
    async with Router({"books": subgraph}) as router:
        response = await router.execute(f"{{ books(filter: {{ {fields} }}) {{ title }} }}")

    messages = [error["message"] for error in response["errors"]]
    assert len(messages) == 21
    assert messages[0].startswith("Expected value of type 'Filter' not to include")
    assert max(map(len, messages)) == 1_001
    assert messages[-1] == "there are more than 20 faults; these are the first"


@pytest.mark.parametrize(
    "text",
    [
        "{ __schema { types { name } } }",
        '{ __type(name: "Book") { name } }',
        "{ books { title } ...Hidden } fragment Hidden on Query { s: __schema { __typename } }",
        "{ ... @include(if: false) { __schema { types { name } } } }",
        "query A { books { title } } query B { __schema { types { name } } }",
    ],
)
async def test_without_introspection_nobody_sees_the_schema(text: str) -> None:
    rules = OperationRules(introspection=False)
    async with Router(Library().subgraphs(), rules=rules) as router:
        response = await router.execute(text, operation_name="A" if " A " in text else None)

    assert list(response) == ["errors"]
    assert response["errors"][0]["extensions"] == {"code": "INTROSPECTION_DISABLED"}


async def test_without_introspection_a_type_may_still_tell_its_name() -> None:
    rules = OperationRules(introspection=False)
    async with Router(Library().subgraphs(), rules=rules) as router:
        response = await router.execute("{ __typename books { __typename } }")

    assert response == {"data": {"__typename": "Query", "books": [{"__typename": "Book"}]}}


INPUTS = """
enum Order { NEWEST OLDEST }
input Filter { title: String }
type Query { books(order: Order, filter: Filter): [Book] }
type Book { title: String }
"""
MISTAKES: list[tuple[str, Mapping[str, object] | None]] = [
    ("{ boks { title } }", None),
    ("{ books { titel } }", None),
    ("{ books }", None),
    ("{ books(ordr: NEWEST) { title } }", None),
    ("{ books(order: NEWST) { title } }", None),
    ("{ books(filter: {titel: 1}) { title } }", None),
    ("{ books @inclde(if: true) { title } }", None),
    ("{ books @include(iff: true) { title } }", None),
    ("{ books { ... on Bok { title } } }", None),
    ("query ($o: Ordr) { books(order: $o) { title } }", None),
    ("query ($o: Order = NEWST) { books(order: $o) { title } }", None),
    ("query ($o: Order) { books(order: $o) { title } }", {"o": "NEWST"}),
    ("query ($f: Filter) { books(filter: $f) { title } }", {"f": {"titel": "x"}}),
]


@pytest.mark.parametrize(("text", "variables"), MISTAKES)
async def test_suggestions_go_with_introspection(
    text: str, variables: Mapping[str, object] | None
) -> None:
    messages: list[str] = []
    for rules in (
        OperationRules(),
        OperationRules(introspection=False),
        OperationRules(suggestions=False),
        OperationRules(introspection=False, suggestions=True),
    ):
        subgraph = Subgraph(sdl=INPUTS, answer=Library().books)
        async with Router({"books": subgraph}, rules=rules) as router:
            response = await router.execute(text, variables=variables)
        messages.append(" ".join(error["message"] for error in response["errors"]))

    shown, without, hidden, kept = messages
    has_any = "Unknown directive" not in shown
    assert ("Did you mean" in shown) is has_any
    assert kept == shown
    assert without == hidden
    assert "Did you mean" not in hidden
    for name in ("NEWEST", "`title`", "'title'", "books?"):
        assert name not in hidden


def test_in_production_the_schema_is_not_shown_and_the_limits_are_tight(tmp_path: Path) -> None:
    (tmp_path / "supergraph.graphql").write_text(Library().supergraph_sdl())
    path = tmp_path / "graphwing.yaml"
    path.write_text("supergraph: supergraph.graphql\nprofile: production\n")

    loaded = load_settings(path)
    router = router_from_settings(loaded)

    assert loaded.limits.operation == OperationLimits(
        depth=25,
        height=2_000,
        aliases=50,
        root_fields=20,
        directives=50,
        fragments=500,
        values=1_000,
        recursion=100,
        variables=10_000,
    )
    with pytest.raises(IntrospectionRefusedError):
        router.plan("{ __schema { __typename } }")
    with pytest.raises(OperationError) as refused:
        router.plan("{ boks { title } }")
    assert "Did you mean" not in str(refused.value)
    # Whoever shows the schema has tools that ask for it, within the same limits.
    query = parse(get_introspection_query())
    DocumentLimits(loaded.limits.operation, introspection=True).require(query)


def test_limits_come_from_the_settings(tmp_path: Path) -> None:
    sdl = tmp_path / "supergraph.graphql"
    sdl.write_text(Library().supergraph_sdl())
    path = tmp_path / "graphwing.yaml"
    path.write_text(
        "supergraph: supergraph.graphql\nintrospection: false\nsuggestions: true\n"
        "limits: { operation: { mode: measure, depth: 7, aliases: null } }\n"
    )

    loaded = load_settings(path)
    router = router_from_settings(loaded)

    assert loaded.limits.operation == OperationLimits(mode="measure", depth=7, aliases=None)
    with pytest.raises(IntrospectionRefusedError):
        router.plan("{ __schema { __typename } }")
    with pytest.raises(OperationError, match="Did you mean 'books'"):
        router.plan("{ boks { title } }")


# Small documents, measured by writing all fragments out.

NAMES = ("A", "B", "C")


LEAVES = ("f", "g: f", "f @d", "f(a: [1, {b: [2]}])", "f(a: 1) @d(e: [[1]])")
NESTS = ("f", "h: f @d", "...", "... on T @d", "f(a: {b: {c: 1}})")


def selections(choose: Random, spreadable: Sequence[str], deepest: int = 3) -> str:
    """Return some selections, which may spread these fragments."""
    written: list[str] = []
    for _ in range(choose.randint(1, 3)):
        match choose.randrange(3 if spreadable else 2):
            case 0 if deepest:
                nested = selections(choose, spreadable, deepest - 1)
                written.append(f"{choose.choice(NESTS)} {{ {nested} }}")
            case 2:
                spread = choose.choice(spreadable)
                written.append(f"...{spread}{choose.choice(('', ' @d(e: {f: 1})'))}")
            case _:
                written.append(choose.choice(LEAVES))
    return " ".join(written)


def document_of(choose: Random) -> str:
    """Return a document without cycles: a fragment spreads those after it only."""
    parts = [f"query ($v: [[T!]] = [[{{a: 1}}]]) @d {{ {selections(choose, NAMES)} }}"]
    for index, name in enumerate(NAMES):
        parts.append(f"fragment {name} on T @d {{ {selections(choose, NAMES[index + 1 :])} }}")
    parts.append(f"query Again {{ {selections(choose, NAMES)} }}")
    return " ".join(parts)


@settings(deadline=None)
@given(st.randoms(use_true_random=False))
def test_measures_are_those_of_the_document_written_out(choose: Random) -> None:
    text = document_of(choose)

    assert measures_of(parse(text)) == naive_measures(text)


def naive_measures(text: str) -> Measures:
    document = parse(text)
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    largest, operations = Measures(), Measures()
    for node in document.definitions:
        assert isinstance(node, OperationDefinitionNode | FragmentDefinitionNode)
        found = naive_measures_of(node, fragments)
        is_operation = isinstance(node, OperationDefinitionNode)
        for name in ("height", "aliases", "directives", "fragments", "values"):
            together: int = getattr(found, name)
            if is_operation:
                together += getattr(operations, name)
                setattr(operations, name, together)
            setattr(largest, name, max(getattr(largest, name), together))
        for name in ("depth", "recursion", *(["root_fields"] if is_operation else [])):
            setattr(largest, name, max(getattr(largest, name), getattr(found, name)))
    return largest


def naive_measures_of(
    node: OperationDefinitionNode | FragmentDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
) -> Measures:
    found = Measures(directives=len(node.directives or ()))
    for variable in node.variable_definitions or ():
        assert variable.default_value is not None
        found.recursion = nested_values(variable.default_value)
        found.values += number_of_values(variable.default_value)
    for depth, nesting, selection in written_out(node.selection_set, fragments, 0, 1):
        found.recursion = max(found.recursion, nesting)
        nodes = [] if selection is None else [selection, *(selection.directives or ())]
        found.directives += len(nodes[1:])
        arguments = [
            argument.value
            for each in nodes
            if isinstance(each, FieldNode | DirectiveNode)
            for argument in each.arguments or ()
        ]
        found.values += sum(map(number_of_values, arguments))
        found.recursion = max([found.recursion, *(nesting + nested_values(it) for it in arguments)])
        if isinstance(selection, FieldNode):
            found.height += 1
            found.depth = max(found.depth, depth + 1)
            found.aliases += selection.alias is not None
            found.root_fields += not depth
        elif selection is not None:
            found.fragments += 1
        if isinstance(selection, FragmentSpreadNode):
            found.directives += len(fragments[selection.name.value].directives or ())
    return found


Written = tuple[int, int, FieldNode | InlineFragmentNode | FragmentSpreadNode | None]


def written_out(
    selection_set: SelectionSetNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    depth: int,
    nesting: int,
) -> Iterator[Written]:
    yield depth, nesting, None
    for selection in selection_set.selections:
        assert isinstance(selection, FieldNode | InlineFragmentNode | FragmentSpreadNode)
        yield depth, nesting, selection
        below = (
            fragments[selection.name.value].selection_set
            if isinstance(selection, FragmentSpreadNode)
            else selection.selection_set
        )
        if below is not None:
            deeper = depth + isinstance(selection, FieldNode)
            yield from written_out(below, fragments, deeper, nesting + 1)


def nested_values(node: ValueNode) -> int:
    match node:
        case ListValueNode():
            return 1 + max(map(nested_values, node.values), default=0)
        case ObjectValueNode():
            return 1 + max((nested_values(each.value) for each in node.fields), default=0)
        case _:
            return 0


def number_of_values(node: ValueNode) -> int:
    match node:
        case ListValueNode():
            return 1 + sum(map(number_of_values, node.values))
        case ObjectValueNode():
            return 1 + sum(number_of_values(each.value) for each in node.fields)
        case _:
            return 1


def test_no_number_is_too_long_to_be_told() -> None:
    with pytest.raises(OperationLimitError, match=re.escape("10000 fields")):
        DocumentLimits(limits(height=10_000), introspection=True).require(
            parse(
                "{ ...F0 }"
                + "".join(
                    f" fragment F{n} on Q {{ a {{ ...F{n + 1} }} b {{ ...F{n + 1} }} }}"
                    for n in range(900)
                )
            )
        )

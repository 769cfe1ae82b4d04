"""Attacks by operations: each is refused soon, reaches no subgraph, and others go on meanwhile.

The router runs in a process of its own with the defaults of production.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Generator, Mapping
from typing import Any

import httpx
import pytest
from attacks.attacked import served_in_production
from graphql import get_introspection_query

ATTACKERS = 3
BOOK = {"query": "{ book { title } }"}
BOOK_ANSWER = {"data": {"book": {"title": "Dune"}}}
HEADERS = {"content-type": "application/json", "accept": "application/graphql-response+json"}

Body = Mapping[str, object] | str
Expected = tuple[int, str]


def nested(times: int) -> str:
    return f"{{ book{'{ next' * times} {{ id }} {'}' * times} }}"


def multiplying(*, levels: int) -> str:
    """Return a document whose fragments spread the next one twice each."""
    fragments = (
        f"fragment F{n} on Book {{ a: next {{ ...F{n + 1} }} b: next {{ ...F{n + 1} }} }}"
        for n in range(levels)
    )
    last = f"fragment F{levels} on Book {{ id }}"
    return f"{{ book {{ ...F0 }} }} {' '.join(fragments)} {last}"


def wide(*, fragments: int, fields: int) -> str:
    """Return a document with wide fragments, each of which is spread at several places."""
    names = [f"W{n}" for n in range(fragments)]
    spread = " ".join(f"...{name}" for name in names)
    definitions = " ".join(f"fragment {name} on Book {{{' id' * fields} }}" for name in names)
    return f"{{ book {{ {spread} }} {f'book {{ others {{ {spread} }} }}'} }} {definitions}"


def query(text: str, **variables: object) -> Body:
    return {"query": text, "variables": variables}


IDS = "query ($ids: [ID!]) { books(ids: $ids) { id } }"
FILTERS = "query ($filters: [Filter]) { books(matching: $filters) { id } }"
NUMBERS = "query ($numbers: [[Int]]) { books(numbers: $numbers) { id } }"
SLICED = "query ($n: Int) { sliced(first: $n) { id } }"
BOOKS = "query ($n: Int) { books(first: $n) { others { others { id } } } }"

ATTACKS: Mapping[str, tuple[Body, Expected]] = {
    "guesses by alias": (
        query(f"mutation {{ {' '.join(f'a{n}: unlock(code: {n})' for n in range(500))} }}"),
        (400, "MAX_ALIASES_LIMIT"),
    ),
    "guesses by alias, 1,000": (
        query(f"mutation {{ {' '.join(f'a{n}: unlock(code: {n})' for n in range(1_000))} }}"),
        (400, "MAX_TOKENS_LIMIT"),
    ),
    "10,000 deep": (query(nested(10_000)), (400, "GRAPHQL_PARSE_FAILED")),
    "60 deep": (query(nested(60)), (400, "MAX_DEPTH_LIMIT")),
    "10,000 deep in an argument": (
        query(f"{{ books(numbers: {'[' * 10_000}{']' * 10_000}) {{ id }} }}"),
        (400, "GRAPHQL_PARSE_FAILED"),
    ),
    "60 deep in inline fragments": (
        query(f"{{ book {{ {'... {' * 120} id {'}' * 120} }} }}"),
        (400, "MAX_RECURSION_LIMIT"),
    ),
    "100,000 deep in a variable": (
        f'{{"query": "{NUMBERS}", "variables": {{"numbers": {"[" * 100_000}{"]" * 100_000}}}}}',
        (400, "BAD_REQUEST"),
    ),
    "5 MB": (query(f"{{ book {{ id }} }} #{'x' * 5_000_000}"), (413, "PAYLOAD_TOO_LARGE")),
    "1 MB": (query(f"{{ book {{ id }} }} #{'x' * 1_000_000}"), (413, "DOCUMENT_TOO_LARGE")),
    "100,000 tokens": (query(f"{{ book {{{' id' * 100_000} }} }}"), (413, "DOCUMENT_TOO_LARGE")),
    "20,000 tokens": (query(f"{{ book {{{' id' * 20_000} }} }}"), (400, "MAX_TOKENS_LIMIT")),
    "one field 4,000 times": (
        query(f"{{ book {{{' id' * 4_000} }} }}"),
        (400, "MAX_HEIGHT_LIMIT"),
    ),
    "1,000 root fields": (query(f"{{{' book { id }' * 1_000} }}"), (400, "MAX_ROOT_FIELDS_LIMIT")),
    "cyclic fragments": (
        query("{ ...A } fragment A on Query { ...B } fragment B on Query { book { id } ...A }"),
        (400, "GRAPHQL_VALIDATION_FAILED"),
    ),
    "fragments that multiply": (query(multiplying(levels=20)), (400, "MAX_HEIGHT_LIMIT")),
    "wide fragments": (query(wide(fragments=4, fields=500)), (400, "MAX_HEIGHT_LIMIT")),
    "fragments that select nothing else": (
        query(f"{{ {'... on Query { ' * 9}{'... on Query { __typename } ' * 600}{'}' * 9} }}"),
        (400, "MAX_FRAGMENTS_LIMIT"),
    ),
    "500 directives": (
        query(f"{{ book {{ id{' @include(if: true)' * 500} }} }}"),
        (400, "MAX_DIRECTIVES_LIMIT"),
    ),
    "2,000 unknown directives": (
        query(f"{{ book {{ id{' @x' * 2_000} }} }}"),
        (400, "MAX_DIRECTIVES_LIMIT"),
    ),
    "an object of 1,500 unknown fields": (
        query(f"{{ books(matching: {{{' '.join(f'x{n}: 1' for n in range(1_500))}}}) {{ id }} }}"),
        (400, "MAX_VALUES_LIMIT"),
    ),
    "introspection": (query(get_introspection_query()), (400, "INTROSPECTION_DISABLED")),
    "introspection of a type in a fragment": (
        query('{ ...T } fragment T on Query { t: __type(name: "Book") { name } }'),
        (400, "INTROSPECTION_DISABLED"),
    ),
    "the schema of a subgraph": (query("{ _service { sdl } }"), (400, "GRAPHQL_VALIDATION_FAILED")),
    "the entities of a subgraph": (
        query("{ _entities(representations: []) { __typename } }"),
        (400, "GRAPHQL_VALIDATION_FAILED"),
    ),
    "a list of 100,000 in a variable": (
        query(IDS, ids=["1"] * 100_000),
        (400, "MAX_VARIABLES_LIMIT"),
    ),
    "20,000 objects in a variable": (
        query(FILTERS, filters=[{"title": "x"}] * 20_000),
        (400, "MAX_VARIABLES_LIMIT"),
    ),
    "9,000 wrong values in a variable": (query(IDS, ids=[None] * 9_000), (400, "BAD_USER_INPUT")),
    "a list of two milliards": (
        query("{ books(first: 2147483647) { id } }"),
        (400, "COST_ESTIMATED_TOO_EXPENSIVE"),
    ),
    "a size of two milliards": (query(BOOKS, n=2**31 - 1), (400, "COST_ESTIMATED_TOO_EXPENSIVE")),
    "a negative size": (query(BOOKS, n=-1), (400, "COST_ESTIMATED_TOO_EXPENSIVE")),
    "a size that is null": (query(SLICED, n=None), (400, "COST_SLICING_ARGUMENTS_INVALID")),
    "a size that is not there": (query(SLICED), (400, "COST_SLICING_ARGUMENTS_INVALID")),
    "a size that is text": (query(SLICED, n="1"), (400, "BAD_USER_INPUT")),
    "a size with a fraction": (query(SLICED, n=1.5), (400, "BAD_USER_INPUT")),
    "a size beyond all": (query(SLICED, n=10**12), (400, "BAD_USER_INPUT")),
}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    with served_in_production(tmp_path_factory.mktemp("router")) as address:
        yield address


@pytest.fixture
async def client(address: str) -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=address, headers=HEADERS, timeout=60) as client:
        yield client


async def asked(client: httpx.AsyncClient) -> int:
    """Return how often the subgraph was asked, this time included."""
    response = await client.post("/graphql", json={"query": "{ asked }"})
    return response.json()["data"]["asked"]


async def send(client: httpx.AsyncClient, body: Body) -> httpx.Response:
    return await client.post(
        "/graphql", content=body if isinstance(body, str) else json.dumps(body)
    )


@pytest.mark.parametrize(("body", "expected"), ATTACKS.values(), ids=ATTACKS)
async def test_an_attack_is_refused_and_others_go_on(
    client: httpx.AsyncClient, body: Body, expected: Expected
) -> None:
    before = await asked(client)
    others: list[Any] = []

    async with asyncio.timeout(60):
        attacks = [asyncio.create_task(send(client, body)) for _ in range(ATTACKERS)]
        while len(others) < ATTACKERS or not all(attack.done() for attack in attacks):
            others.append((await client.post("/graphql", json=BOOK)).json())
    responses = [attack.result() for attack in attacks]

    assert others == [BOOK_ANSWER] * len(others)
    codes = [each.json()["errors"][0]["extensions"]["code"] for each in responses]
    assert [*zip((each.status_code for each in responses), codes, strict=True)] == (
        [expected] * ATTACKERS
    )
    # No answer is much larger than what was sent.
    assert all(len(each.content) < 2_000 + len(each.request.content) for each in responses)
    assert await asked(client) == before + len(others) + 1


MISTAKES = {
    "a field": ("{ boook { id } }", None),
    "a field without a selection": ("{ book }", None),
    "a field below": ("{ book { idd } }", None),
    "an argument": ("{ books(firstt: 1) { id } }", None),
    "a type": ("{ book { ... on Boook { id } } }", None),
    "a directive": ("{ book { id @skipp(if: true) } }", None),
    "a value of an enum": ("{ books(order: SECRTLY) { id } }", None),
    "an input field": ("{ books(matching: [{titel: 1}]) { id } }", None),
    "a value of an enum in a variable": (
        "query ($o: Order) { books(order: $o) { id } }",
        {"o": "SECRTLY"},
    ),
    "an input field in a variable": (FILTERS, {"filters": [{"titel": 1}]}),
}


@pytest.mark.parametrize(("text", "variables"), MISTAKES.values(), ids=MISTAKES)
async def test_no_name_is_suggested(
    client: httpx.AsyncClient, text: str, variables: Mapping[str, object] | None
) -> None:
    response = await client.post("/graphql", json={"query": text, "variables": variables})

    assert response.status_code == 400
    assert "Did you mean" not in response.text
    assert "SECRETLY" not in response.text


async def test_get_shows_the_schema_no_more_than_post(client: httpx.AsyncClient) -> None:
    parameters = {"query": "{ __schema { types { name } } }"}

    response = await client.get(
        "/graphql", params=parameters, headers={"apollo-require-preflight": "true"}
    )

    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "INTROSPECTION_DISABLED"

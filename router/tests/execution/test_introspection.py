"""Introspection is answered from the API schema and merged with data."""

from __future__ import annotations

from graphql import (
    build_schema,
    get_introspection_query,
    graphql_sync,  # pyright: ignore[reportUnknownVariableType]
)
from plans.running import Graph
from plans.writing import root

API = '''
"""A limited string."""
scalar Slug @specifiedBy(url: "https://example.com/slug")
directive @again(times: Int = 2 @deprecated(reason: "once is enough")) repeatable on FIELD
input Either @oneOf { a: Int, b: Int }
type Query { artist(slug: Slug = "moon", either: Either, old: Int @deprecated): String }
type Mutation { go: Query }
'''

INTROSPECTION = get_introspection_query(
    specified_by_url=True,
    directive_is_repeatable=True,
    schema_description=True,
    input_value_deprecation=True,
    one_of=True,
)


async def test_introspection_in_full_is_that_of_the_api_schema() -> None:
    graph = Graph(API)

    response = await graph.run(INTROSPECTION)

    monolith = graphql_sync(build_schema(API), INTROSPECTION)
    assert response == {"data": monolith.data}


async def test_introspection_and_data_stand_side_by_side_in_the_operations_order() -> None:
    graph = Graph(API)
    graph.answers("a", {"artist": "Moon"})

    response = await graph.run(
        """
        query ($type: String!) {
          __type(name: $type) { name ...Kind }
          artist
          schema: __schema { queryType { name } }
          nothing: __type(name: "Nothing") { name }
        }
        fragment Kind on __Type { kind }
        """,
        root(0, "a", "artist"),
        variables={"type": "Slug"},
    )

    assert response == {
        "data": {
            "__type": {"name": "Slug", "kind": "SCALAR"},
            "artist": "Moon",
            "schema": {"queryType": {"name": "Query"}},
            "nothing": None,
        }
    }
    assert list(response["data"]) == ["__type", "artist", "schema", "nothing"]


async def test_introspection_works_where_a_field_leads_back_to_the_query() -> None:
    graph = Graph(API)
    graph.answers("a", {"go": {"__typename": "Query"}})

    response = await graph.run(
        'mutation { go { __type(name: "Slug") { name } __typename } }',
        root(0, "a", "go { __typename }", kind="mutation"),
    )

    assert response == {"data": {"go": {"__type": {"name": "Slug"}, "__typename": "Query"}}}

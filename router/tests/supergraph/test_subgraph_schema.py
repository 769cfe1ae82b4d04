from __future__ import annotations

from pathlib import Path

import pytest
from graphql import print_schema

from graphwing.supergraph import parse_supergraph
from graphwing.supergraph.subgraph_schema import subgraph_schemas_of

SUPERGRAPHS = Path(__file__).parent.parent / "planner" / "supergraphs"


def schema_text(supergraph: str, subgraph: str) -> str:
    sdl = (SUPERGRAPHS / f"{supergraph}.graphql").read_text()
    return print_schema(subgraph_schemas_of(parse_supergraph(sdl))[subgraph])


def test_a_subgraph_has_its_own_part_and_entities() -> None:
    assert (
        schema_text("library", "people")
        == """type Book {
  id: ID!
}

type Mutation {
  signIn(name: String!): User!
  signOut: Boolean!
}

type Query {
  me: User
  _entities(representations: [_Any!]!): [_Entity]!
}

type Subscription {
  userArrived: User!
}

type User {
  id: ID!
  displayName: String!
  favourite: Book
}

scalar _Any

scalar _FieldSet

union _Entity = Book | User"""
    )


def test_an_interface_object_is_an_object_in_its_subgraph() -> None:
    text = schema_text("zoo", "care")

    assert "type Animal {\n  id: ID!\n  name: String!\n  dueOn: String!" in text
    assert "union _Entity = Animal" in text


def test_types_differ_where_the_subgraph_differs() -> None:
    assert "code: String!" in schema_text("media", "home")
    assert "code: String!" not in schema_text("media", "titles")


@pytest.mark.parametrize("subgraph", ["depot", "billing"])
def test_a_subgraph_without_root_fields_still_finds_entities(subgraph: str) -> None:
    text = schema_text("shop", subgraph)

    assert "type Query {\n  _entities(representations: [_Any!]!): [_Entity]!\n}" in text


def test_federation_1_subgraphs_have_what_they_provide() -> None:
    text = schema_text("first", "store")

    assert "type Item {\n  sku: ID!\n  weight: Int!\n  stock: Int!\n  shippingCost: Int!\n}" in text


def test_a_federation_1_union_has_the_members_that_its_subgraph_knows() -> None:
    sdl = (SUPERGRAPHS / "first.graphql").read_text()
    owned = '@join__owner(graph: ITEMS) @join__type(graph: ITEMS, key: "code")'
    coupon = f"type Coupon {owned} {{ code: ID! @join__field(graph: ITEMS) }}"
    unions = "union Found = Coupon | Item union Paper = Coupon"

    schemas = subgraph_schemas_of(parse_supergraph(f"{sdl}\n{coupon}\n{unions}"))

    assert "union Found = Coupon | Item" in print_schema(schemas["items"])
    assert "union Found = Item" in print_schema(schemas["store"])
    assert schemas["items"].get_type("Paper") is not None
    assert schemas["store"].get_type("Paper") is None

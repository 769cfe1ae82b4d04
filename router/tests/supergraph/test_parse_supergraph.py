from __future__ import annotations

import pytest

from graphwing.errors import SupergraphError
from graphwing.supergraph import Subgraph, parse_supergraph

HEAD = """
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/inaccessible/v0.2", as: "hidden", for: SECURITY)
{
  query: Query
}

directive @hidden on FIELD_DEFINITION | OBJECT | ENUM_VALUE | ARGUMENT_DEFINITION
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet,
  type: String, external: Boolean, override: String, usedOverridden: Boolean
) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false,
  resolvable: Boolean! = true, isInterfaceObject: Boolean! = false
) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]
) repeatable on SCHEMA
directive @live on QUERY

scalar join__FieldSet
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
enum join__Graph {
  ORDERS @join__graph(name: "orders", url: "http://orders")
  SHIPPING_1 @join__graph(name: "shipping-1", url: "")
}
"""

BODY = """
enum Size @join__type(graph: ORDERS) @join__type(graph: SHIPPING_1) {
  SMALL @join__enumValue(graph: ORDERS) @join__enumValue(graph: SHIPPING_1)
  LARGE @join__enumValue(graph: SHIPPING_1) @hidden
}

type Secret @join__type(graph: ORDERS) @hidden { word: String }

union Thing @join__type(graph: ORDERS) @join__unionMember(graph: ORDERS, member: "Order")
  @join__unionMember(graph: ORDERS, member: "Secret") = Order | Secret

type Order
  @join__type(graph: ORDERS, key: "id")
  @join__type(graph: SHIPPING_1, key: "id", resolvable: false)
{
  id: ID!
  weight: Int @join__field(graph: ORDERS) @join__field(graph: SHIPPING_1, external: true)
  cost(size: Size, internal: Int @hidden): Int
    @join__field(graph: SHIPPING_1, requires: "weight id")
  note: String @join__field(graph: ORDERS) @hidden
  secret: Secret @join__field(graph: ORDERS) @hidden
}

type Query @join__type(graph: ORDERS) @join__type(graph: SHIPPING_1) {
  order(id: ID!): Order @join__field(graph: ORDERS)
  thing: Thing @join__field(graph: ORDERS)
}
"""


def test_subgraphs_are_known_by_the_name_they_were_composed_under() -> None:
    supergraph = parse_supergraph(HEAD + BODY)

    assert supergraph.subgraphs == {
        "orders": Subgraph("orders", "http://orders"),
        "shipping-1": Subgraph("shipping-1", ""),
    }


def test_the_api_schema_has_neither_inaccessible_elements_nor_machinery() -> None:
    supergraph = parse_supergraph(HEAD + BODY)

    assert (
        supergraph.api_sdl
        == """directive @live on QUERY

enum Size {
  SMALL
}

union Thing = Order

type Order {
  id: ID!
  weight: Int
  cost(size: Size): Int
}

type Query {
  order(id: ID!): Order
  thing: Thing
}
"""
    )


def test_what_somebody_else_calls_inaccessible_hides_nothing() -> None:
    own = "https://specs.apollo.dev/inaccessible/v0.2"
    foreign = "https://example.com/inaccessible/v0.2"
    sdl = HEAD.replace(f'{own}", as: "hidden", for: SECURITY', f'{foreign}", as: "hidden"') + BODY

    hiding = parse_supergraph(HEAD + BODY).api_schema
    showing = parse_supergraph(sdl).api_schema

    assert foreign in sdl
    assert len(showing.type_map) > len(hiding.type_map)


def test_a_default_that_leaves_out_a_required_field_is_the_subgraphs_business() -> None:
    supergraph = parse_supergraph(
        HEAD
        + """
        type Query @join__type(graph: ORDERS) { orders(filter: Filter = {page: {}}): Int }
        input Filter @join__type(graph: ORDERS) { page: Page = {} }
        input Page @join__type(graph: ORDERS) { size: Int! }
        """
    )

    assert "orders(filter: Filter): Int" in supergraph.api_sdl
    assert "page: Page\n" in supergraph.api_sdl


def test_defaults_that_lead_back_to_themselves_are_the_subgraphs_business() -> None:
    supergraph = parse_supergraph(
        HEAD
        + """
        type Query @join__type(graph: ORDERS) { orders(filter: Filter): Int }
        input Filter @join__type(graph: ORDERS) { and: Filter = {}, page: Page = {} }
        input Page @join__type(graph: ORDERS) { filter: Filter = {}, size: Int = 10 }
        """
    )

    assert "and: Filter\n" in supergraph.api_sdl
    assert "size: Int = 10" in supergraph.api_sdl


def test_a_composed_one_of_may_hold_what_graphql_does_not_allow_there() -> None:
    supergraph = parse_supergraph(
        HEAD
        + """
        directive @oneOf on INPUT_OBJECT
        type Query @join__type(graph: ORDERS) { orders(filter: Filter = {}): Int }
        input Filter @join__type(graph: ORDERS) @oneOf { id: ID!, size: Int = 1, not: Filter }
        input Loop @join__type(graph: ORDERS) @oneOf { not: Loop }
        """
    )

    assert "orders(filter: Filter): Int" in supergraph.api_sdl
    assert "size: Int\n" in supergraph.api_sdl


def test_the_whole_schema_keeps_what_the_api_hides() -> None:
    supergraph = parse_supergraph(HEAD + BODY)

    assert supergraph.schema.get_type("Secret") is not None
    assert supergraph.api_schema.get_type("Secret") is None


def test_joins_say_who_resolves_a_field_and_what_it_requires() -> None:
    supergraph = parse_supergraph(HEAD + BODY)

    order = supergraph.types["Order"]
    cost = order.fields["cost"].joins["shipping-1"]
    assert list(order.fields["id"].joins) == ["orders", "shipping-1"]
    assert order.fields["weight"].joins["shipping-1"].external
    assert cost.requires is not None
    assert cost.requires.text == "weight id"
    assert [key.resolvable for key in order.joins["shipping-1"].keys] == [False]
    assert supergraph.types["Size"].joins["orders"].values == ("SMALL",)
    assert supergraph.types["Thing"].joins["orders"].members == ("Order", "Secret")


def test_federation_1_documents_are_read_through_owners() -> None:
    supergraph = parse_supergraph(
        """
        schema @core(feature: "https://specs.apollo.dev/core/v0.1")
          @core(feature: "https://specs.apollo.dev/join/v0.1") { query: Query }
        directive @core(feature: String!) repeatable on SCHEMA
        directive @join__field(graph: join__Graph, requires: join__FieldSet) on FIELD_DEFINITION
        directive @join__type(graph: join__Graph!, key: join__FieldSet) repeatable on OBJECT
        directive @join__owner(graph: join__Graph!) on OBJECT
        directive @join__graph(name: String!, url: String!) on ENUM_VALUE
        scalar join__FieldSet
        enum join__Graph { A @join__graph(name: "a", url: "") B @join__graph(name: "b", url: "") }
        type Page { size: Int }
        type Item @join__owner(graph: A) @join__type(graph: A, key: "id")
          @join__type(graph: B, key: "id") {
          id: ID! @join__field(graph: A)
          name: String
          stock: Int @join__field(graph: B)
        }
        type Query { item: Item @join__field(graph: A) page: Page @join__field(graph: B) }
        """
    )

    fields = supergraph.types["Item"].fields
    assert {name: list(field.joins) for name, field in fields.items()} == {
        "id": ["a", "b"],
        "name": ["a"],
        "stock": ["b"],
    }
    assert list(supergraph.types["Page"].joins) == ["a", "b"]
    assert "join__" not in supergraph.api_sdl


@pytest.mark.parametrize(
    ("sdl", "message"),
    [
        (
            "type Query { a: Int }",
            (
                "the supergraph is wrong: the document links no version of the join specification; "
                "give the output of composition, not a subgraph or API schema"
            ),
        ),
        (
            "type Query {",
            (
                "the supergraph is wrong: it is not a GraphQL schema (Syntax Error: Expected Name, "
                "found <EOF>.); give the SDL that composition printed"
            ),
        ),
        (
            HEAD.replace("join/v0.3", "join/v0.9") + BODY,
            (
                "the supergraph is wrong: version v0.9 of the join specification is not supported; "
                "compose with a version from v0.1 to v0.5"
            ),
        ),
        (
            HEAD.replace("inaccessible/v0.2", "billing/v1.0") + BODY,
            (
                "the supergraph is wrong: the feature `https://specs.apollo.dev/billing` must be "
                "understood (`for: SECURITY`) and is not; remove the feature from the subgraphs"
            ),
        ),
        (
            HEAD + BODY.replace('key: "id")', 'key: "id {")'),
            (
                "the supergraph is wrong at `Order`: `id {` is not a selection of fields (Syntax "
                "Error: Expected Name, found <EOF>.); compose the supergraph again"
            ),
        ),
        (
            HEAD + BODY.replace("graph: SHIPPING_1, external", "graph: TAX, external"),
            (
                "the supergraph is wrong at `Order.weight`: `TAX` is no value of `join__Graph`; "
                "compose the supergraph again"
            ),
        ),
        (
            HEAD
            + BODY.replace("order(id: ID!): Order", "order(id: ID!): Order @hidden").replace(
                "thing: Thing", "thing: Thing @hidden"
            ),
            (
                "the supergraph is wrong: its API schema is not valid: Type Query must define one "
                "or more fields.; compose the supergraph again, or look at what is `@inaccessible`"
            ),
        ),
    ],
)
def test_a_wrong_document_is_refused_with_cause_and_remedy(sdl: str, message: str) -> None:
    with pytest.raises(SupergraphError) as caught:
        parse_supergraph(sdl)

    assert str(caught.value) == message

"""What a client may not read is not fetched, is null in the response, and has an error there."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from typing import Any

import pytest

from graphwing import Router, Subgraph, SubgraphAnswer
from graphwing.errors import AccessRefusedError
from graphwing.execution.incremental import FirstPart, NextPart
from graphwing.execution.transport import SubgraphRequest
from graphwing.server.access.authorization import Authorization, Caller
from graphwing.server.http.request import GraphQLRequest
from graphwing.server.identity.identity import Identity

LINK = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.12",
  import: ["@key", "@authenticated", "@requiresScopes", "@policy", "@external", "@requires"])
"""
SHOP = (
    LINK
    + """
type Query {
  me: User @authenticated
  product: Product
  products: [Product]
  things: [Thing]
  nodes: [Node]
}
type Mutation { buy: Int, refund: Int @requiresScopes(scopes: [["refunds", "write"], ["admin"]]) }
type Subscription { sales: Int @authenticated }
type User { name: String, email: String @requiresScopes(scopes: [["email"]]) }
interface Node { id: ID }
type Product implements Node @key(fields: "id") {
  id: ID
  price: Int
  cost: Int @policy(policies: [["finance"], ["owner", "adult"]])
  margin: Int! @requiresScopes(scopes: [["admin"]])
  secret: Secret
}
type Secret implements Node @policy(policies: [["finance"]]) { id: ID, value: Int }
union Thing = Product | Secret
"""
)
STOCK = (
    LINK
    + """
type Product @key(fields: "id") { id: ID, stock: Int @authenticated, shelf: Int }
"""
)

PRODUCT = {
    "__typename": "Product",
    "id": "1",
    "price": 3,
    "cost": 2,
    "margin": 1,
    "secret": {"__typename": "Secret", "id": "s", "value": 7},
}
DATA: Mapping[str, Any] = {
    "me": {"name": "Ada", "email": "ada@example.org"},
    "product": PRODUCT,
    "products": [PRODUCT, PRODUCT],
    "things": [PRODUCT, {"__typename": "Secret", "id": "s", "value": 7}],
    "nodes": [PRODUCT],
    "buy": 1,
    "refund": 2,
}


class Shop:
    """A router to two subgraphs, and what they were asked."""

    def __init__(
        self,
        claims: Mapping[str, Any] | None = None,
        authorization: Authorization | None = None,
    ) -> None:
        self.asked: list[str] = []
        self.identity = Known(claims)
        self.router = Router(
            {
                "shop": Subgraph(sdl=SHOP, answer=self._shop),
                "stock": Subgraph(sdl=STOCK, answer=self._stock),
            },
            identity=self.identity,
            authorization=authorization,
        )

    async def _shop(self, request: SubgraphRequest) -> SubgraphAnswer:
        self.asked.append(request.operation)
        return SubgraphAnswer(dict(DATA))

    async def _stock(self, request: SubgraphRequest) -> SubgraphAnswer:
        self.asked.append(request.operation)
        return SubgraphAnswer({"_entities": [{"stock": 5, "shelf": 6}]})

    async def execute(self, operation: str) -> dict[str, Any]:
        async with self.router as router:
            return await router.execute(operation)


class Known(Identity):
    """Knows the client without a token."""

    def __init__(self, claims: Mapping[str, Any] | None) -> None:
        super().__init__()
        self.known = claims

    async def claims(self, headers: Mapping[str, str]) -> Mapping[str, Any] | None:
        del headers
        return self.known

    def signed(self, claims: Mapping[str, Any] | None) -> dict[str, str]:
        del claims
        return {}


def errors(response: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (one["message"], ".".join(map(str, one["path"])), one["extensions"]["code"])
        for one in response.get("errors", ())
    ]


async def test_who_is_not_known_gets_nothing_that_needs_it_and_it_is_not_fetched() -> None:
    shop = Shop()

    response = await shop.execute("{ product { price stock shelf } me { name } }")

    assert response["data"] == {"product": {"price": 3, "stock": None, "shelf": 6}, "me": None}
    assert errors(response) == [
        ("you may not read `Product.stock`", "product.stock", "UNAUTHORIZED_FIELD_OR_TYPE"),
        ("you may not read `Query.me`", "me", "UNAUTHORIZED_FIELD_OR_TYPE"),
    ]
    assert not any(" me " in one or "stock" in one for one in shop.asked)


async def test_who_is_known_gets_it() -> None:
    response = await Shop({"sub": "ada"}).execute("{ product { stock } me { name } }")

    assert response == {"data": {"product": {"stock": 5}, "me": {"name": "Ada"}}}


@pytest.mark.parametrize(
    ("scope", "refund"),
    [
        ("refunds", None),
        ("write", None),
        ("refunds write", 2),
        (["write", "refunds"], 2),
        ("admin", 2),
        (["admin", 5], 2),
        (7, None),
        ("", None),
    ],
)
async def test_of_alternative_scopes_one_set_is_needed(scope: object, refund: int | None) -> None:
    shop = Shop({"scope": scope})

    response = await shop.execute("mutation { buy refund }")

    assert response["data"] == {"buy": 1, "refund": refund}
    assert any("refund" in one for one in shop.asked) is (refund is not None)


async def test_scopes_can_be_in_another_claim() -> None:
    shop = Shop({"scp": ["admin"]}, Authorization(scopes_claim="scp"))

    assert (await shop.execute("mutation { refund }"))["data"] == {"refund": 2}


async def test_a_null_that_must_not_be_takes_its_object_with_it() -> None:
    response = await Shop().execute("{ products { price margin } }")

    assert response["data"] == {"products": [None, None]}
    assert [path for _, path, _ in errors(response)] == ["products.0.margin", "products.1.margin"]


async def test_an_object_of_which_nothing_is_left_is_still_known_to_be_there() -> None:
    shop = Shop()

    response = await shop.execute("{ product { stock } }")

    assert response["data"] == {"product": {"stock": None}}
    assert shop.asked == ["{ product { __typename } }"]


async def test_nobody_is_asked_when_nothing_is_left() -> None:
    shop = Shop()

    response = await shop.execute("{ me { name } }")

    assert (response["data"], shop.asked) == ({"me": None}, [])
    assert [path for _, path, _ in errors(response)] == ["me"]


async def test_fragments_on_a_type_that_may_not_be_read_are_left_out() -> None:
    shop = Shop()

    response = await shop.execute(
        "{ things { __typename ... on Product { price } ... on Secret { value } ...S } }"
        " fragment S on Secret { again: value }"
    )

    assert response["data"] == {
        "things": [
            {"__typename": "Product", "price": 3},
            {"__typename": "Secret", "value": None, "again": None},
        ]
    }
    assert [path for _, path, _ in errors(response)] == ["things.1.value", "things.1.again"]
    assert not any("value" in one for one in shop.asked)


async def test_an_interface_needs_what_its_implementations_need() -> None:
    response = await Shop({"sub": "ada"}).execute("{ nodes { id } }")

    assert response["data"] == {"nodes": None}


async def test_a_fragment_can_be_used_where_it_is_withheld_and_where_it_is_not() -> None:
    shop = Shop()

    response = await shop.execute(
        "{ things { ... on Secret { ...N } ...N } }"
        " fragment N on Thing { ... on Product { price } }"
    )

    assert response["data"] == {"things": [{"price": 3}, {}]}


async def test_what_is_skipped_is_no_error() -> None:
    response = await Shop().execute("{ product { price stock @skip(if: true) } }")

    assert response == {"data": {"product": {"price": 3}}}


async def test_policies_are_asked_once_for_all_that_matter() -> None:
    asked: list[frozenset[str]] = []

    async def holding(names: frozenset[str], caller: Caller) -> Collection[str]:
        assert caller.claims == {"sub": "ada"}
        asked.append(names)
        return {"owner", "adult", "something else"}

    shop = Shop({"sub": "ada"}, Authorization(policies=holding))

    response = await shop.execute("{ product { cost secret { value } } }")

    assert response["data"] == {"product": {"cost": 2, "secret": None}}
    assert asked == [frozenset({"finance", "owner", "adult"})]


async def test_without_policies_none_holds() -> None:
    response = await Shop({"sub": "ada"}).execute("{ product { cost } }")

    assert response["data"] == {"product": {"cost": None}}


async def test_an_operation_can_be_refused_as_a_whole() -> None:
    shop = Shop(authorization=Authorization(mode="reject"))

    async with shop.router as router:
        request = GraphQLRequest("{ product { price stock } me { name } }")
        with pytest.raises(AccessRefusedError) as refused:
            await router.answer(request, {})

    assert refused.value.status == 403
    assert [one["message"] for one in refused.value.formatted()] == [
        "you may not read `Product.stock`",
        "you may not read `Query.me`",
    ]
    assert shop.asked == []


async def test_a_dry_run_answers_and_tells_the_log(caplog: pytest.LogCaptureFixture) -> None:
    shop = Shop(authorization=Authorization(mode="dry_run"))

    with caplog.at_level(logging.WARNING, "graphwing"):
        response = await shop.execute("{ product { stock } }")

    assert response == {"data": {"product": {"stock": 5}}}
    assert "may not read Product.stock, and does" in caplog.text


async def test_a_subscription_to_what_may_not_be_read_does_not_begin() -> None:
    shop = Shop()

    async with shop.router as router:
        responses = [one async for one in router.subscribe("subscription { sales }")]

    ((response,),) = ([one["errors"] for one in responses],)
    assert [one["message"] for one in response] == ["you may not read `Subscription.sales`"]
    assert shop.asked == []


async def test_clients_with_different_rights_have_plans_of_their_own() -> None:
    shop = Shop()
    async with shop.router as router:
        first = await router.execute("{ product { stock } }")
        shop.identity.known = {"sub": "ada"}
        second = await router.execute("{ product { stock } }")
        shop.identity.known = None
        third = await router.execute("{ product { stock } }")

    assert [one["data"]["product"]["stock"] for one in (first, second, third)] == [None, 5, None]


async def in_parts(shop: Shop, operation: str) -> list[Any]:
    """The data and errors of the first part, then those of each increment."""
    parts: list[Any] = []

    async def send(part: FirstPart | NextPart) -> None:
        if isinstance(part, FirstPart):
            parts.append((part.data, errors({"errors": part.errors})))
        else:
            parts.extend(
                (one.data, errors({"errors": one.errors}))
                for completed in part.completed
                for one in completed.increments
            )

    async with shop.router as router:
        await router.answer_in_parts(GraphQLRequest(operation), {}, send, repeats=True)
    return parts


async def test_what_is_deferred_and_withheld_is_null_in_its_part() -> None:
    shop = Shop()

    parts = await in_parts(
        shop,
        "{ things { ... on Secret @defer { value } ... on Product { price ...Later @defer } } }"
        " fragment Later on Product { stock shelf }",
    )

    code = "UNAUTHORIZED_FIELD_OR_TYPE"
    assert parts == [
        (
            {"things": [{"price": 3}, {"value": None}]},
            [("you may not read `Secret.value`", "things.1.value", code)],
        ),
        (
            {"stock": None, "shelf": 6},
            [("you may not read `Product.stock`", "things.0.stock", code)],
        ),
    ]
    assert not any("value" in one or "stock" in one for one in shop.asked)


async def test_introspection_and_variables_stay_as_they_are() -> None:
    response = await Shop().execute(
        "query ($with: Boolean = true) { __typename product { id stock @include(if: $with) } }"
    )

    assert response["data"] == {"__typename": "Query", "product": {"id": "1", "stock": None}}

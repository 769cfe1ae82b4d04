"""Root fields of a mutation run one after another, sub-selections included, each once.

https://spec.graphql.org/October2021/#sec-Mutation
"""

from __future__ import annotations

import asyncio

from graphwing import Router, Subgraph, SubgraphAnswer, SubgraphRequest

LINK = """extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])
"""
USERS = f"""{LINK}
type Query {{ me: User }}
type Mutation {{ login: User, touch: Int @shareable }}
type User @key(fields: "id") {{ id: ID! name: String }}
"""
REVIEWS = f"""{LINK}
type Mutation {{ deleteReview(id: ID!): Boolean, touch: Int @shareable }}
type User @key(fields: "id") {{ id: ID! reviews: [String!] }}
"""


class Shop:
    """Two subgraphs that take their time; the reviews change while a mutation runs."""

    def __init__(self) -> None:
        self.trace: list[str] = []
        self.reviews = ["good", "bad"]
        self._running = 0

    async def users(self, request: SubgraphRequest) -> SubgraphAnswer:
        await self._work("users", request)
        return SubgraphAnswer(
            {"login": {"__typename": "User", "id": "1", "name": "Ada"}, "touch": 1}
        )

    async def reviewing(self, request: SubgraphRequest) -> SubgraphAnswer:
        before = list(self.reviews)
        if "deleteReview" in request.operation:
            self.reviews.pop()
        await self._work("reviews", request)
        return SubgraphAnswer(
            {"_entities": [{"reviews": before}], "deleteReview": True, "touch": 1}
        )

    async def _work(self, subgraph: str, request: SubgraphRequest) -> None:
        names = ("login", "touch", "deleteReview", "_entities")
        asked = next(name for name in names if name in request.operation)
        self._running += 1
        assert self._running == 1, "two fetches of a mutation overlap"
        self.trace.append(f"{subgraph} begins {asked}")
        for _ in range(5):
            await asyncio.sleep(0)
        self.trace.append(f"{subgraph} ends {asked}")
        self._running -= 1

    def router(self) -> Router:
        return Router(
            {
                "users": Subgraph(sdl=USERS, answer=self.users),
                "reviews": Subgraph(sdl=REVIEWS, answer=self.reviewing),
            }
        )


async def test_a_field_of_another_subgraph_is_read_before_the_next_mutation_begins() -> None:
    shop = Shop()

    async with shop.router() as router:
        response = await router.execute("mutation { login { name reviews } deleteReview(id: 2) }")

    assert shop.trace == [
        "users begins login",
        "users ends login",
        "reviews begins _entities",
        "reviews ends _entities",
        "reviews begins deleteReview",
        "reviews ends deleteReview",
    ]
    assert response["data"]["login"] == {"name": "Ada", "reviews": ["good", "bad"]}
    assert response["data"]["deleteReview"] is True


async def test_a_mutation_that_both_subgraphs_have_is_sent_to_one_of_them() -> None:
    shop = Shop()

    async with shop.router() as router:
        response = await router.execute("mutation { touch }")

    assert response == {"data": {"touch": 1}}
    assert len([one for one in shop.trace if one.endswith("begins touch")]) == 1

"""A small federated graph of two subgraphs that are plain functions."""

from __future__ import annotations

from graphwing import Router, Subgraph, SubgraphAnswer, SubgraphRequest

_LINK = """extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
"""

BOOKS = f"""{_LINK}
type Query {{ book(id: ID!): Book, books: [Book!]! }}
type Mutation {{ rename(id: ID!, title: String!): Book }}
type Subscription {{ bookAdded: Book }}
type Book @key(fields: "id") {{ id: ID! title: String! }}
"""

REVIEWS = f"""{_LINK}
type Book @key(fields: "id") {{ id: ID! reviews(first: Int = 2): [String!] }}
"""


class Library:
    """The two subgraphs, and what they were asked."""

    def __init__(self) -> None:
        self.requests: list[SubgraphRequest] = []

    async def books(self, request: SubgraphRequest) -> SubgraphAnswer:
        """Play the subgraph of books."""
        self.requests.append(request)
        book = {"__typename": "Book", "id": "1", "title": "달"}
        return SubgraphAnswer({"book": book, "books": [book], "rename": book})

    async def reviews(self, request: SubgraphRequest) -> SubgraphAnswer:
        """Play the subgraph of reviews."""
        self.requests.append(request)
        entities = [
            {"reviews": [f"on {one['id']}"]} for one in request.variables["representations"]
        ]
        return SubgraphAnswer({"_entities": entities})

    def subgraphs(self) -> dict[str, Subgraph]:
        """Return both, ready for a `Router`."""
        return {
            "books": Subgraph(sdl=BOOKS, answer=self.books),
            "reviews": Subgraph(sdl=REVIEWS, answer=self.reviews),
        }

    def supergraph_sdl(self) -> str:
        """Return the supergraph of both."""
        return Router(self.subgraphs()).supergraph.sdl

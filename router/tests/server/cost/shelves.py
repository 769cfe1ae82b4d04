"""A graph with costs of every kind."""

from __future__ import annotations

from graphwing import Subgraph, SubgraphAnswer, SubgraphRequest

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",'
    ' import: ["@key", "@cost", "@listSize"])'
)
SHELVES = f"""{LINK}
directive @slow(by: Int @cost(weight: 8)) on QUERY | FIELD
type Query {{
  book: Book
  books(first: Int = 3, last: Int, matching: Filter): [Book]
    @listSize(assumedSize: 6, slicingArguments: ["first", "last"], requireOneSlicingArgument: false)
  sliced(first: Int, last: Int): [Book] @listSize(slicingArguments: ["first", "last"])
  page(size: Int!): Page
    @listSize(slicingArguments: ["size"], sizedFields: ["items", "titles"])
  media: [Media]
  anything: Anything
  shelves: [[Book]]
  order(order: Order @cost(weight: 4), orders: [Order]): Int
  cheap(skip: Boolean @cost(weight: -5)): Book
  secret: String @cost(weight: 100)
}}
type Mutation {{ add(title: String): Book }}
type Subscription {{ added: Book }}
type Page {{ items: [Book], titles: [String], total: Int, first: Book }}
input Filter {{ title: String, year: Int @cost(weight: 7), and: [Filter], order: Order }}
enum Order @cost(weight: 2) {{ NEWEST OLDEST }}
scalar Isbn @cost(weight: 3)
interface Media {{ id: ID, author: Author, related: [Media] @listSize(assumedSize: 2) }}
union Anything = Book | Film | Author
type Book implements Media @cost(weight: 2) {{
  id: ID, isbn: Isbn, title: String, author: Author
  related: [Media] @listSize(assumedSize: 2)
}}
interface Series {{ parts(first: Int): [Book] @listSize(slicingArguments: ["first"]) }}
type Film implements Media & Series {{
  id: ID, length: Int @cost(weight: 1), author: Author @cost(weight: 20)
  parts(first: Int): [Book]
  related: [Media] @listSize(assumedSize: 5)
}}
type Author {{ name: String, books: [Book] @listSize(assumedSize: 4) }}
"""


async def answer(request: SubgraphRequest) -> SubgraphAnswer:
    """Play the subgraph: two books, and nothing else."""
    book = {"__typename": "Book", "title": "달"}
    field = "add" if request.kind == "mutation" else "books"
    return SubgraphAnswer({field: book if field == "add" else [book, None, book]})


def subgraphs() -> dict[str, Subgraph]:
    """Return the only subgraph, ready for a `Router`."""
    return {"shelves": Subgraph(sdl=SHELVES, answer=answer)}

"""The large operation answered by hand: what a router could cost at least.

The same six fetches in the same order as the router's plan, with types and loops that somebody
wrote for this operation alone. `LargeFloor` leaves the joining out: it sends requests that are made
already, decodes the answers into the same types and encodes them again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET, Struct, UnsetType

from graphwing.execution.transports.http1 import Pool, read_address

T = TypeVar("T")
Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class Product(Struct, gc=False, kw_only=True):
    """A product of the response."""

    inStock: bool | UnsetType | None = UNSET  # noqa: N815
    name: str | UnsetType | None = UNSET
    price: int | UnsetType | None = UNSET
    shippingEstimate: int | UnsetType | None = UNSET  # noqa: N815
    upc: str
    weight: int | UnsetType | None = UNSET


class LastReview(Struct, gc=False, kw_only=True):
    """A review at the lowest level."""

    id: str
    body: str | None
    product: Product | None


class Author(Struct, gc=False, kw_only=True):
    """The author of a review, with reviews."""

    id: str
    username: str | None
    name: str | UnsetType | None = UNSET
    reviews: list[LastReview | None] | None


class ProductReview(Struct, gc=False, kw_only=True):
    """A review of a product."""

    id: str
    body: str | None
    author: Author | None


class ReviewedProduct(Struct, gc=False, kw_only=True):
    """A product that a user has reviewed, with all its reviews."""

    inStock: bool | UnsetType | None = UNSET  # noqa: N815
    name: str | UnsetType | None = UNSET
    price: int | UnsetType | None = UNSET
    shippingEstimate: int | UnsetType | None = UNSET  # noqa: N815
    upc: str
    weight: int | UnsetType | None = UNSET
    reviews: list[ProductReview | None] | None


class UserReview(Struct, gc=False, kw_only=True):
    """A review by a user."""

    id: str
    body: str | None
    product: ReviewedProduct | None


class User(Struct, gc=False, kw_only=True):
    """A user of the response."""

    id: str
    username: str | None
    name: str | None
    reviews: list[UserReview | None] | UnsetType | None = UNSET


class TopProduct(Struct, gc=False, kw_only=True):
    """A product of the response, at the top."""

    inStock: bool | UnsetType | None = UNSET  # noqa: N815
    name: str | None
    price: int | None
    shippingEstimate: int | UnsetType | None = UNSET  # noqa: N815
    upc: str
    weight: int | None
    reviews: list[ProductReview | None] | UnsetType | None = UNSET


class Large(Struct, gc=False):
    """The response's data."""

    users: list[User | None] | None
    topProducts: list[TopProduct | None] | None  # noqa: N815


class UsersData(Struct, gc=False):
    """What `users` answers first."""

    users: list[User | None] | None


class ProductsData(Struct, gc=False):
    """What `products` answers first."""

    topProducts: list[TopProduct | None] | None  # noqa: N815


class UserPart(Struct, gc=False):
    """What `reviews` knows of a user."""

    reviews: list[UserReview | None] | None


class ProductPart(Struct, gc=False):
    """What `reviews` knows of a product."""

    reviews: list[ProductReview | None] | None


class ReviewsData(Struct, gc=False):
    """What `reviews` answers."""

    users: list[UserPart | None]
    products: list[ProductPart | None]


class Details(Struct, gc=False):
    """What `products` knows of a product."""

    name: str | None
    price: int | None
    weight: int | None


class Stock(Struct, gc=False):
    """What `inventory` knows of a product."""

    inStock: bool | None  # noqa: N815
    shippingEstimate: int | None  # noqa: N815


class Name(Struct, gc=False):
    """What `users` knows of an author."""

    name: str | None


class DetailsData(Struct, gc=False):
    """What `products` answers about products."""

    entities: list[Details | None] = msgspec.field(name="_entities")


class StockData(Struct, gc=False):
    """What `inventory` answers."""

    entities: list[Stock | None] = msgspec.field(name="_entities")


class NamesData(Struct, gc=False):
    """What `users` answers about authors."""

    entities: list[Name | None] = msgspec.field(name="_entities")


class UserKey(Struct, gc=False, tag_field="__typename", tag="User"):
    """Represents a user."""

    id: str


class ProductKey(Struct, gc=False, tag_field="__typename", tag="Product"):
    """Represents a product."""

    upc: str


class ProductToShip(Struct, gc=False, tag_field="__typename", tag="Product"):
    """Represents a product to who calculates its shipping."""

    upc: str
    price: int | UnsetType | None
    weight: int | UnsetType | None


_USERS = "query($session: String) { users(session: $session) { __typename id username name } }"
_PRODUCTS = "{ topProducts { __typename upc name price weight } }"
_LAST = "reviews { id body product { __typename upc } }"
_OF_PRODUCT = f"reviews {{ id body author {{ __typename id username {_LAST} }} }}"
_REVIEWS = (
    "query($users: [_Any!]!, $products: [_Any!]!) {"
    " users: _entities(representations: $users) {"
    f" ... on User {{ reviews {{ id body product {{ __typename upc {_OF_PRODUCT} }} }} }} }}"
    f" products: _entities(representations: $products) {{ ... on Product {{ {_OF_PRODUCT} }} }} }}"
)
_ENTITIES = "query($of: [_Any!]!) {{ _entities(representations: $of) {{ ... on {} }} }}"
_DETAILS = _ENTITIES.format("Product { name price weight }")
_STOCK = _ENTITIES.format("Product { inStock shippingEstimate }")
_NAMES = _ENTITIES.format("User { name }")

_HEADERS = {"content-type": "application/json", "accept": "application/json"}
_encode = msgspec.json.Encoder().encode


def _decoder(wanted: type[T]) -> Callable[[bytes], T]:
    answer: Any = msgspec.defstruct("Answer", [("data", wanted)], gc=False)
    decode = msgspec.json.Decoder(answer).decode

    def data(body: bytes) -> T:
        return decode(body).data

    return data


_users = _decoder(UsersData)
_products = _decoder(ProductsData)
_reviews = _decoder(ReviewsData)
_details = _decoder(DetailsData)
_stock = _decoder(StockData)
_names = _decoder(NamesData)


class Fetches:
    """The subgraphs, to be asked."""

    def __init__(self, ports: Mapping[str, int]) -> None:
        self._pools = {
            name: Pool(read_address(f"http://127.0.0.1:{port}/graphql"), _HEADERS)
            for name, port in ports.items()
        }

    async def ask(self, subgraph: str, query: str, variables: dict[str, Any]) -> bytes:
        """Return the body of an answer."""
        return await self.post(subgraph, _encode({"query": query, "variables": variables}))

    async def post(self, subgraph: str, body: bytes) -> bytes:
        """Return the body of the answer to a request."""
        pool = self._pools[subgraph]
        return (await pool.post(body, {}, seconds=10, may_repeat=True)).body


def _present(items: list[T | None] | None) -> list[T]:
    return [one for one in items or () if one is not None]


class LargeByHand:
    """Answers the large operation."""

    def __init__(self, fetches: Fetches) -> None:
        self._fetches = fetches

    async def __call__(self, variables: dict[str, Any]) -> bytes:
        """Return the response."""
        ask = self._fetches.ask
        users, products = await asyncio.gather(
            ask("users", _USERS, variables), ask("products", _PRODUCTS, {})
        )
        large = Large(_users(users).users, _products(products).topProducts)
        people, top = _present(large.users), _present(large.topProducts)
        found = _reviews(
            await ask(
                "reviews",
                _REVIEWS,
                {
                    "users": [UserKey(one.id) for one in people],
                    "products": [ProductKey(one.upc) for one in top],
                },
            )
        )
        for user, part in zip(people, found.users, strict=True):
            user.reviews = part.reviews if part is not None else None
        for product, part in zip(top, found.products, strict=True):
            product.reviews = part.reviews if part is not None else None
        authors, below = _authors_and_products(people, top)
        await asyncio.gather(self._name(authors), self._complete(below, top))
        return b'{"data":%b}' % _encode(large)

    async def _name(self, authors: list[Author]) -> None:
        ids = dict.fromkeys(author.id for author in authors)
        asked = {"of": [UserKey(each) for each in ids]}
        names = _names(await self._fetches.ask("users", _NAMES, asked)).entities
        by_id = dict(zip(ids, names, strict=True))
        for author in authors:
            found = by_id[author.id]
            author.name = found.name if found is not None else None

    async def _complete(
        self, below: list[Product | ReviewedProduct], top: list[TopProduct]
    ) -> None:
        keys = dict.fromkeys(product.upc for product in below)
        asked = {"of": [ProductKey(each) for each in keys]}
        details = _details(await self._fetches.ask("products", _DETAILS, asked)).entities
        by_key = dict(zip(keys, details, strict=True))
        for product in below:
            known = by_key[product.upc]
            product.name = known.name if known is not None else None
            product.price = known.price if known is not None else None
            product.weight = known.weight if known is not None else None
        every = [*below, *top]
        shipped = {one.upc: ProductToShip(one.upc, one.price, one.weight) for one in every}
        asked = {"of": list(shipped.values())}
        stock = _stock(await self._fetches.ask("inventory", _STOCK, asked)).entities
        stocked = dict(zip(shipped, stock, strict=True))
        for product in every:
            found = stocked[product.upc]
            product.inStock = found.inStock if found is not None else None
            product.shippingEstimate = found.shippingEstimate if found is not None else None


class LargeFloor:
    """Fetches, decodes and encodes as much as the large operation needs, and joins nothing."""

    def __init__(self, fetches: Fetches) -> None:
        self._fetches = fetches
        self._known: list[_Sent] = []

    async def __call__(self, variables: dict[str, Any]) -> bytes:
        """Return all answers, one after another: about as long as the response."""
        if not self._known:
            recording = _Recording(self._fetches)
            self._response = await LargeByHand(recording)(variables)
            self._known = recording.sent
        first, second, third, *rest = self._known
        said = [
            *await asyncio.gather(self._ask(first), self._ask(second)),
            await self._ask(third),
            *await asyncio.gather(*map(self._ask, rest)),
        ]
        _encode(said)
        return self._response

    async def _ask(self, sent: _Sent) -> object:
        return _DECODERS[sent.query](await self._fetches.post(sent.subgraph, sent.body))


class _Sent(Struct):
    subgraph: str
    query: str
    body: bytes


class _Recording(Fetches):
    def __init__(self, fetches: Fetches) -> None:
        self.sent: list[_Sent] = []
        self._fetches = fetches

    async def ask(self, subgraph: str, query: str, variables: dict[str, Any]) -> bytes:
        body = _encode({"query": query, "variables": variables})
        self.sent.append(_Sent(subgraph, query, body))
        return await self._fetches.post(subgraph, body)


_DECODERS: dict[str, Callable[[bytes], object]] = {
    _USERS: _users,
    _PRODUCTS: _products,
    _REVIEWS: _reviews,
    _NAMES: _names,
    _DETAILS: _details,
    _STOCK: _stock,
}


def _authors_and_products(
    people: list[User], top: list[TopProduct]
) -> tuple[list[Author], list[Product | ReviewedProduct]]:
    authors: list[Author] = []
    products: list[Product | ReviewedProduct] = []
    reviewed = [
        review.product
        for user in people
        for review in _present(user.reviews or None)
        if review.product is not None
    ]
    products += reviewed
    for product in (*reviewed, *top):
        for review in _present(product.reviews or None):
            if review.author is not None:
                authors.append(review.author)
                products += [
                    one.product
                    for one in _present(review.author.reviews)
                    if one.product is not None
                ]
    return authors, products

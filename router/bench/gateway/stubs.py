"""The four subgraphs: each request is answered by a GraphQL library once, and from memory after.

What makes requests unique (`session` and the headers) has no influence on the answer, so it is
taken out before an answer is looked up; an alias that makes an operation fresh is put into an
answer to the same with another. Run as `python -m gateway.stubs PORT PORT PORT PORT`.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import uvloop
from graphql import (
    GraphQLResolveInfo,
    GraphQLSchema,
    graphql_sync,  # pyright: ignore[reportUnknownVariableType]
)

from gateway.dataset import Product, Review, User, catalog, product, products, reviews, users
from graphwing.composition import SubgraphSdl, compose
from graphwing.supergraph import Supergraph
from graphwing.supergraph.subgraph_schema import subgraph_schemas_of

NAMES = ("users", "products", "reviews", "inventory")
"""The subgraphs, in the order of their ports."""

SCHEMAS = Path(__file__).parent / "subgraphs"
"""Where the schemas of the subgraphs are."""
_SESSION = re.compile(rb'"session-[0-9a-f]+"')
_FRESH = re.compile(rb"fresh_[0-9a-f]{8}")
_NO_FRESH = b"fresh_00000000"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)

Entity = User | Product | Review


def supergraph(ports: Mapping[str, int]) -> Supergraph:
    """Return the graph that the four make up, at these ports of loopback."""
    return compose(
        SubgraphSdl(
            name,
            f"http://127.0.0.1:{port}/graphql",
            (SCHEMAS / f"{name}.graphql").read_text(encoding="utf-8"),
        )
        for name, port in ports.items()
    )


def _by_key(representation: Mapping[str, Any]) -> Entity | None:
    match representation:
        case {"__typename": "User", "id": key}:
            return next((one for one in users() if one.id == key), None)
        case {"__typename": "Product", "upc": key}:
            return product(int(key))
        case _:
            return next((one for one in reviews() if one.id == representation.get("id")), None)


def _entities(_: object, representations: list[Mapping[str, Any]]) -> list[Entity | None]:
    return [_by_key(one) for one in representations]


def _users(_: object, **__: object) -> tuple[User, ...]:
    return users()


def _top_products(_: object, first: int) -> tuple[Product, ...]:
    return products()[:first]


def _catalog(_: object, size: int, **__: object) -> tuple[Product, ...]:
    return catalog(size)


def _reviews_of_user(user: User) -> list[Review]:
    return [one for one in reviews() if one.author == user.id]


def _reviews_of_product(product: Product) -> list[Review]:
    return [one for one in reviews() if one.product == product.upc]


def _in_stock(product: Product) -> bool:
    return product.in_stock


def _shipping_estimate(product: Product) -> int:
    return product.price * product.weight // 1000


def _author(review: Review) -> Entity | None:
    return _by_key({"__typename": "User", "id": review.author})


def _product(review: Review) -> Entity | None:
    return _by_key({"__typename": "Product", "upc": review.product})


_RESOLVERS: dict[str, Callable[..., object]] = {
    "Query._entities": _entities,
    "Query.users": _users,
    "Query.topProducts": _top_products,
    "Query.catalog": _catalog,
    "User.reviews": _reviews_of_user,
    "Product.reviews": _reviews_of_product,
    "Product.inStock": _in_stock,
    "Product.shippingEstimate": _shipping_estimate,
    "Review.author": _author,
    "Review.product": _product,
}


def _resolved(source: object, info: GraphQLResolveInfo[Any], **arguments: object) -> object:
    resolver = _RESOLVERS.get(f"{info.parent_type.name}.{info.field_name}")
    if resolver is not None:
        return resolver(source, **arguments)
    return getattr(source, info.field_name)


def _type_of(value: object, *_: object) -> str:
    return type(value).__name__


class Subgraph:
    """Answers the requests of one subgraph."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._known: dict[bytes, bytes] = {}

    def answer(self, body: bytes) -> bytes:
        """Return the HTTP response to the request `body`."""
        fresh = _FRESH.search(body)
        key = _FRESH.sub(_NO_FRESH, _SESSION.sub(b'""', body))
        if key not in self._known:
            asked = json.loads(key)
            result = graphql_sync(
                self._schema,
                asked["query"],
                {},
                variable_values=asked.get("variables"),
                operation_name=asked.get("operationName"),
                field_resolver=_resolved,
                type_resolver=_type_of,
            )
            self._known[key] = _response(json.dumps(result.formatted, separators=(",", ":")))
        known = self._known[key]
        return known if fresh is None else known.replace(_NO_FRESH, fresh[0])


def _response(body: str) -> bytes:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
    return f"{head}\r\n\r\n{body}".encode()


class Connection(asyncio.Protocol):
    """One connection of a gateway to a subgraph."""

    def __init__(self, subgraph: Subgraph) -> None:
        self._subgraph = subgraph
        self._received = b""
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the open connection."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each request that is complete."""
        self._received += data
        while (request := self._next()) is not None:
            self._transport.write(self._subgraph.answer(request))

    def _next(self) -> bytes | None:
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = self._received[: end + 2]
        if _CHUNKED.search(head):
            return self._next_chunked(end + 4)
        found = _LENGTH.search(head)
        length = int(found[1]) if found else 0
        body = self._received[end + 4 : end + 4 + length]
        if len(body) < length:
            return None
        self._received = self._received[end + 4 + length :]
        return body

    def _next_chunked(self, start: int) -> bytes | None:
        last = self._received.find(b"0\r\n\r\n", start)
        if last < 0:
            return None
        parts, rest = list[bytes](), self._received[start:last]
        while rest:
            size, _, rest = rest.partition(b"\r\n")
            parts.append(rest[: int(size, 16)])
            rest = rest[int(size, 16) + 2 :]
        self._received = self._received[last + 5 :]
        return b"".join(parts)


async def serve(ports: Mapping[str, int]) -> None:
    """Serve the subgraphs until cancelled."""
    loop = asyncio.get_running_loop()
    schemas = subgraph_schemas_of(supergraph(ports))
    for name, port in ports.items():
        subgraph = Subgraph(schemas[name])
        await loop.create_server(lambda one=subgraph: Connection(one), "127.0.0.1", port)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(dict(zip(NAMES, map(int, sys.argv[1:]), strict=True))))

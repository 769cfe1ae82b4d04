"""What is asked, in which ways, and what the answers have to be."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count, repeat
from typing import Any

from gateway.processes import BenchmarkError
from graphwing import Router
from graphwing.exact_json import encode_json
from graphwing.supergraph import Supergraph

LARGE = """\
query Large($session: String) {
  users(session: $session) {
    ...User
    reviews {
      ...Review
      product {
        ...Product
        reviews {
          ...Review
          author {
            ...User
            reviews {
              ...Review
              product {
                ...Product
              }
            }
          }
        }
      }
    }
  }
  topProducts {
    ...Product
    reviews {
      ...Review
      author {
        ...User
        reviews {
          ...Review
          product {
            ...Product
          }
        }
      }
    }
  }
}

fragment User on User {
  id
  username
  name
}

fragment Review on Review {
  id
  body
}

fragment Product on Product {
  inStock
  name
  price
  shippingEstimate
  upc
  weight
}
"""
"""Three levels: users and products, their reviews, and those of the other side again."""

SMALL = """\
query Small($session: String) {
  users(session: $session) {
    id
    name
    username
  }
}
"""
"""One fetch of one subgraph."""

SMALL_FETCH = "query($session: String) { users(session: $session) { id name username } }"
"""What the router asks the one subgraph."""

WIDE = """\
query Wide($size: Int!, $session: String) {
  catalog(size: $size, session: $session) {
    upc
    name
    price
    weight
    description
  }
}
"""
"""One fetch of a long list."""

WIDE_JOINED = """\
query WideJoined($size: Int!, $session: String) {
  catalog(size: $size, session: $session) {
    upc
    name
    price
    weight
    inStock
    description
  }
}
"""
"""A long list, with a field of another subgraph in each object."""

WIDE_SIZE = 40_000

_SAME_SESSION = "session-00000000"
_numbers = count(1)


class Kind(enum.StrEnum):
    """How requests differ from one another."""

    UNIQUE = "unique"
    """Each has a session of its own in its variables and in a header."""
    IDENTICAL = "identical"
    COLD = "fresh operations"
    """Each has an operation that was never sent before, beside a session of its own."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent, and the body of the response that has to come."""

    message: bytes
    expected: bytes


@dataclass(frozen=True, slots=True)
class Workload:
    """An operation, and what the interpreter of plans answers to it."""

    name: str
    operation: str
    root: str
    """The field that gets another alias in each fresh operation."""
    expected: bytes
    variables: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def requests(self, kind: Kind) -> Iterator[Request]:
        """Yield requests without end."""
        match kind:
            case Kind.IDENTICAL:
                same = self._request(self.operation, _SAME_SESSION)
                return repeat(Request(same, self.expected))
            case Kind.UNIQUE:
                return (
                    Request(self._request(self.operation, f"session-{number:08x}"), self.expected)
                    for number in _numbers
                )
            case Kind.COLD:
                return map(self._fresh, _numbers)

    def _fresh(self, number: int) -> Request:
        operation, expected = with_alias(self, f"fresh_{number:08x}")
        return Request(self._request(operation, f"session-{number:08x}"), expected)

    def _request(self, operation: str, session: str) -> bytes:
        variables = {**self.variables, "session": session}
        body = encode_json({"query": operation, "variables": variables})
        return (
            f"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
            f"accept: application/json\r\nuser-agent: bench\r\nx-session: {session}\r\n"
            f"content-length: {len(body)}\r\n\r\n"
        ).encode() + body


def with_alias(workload: Workload, alias: str) -> tuple[str, bytes]:
    """Return the operation and its response where the root field has an alias."""
    root = workload.root
    operation = workload.operation.replace(f"  {root}", f"  {alias}: {root}", 1)
    return operation, workload.expected.replace(f'"{root}":'.encode(), f'"{alias}":'.encode(), 1)


async def workloads(supergraph: Supergraph, wide_size: int = WIDE_SIZE) -> dict[str, Workload]:
    """Return all workloads by name. Raises `BenchmarkError` as `workload` does."""
    wide = {"size": wide_size}
    found = [
        await workload("large", LARGE, "topProducts", supergraph),
        await workload("small", SMALL, "users", supergraph),
        await workload("wide", WIDE, "catalog", supergraph, wide),
        await workload("wide, joined", WIDE_JOINED, "catalog", supergraph, wide),
    ]
    return {one.name: one for one in found}


async def workload(
    name: str,
    operation: str,
    root: str,
    supergraph: Supergraph,
    variables: Mapping[str, Any] | None = None,
) -> Workload:
    """Return a workload with what the interpreter answers when it asks the subgraphs.

    Raises `BenchmarkError` when what is expected of fresh operations is not what they answer.
    """
    given = variables or {}
    expected = await _interpreted(supergraph, operation, given)
    made = Workload(name, operation, root, expected, given)
    fresh, expected = with_alias(made, "fresh_00000000")
    if expected != await _interpreted(supergraph, fresh, given):
        raise BenchmarkError(f"a fresh operation has another response: {name}")
    return made


async def _interpreted(
    supergraph: Supergraph, operation: str, variables: Mapping[str, Any]
) -> bytes:
    """Return what the interpreter answers: each operation is interpreted when it is new."""
    async with Router(supergraph=supergraph) as router:
        given = {**variables, "session": _SAME_SESSION}
        response = await router.execute(operation, variables=given)
        if "errors" in response or router.counts.interpreted.total() != 1:
            raise BenchmarkError("the reference was not made by the interpreter")
    return encode_json(response)

"""Graphs to measure composition with: made by rule, so the same on every machine."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from graphwing.composition import SubgraphSdl

_LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3",'
    ' import: ["@key", "@shareable", "@external", "@requires", "@provides", "@tag"])\n'
)
_NOUNS = (
    *("Account", "Album", "Basket", "Campaign", "Channel", "Comment", "Concert", "Customer"),
    *("Device", "Event", "Invoice", "Item", "Label", "Offer", "Order", "Payment", "Playlist"),
    *("Product", "Profile", "Review", "Shipment", "Ticket", "Track", "Venue", "Warehouse"),
)
_FEDERATION_1_EVERY = 5
_FIELDS = (
    '  "What people call it."\n  name{}: String!',
    "  createdAt{}: DateTime!",
    '  price{}(currency: String = "EUR", rounded: Boolean! = false): Money',
    '  """\n  How often it was seen.\n  Counted once a day.\n  """\n  views{}: Int!',
    "  tags{}: [String!]!",
    '  old{}: String @deprecated(reason: "use `name`")',
    '  internal{}: Float @tag(name: "internal")',
    "  size{}: Int",
)


def company(services: int, types: int, *, fields: int, spread: int) -> list[SubgraphSdl]:
    """Return a graph as companies have them, of about `types` types.

    Each entity has an owner, and `spread` other subgraphs extend it. Every fifth subgraph is of
    Federation 1.
    """
    chance = random.Random(types)  # noqa: S311 - no secret
    entities = [f"{_NOUNS[index % len(_NOUNS)]}{index}" for index in range(types // 3)]
    own: list[list[str]] = [entities[index::services] for index in range(services)]
    foreign: list[list[str]] = [[] for _ in range(services)]
    for index, entity in enumerate(entities):
        for other in chance.sample(range(services), spread):
            if other != index % services:
                foreign[other].append(entity)
    return _subgraphs(
        "".join(_Service(index, own[index], foreign[index], fields, chance).parts())
        for index in range(services)
    )


def _subgraphs(schemas: Iterable[str]) -> list[SubgraphSdl]:
    return [
        SubgraphSdl(f"s{index:03}", f"http://s{index:03}", schema)
        for index, schema in enumerate(schemas)
    ]


@dataclass(frozen=True, slots=True)
class _Service:
    """One subgraph of a company's graph."""

    index: int
    own: list[str]
    foreign: list[str]
    fields: int
    chance: random.Random

    @property
    def is_federation_1(self) -> bool:
        return self.index % _FEDERATION_1_EVERY == _FEDERATION_1_EVERY - 1

    def parts(self) -> Iterator[str]:
        """Yield the definitions."""
        shared = "" if self.is_federation_1 else " @shareable"
        if not self.is_federation_1:
            yield _LINK
        yield 'scalar DateTime @specifiedBy(url: "https://scalars.graphql.org/date-time")\n'
        yield "interface Node { id: ID! }\n"
        yield f"type Money{shared} {{ amount: Int!, currency: String! }}\n"
        yield f"type PageInfo{shared} {{ hasNextPage: Boolean!, endCursor: String }}\n"
        yield f"union Found{self.index} = {' | '.join([*self.own, *self.foreign])}\n"
        yield from map(self._entity, self.own)
        yield from map(self._extension, self.foreign)
        yield from self._roots()

    def _entity(self, name: str) -> str:
        fields = "\n".join(
            _FIELDS[index % len(_FIELDS)].format(index or "") for index in range(self.fields)
        )
        links = "\n".join(
            f'  "Others that belong to it."\n  {other[0].lower()}{other[1:]}s'
            f"(first: Int! = 20, after: String, where: {name}Filter): [{other}!]!"
            for other in self._some_known(3)
        )
        return (
            f'"""\nA {name}, one of many.\n\nIt is kept as long as the law asks for.\n"""\n'
            f'type {name} implements Node @key(fields: "id") @key(fields: "slug") {{\n'
            f"  id: ID!\n  slug: String!\n  weight: Int\n  state: {name}State!\n{fields}\n{links}\n"
            f'}}\n"How a {name} is doing."\nenum {name}State {{ DRAFT ACTIVE "No more." GONE }}\n'
            f"input {name}Filter {{ state: {name}State, name: String = null, ids: [ID!] }}\n"
        )

    def _extension(self, name: str) -> str:
        if self.is_federation_1:
            head = (
                f'extend type {name} implements Node @key(fields: "id") {{\n  id: ID! @external\n'
            )
        else:
            head = f'type {name} implements Node @key(fields: "id") {{\n  id: ID!\n'
        [other] = self._some_known(1)
        return (
            f"{head}  weight: Int @external\n"
            f'  shipping{self.index}: Int @requires(fields: "weight")\n'
            f'  "What this subgraph knows of it."\n  score{self.index}(scale: Int = 5): Float\n'
            f"  linked{self.index}: {other}\n}}\n"
        )

    def _some_known(self, count: int) -> list[str]:
        known = [*self.own, *self.foreign]
        return self.chance.sample(known, min(count, len(known)))

    def _roots(self) -> Iterator[str]:
        yield f"type Query {{\n  search{self.index}(text: String!): [Found{self.index}!]!\n"
        for name in self.own:
            yield f'  "Find one."\n  get{name}(id: ID!): {name}\n'
            yield f"  all{name}(where: {name}Filter, first: Int = 20): [{name}!]!\n"
        yield "}\ntype Mutation {\n"
        yield from (f"  save{name}(id: ID, name: String!): {name}\n" for name in self.own)
        yield "}\n"


def keys_everywhere(services: int, entities: int) -> list[SubgraphSdl]:
    """Return a graph in which every subgraph has a part of every entity."""
    return _subgraphs(
        _LINK
        + "".join(
            f'type E{entity} @key(fields: "id")'
            f" {{ id: ID!, f{service}: E{(entity + 1) % entities} }}\n"
            for entity in range(entities)
        )
        + f"type Query {{ q{service}: E0 }}\n"
        for service in range(services)
    )


def separate_keys(services: int, entities: int) -> list[SubgraphSdl]:
    """Return a graph in which entities are reached by keys that follow from one another."""
    return _subgraphs(
        _LINK
        + "".join(
            f'type E{entity} @key(fields: "k{service}") @key(fields: "k{service + 1}")'
            f" {{ k{service}: ID! @shareable, k{service + 1}: ID! @shareable, f{service}: Int }}\n"
            for entity in range(entities)
        )
        + "type Query { "
        + " ".join(f"q{service}_{entity}: E{entity}" for entity in range(entities))
        + " }\n"
        for service in range(services)
    )


def deep_values(services: int, depth: int, width: int) -> list[SubgraphSdl]:
    """Return a graph in which all subgraphs resolve the same levels of value types."""
    levels = "".join(
        f"type V{level} @shareable {{ leaf: Int, "
        + " ".join(f"v{way}: V{level + 1}" for way in range(width))
        + " }\n"
        for level in range(depth)
    )
    return _subgraphs(
        f"{_LINK}{levels}type V{depth} @shareable {{ leaf: Int }}\n"
        f"type Query {{ values: V0 @shareable, own{service}: Int }}\n"
        for service in range(services)
    )


def wide_interfaces(services: int, implementations: int, fields: int) -> list[SubgraphSdl]:
    """Return a graph in which an interface with many fields has many implementations."""
    common = " ".join(f"f{index}: String" for index in range(fields))
    shared = " ".join(f"f{index}: String @shareable" for index in range(fields))
    return _subgraphs(
        f"{_LINK}interface I {{ id: ID! {common} }}\n"
        + "".join(
            f'type T{index} implements I @key(fields: "id")'
            f" {{ id: ID! {shared} own{service}_{index}: I }}\n"
            for index in range(implementations)
        )
        + f"type Query {{ q{service}: [I] }}\n"
        for service in range(services)
    )


def shared_mutations(services: int, entities: int) -> list[SubgraphSdl]:
    """Return a graph in which every mutation could be sent to any subgraph."""
    return _subgraphs(
        _LINK
        + "".join(
            f'type E{entity} @key(fields: "id")'
            f" {{ id: ID!, f{service}: E{(entity + 1) % entities} }}\n"
            for entity in range(entities)
        )
        + f"type Query {{ q{service}: E0 }}\ntype Mutation {{ "
        + " ".join(f"save{entity}: E{entity} @shareable" for entity in range(entities))
        + " }\n"
        for service in range(services)
    )


def long_field_sets(services: int, fields: int) -> list[SubgraphSdl]:
    """Return a graph in which keys and requirements name hundreds of fields, some far inside."""
    flat = " ".join(f"f{index}" for index in range(fields))
    plain = " ".join(f"f{index}: Int" for index in range(fields))
    shared = " ".join(f"f{index}: Int @shareable" for index in range(fields))
    external = " ".join(f"r{index}: Int @external" for index in range(fields))
    required = " ".join(f"r{index}" for index in range(fields))
    owned = " ".join(f"r{index}: Int" for index in range(fields))
    depth = min(fields, 100)
    nested = " { ".join(["n", *["n"] * depth, "id"]) + " }" * (depth + 1)
    values = "type N @shareable { id: ID, n: N }\n"
    owner = (
        f'{_LINK}type T @key(fields: "{flat}") @key(fields: "{nested}") {{ {shared} {owned}'
        f" n: N @shareable }}\n{values}type P @shareable {{ {plain} }}\ntype Query {{ t: T }}\n"
    )
    return _subgraphs(
        [
            owner,
            *(
                f'{_LINK}type T @key(fields: "{flat}") @key(fields: "{nested}") {{ {shared}'
                f" {external} n: N @shareable"
                f' own{service}: Int @requires(fields: "{required}") }}\n'
                f"{values}type P @shareable {{ {plain} }}\ntype Query {{ q{service}: P }}\n"
                for service in range(1, services)
            ),
        ]
    )

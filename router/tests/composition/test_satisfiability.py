"""The search for queries that cannot be answered stays small where keys depend on one another."""

from __future__ import annotations

from itertools import combinations

from graphwing.composition import SubgraphSdl, compose_sdl

_LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3",'
    ' import: ["@key", "@shareable"])'
)


def subgraph(name: str, fields: str, *keys: str, query: str = "") -> SubgraphSdl:
    uses = " ".join(f'@key(fields: "{key}")' for key in keys)
    shared = " ".join(f"{field}: ID @shareable" for field in fields.split())
    return SubgraphSdl(name, "", f"{_LINK} {query} type Track {uses} {{ {shared} }}")


def test_keys_whose_parts_are_in_many_subgraphs_take_few_steps() -> None:
    start = subgraph("start", "id", "id", query="type Query { track: Track }")
    parts = [subgraph(f"part{n}", f"id f{n}", "id") for n in range(6)]
    pairs = [
        subgraph(f"pair{a}{b}", f"f{a} f{b} g{a}{b}", f"f{a} f{b}")
        for a, b in combinations(range(6), 2)
    ]

    sdl, _ = compose_sdl([start, *parts, *pairs], most_steps=20_000)

    assert "g45: ID" in sdl


def test_keys_that_lead_from_one_to_the_next_take_few_steps() -> None:
    start = subgraph("start", "id f0", "id", query="type Query { track: Track }")
    chain = [
        subgraph(f"link{n:02}", f"id f{n} f{n + 1}", f"id f{n}", f"f{n} f{n + 1}")
        for n in range(16)
    ]
    pairs = [subgraph(f"pair{n:02}", f"id f{n} g{n}", f"id f{n}") for n in range(16)]

    sdl, _ = compose_sdl([start, *chain, *pairs], most_steps=200_000)

    assert "g15: ID" in sdl

"""Deferred fragments through the router as clients see them that are not ours: real npm packages.

Everything is real: the router is `graphwing serve`, the subgraphs are servers of their own.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from graphql import build_client_schema, get_introspection_query, print_schema
from plans.graphs import Library

from clients.programs import NODE, WEB, line, process, router
from graphwing import Router, SubgraphAnswer, SubgraphRequest

SCRIPT = Path(__file__).with_name("defer.mjs")

APOLLO = """{
  book(id: 1) { __typename id title ... @defer(label: "reviews") { reviews } }
}"""
RELAY = """
graphql`
  fragment Book_reviews on Book { reviews }
`;
graphql`
  query BookQuery { book(id: 1) { title ...Book_reviews @defer(label: "reviews") } }
`;
"""


class SlowLibrary(Library):
    """The library, whose reviews come when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.may_answer = asyncio.Event()
        self.is_failing = False

    async def reviews(self, request: SubgraphRequest) -> SubgraphAnswer:
        """Play the subgraph of reviews."""
        await self.may_answer.wait()
        if self.is_failing:
            return SubgraphAnswer(None, [{"message": "no reviews today"}])
        return await super().reviews(request)


async def relay_artifacts(folder: Path) -> Path:
    """Compile the operation for Relay against what the router tells of itself."""
    async with Router(Library().subgraphs()) as router:
        told = await router.execute(get_introspection_query())
    (folder / "schema.graphql").write_text(print_schema(build_client_schema(told["data"])))
    (folder / "src").mkdir()
    (folder / "src" / "BookQuery.js").write_text(RELAY)
    settings = {
        "src": "./src",
        "schema": "./schema.graphql",
        "language": "javascript",
        "eagerEsModules": True,
    }
    (folder / "relay.config.json").write_text(json.dumps(settings))
    compiler = WEB / "node_modules" / "relay-compiler" / "cli.js"
    async with process(str(NODE), str(compiler), folder=folder) as compiling:
        assert await compiling.wait() == 0
    return folder / "src" / "__generated__"


@pytest.mark.parametrize("client", ["apollo-2022", "apollo-2023"])
async def test_apollo_client_shows_a_book_before_its_reviews(client: str, tmp_path: Path) -> None:
    library = SlowLibrary()

    async with (
        router(library, tmp_path) as url,
        process(str(NODE), str(SCRIPT), client, url, APOLLO) as asking,
    ):
        first = json.loads(await line(asking))
        library.may_answer.set()
        second = json.loads(await line(asking))

    book: dict[str, Any] = {"__typename": "Book", "id": "1", "title": "달"}
    assert first == {"data": {"book": book}, "dataState": "streaming"}
    assert second == {"data": {"book": book | {"reviews": ["on 1"]}}, "dataState": "complete"}


@pytest.mark.parametrize("client", ["apollo-2022", "apollo-2023"])
async def test_apollo_client_is_told_what_went_wrong_with_a_part(
    client: str, tmp_path: Path
) -> None:
    library = SlowLibrary()
    library.is_failing = True

    async with (
        router(library, tmp_path) as url,
        process(str(NODE), str(SCRIPT), client, url, APOLLO) as asking,
    ):
        first = json.loads(await line(asking))
        library.may_answer.set()
        second = json.loads(await line(asking))

    assert "error" not in first
    assert second["data"]["book"] == first["data"]["book"] | {"reviews": None}
    assert second["error"] == "no reviews today"


async def test_relay_shows_a_book_before_its_reviews(tmp_path: Path) -> None:
    library = SlowLibrary()
    artifacts = await relay_artifacts(tmp_path)

    async with (
        router(library, tmp_path) as url,
        process(
            str(NODE), str(SCRIPT), "relay", url, str(artifacts), "BookQuery", "Book_reviews"
        ) as asking,
    ):
        first = json.loads(await line(asking))
        library.may_answer.set()
        second = json.loads(await line(asking))

    assert first == {"title": "달", "isMissingData": True}
    assert second == {"title": "달", "reviews": ["on 1"], "isMissingData": False}

"""Queries and mutations over HTTP as clients send them that are not ours, and an audit of it all.

Everything is real: the router is `graphwing serve`, the subgraphs are servers of their own.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from gql import Client, GraphQLRequest
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import TransportQueryError
from gql.transport.websockets import WebsocketsTransport
from plans.graphs import Library
from plans.live import TICKS, Clock, live_router, served, tick

from clients.programs import NODE, WEB, printed, process, router
from graphwing import Subgraph

SCRIPT = Path(__file__).with_name("ask.mjs")
AUDIT = Path(__file__).with_name("audit.mjs")
README = Path(__file__).parents[2] / "router" / "README.md"

BOOK = "query Book($id: ID!) { book(id: $id) { title reviews } }"
RENAME = 'mutation Rename($id: ID!) { rename(id: $id, title: "x") { title } }'
BOOK_OF_RELAY = """
graphql`
  query BookQuery { book(id: 1) { title reviews } }
`;
"""
ANSWER = {"title": "달", "reviews": ["on 1"]}
VARIABLES = '{"id": "1"}'


async def asked(client: str, url: str, *arguments: str) -> tuple[list[Any], list[str]]:
    """Return the answers that a client gets, and the methods by which it has asked."""
    *answers, sent = map(json.loads, await printed(str(NODE), str(SCRIPT), client, url, *arguments))
    return [_without_typenames(one) for one in answers], sent


def _without_typenames(answer: dict[str, Any]) -> dict[str, Any]:
    # Apollo Client and urql ask for these by themselves.
    return {
        name: {key: one for key, one in value.items() if key != "__typename"}
        for name, value in answer.items()
        if name != "__typename"
    }


@pytest.mark.parametrize(
    ("client", "methods"),
    [
        ("apollo", ["POST", "POST"]),
        ("apollo-hash", ["POST", "POST", "POST"]),
        ("apollo-hash-get", ["GET", "POST", "GET"]),
        ("urql", ["POST", "POST"]),
        ("urql-get", ["GET", "GET"]),
    ],
)
async def test_a_client_asks_twice(client: str, methods: list[str], tmp_path: Path) -> None:
    async with router(Library(), tmp_path) as url:
        answers, sent = await asked(client, url, BOOK, VARIABLES, "2")

    assert answers == [{"book": ANSWER}] * 2
    assert sent == methods


@pytest.mark.parametrize("client", ["apollo", "apollo-hash", "apollo-hash-get", "urql", "urql-get"])
async def test_a_client_changes_something(client: str, tmp_path: Path) -> None:
    library = Library()

    async with router(library, tmp_path) as url:
        answers, sent = await asked(client, url, RENAME, VARIABLES)

    assert answers == [{"rename": {"title": "달"}}]
    assert set(sent) == {"POST"}
    assert len(library.requests) == 1


async def test_apollo_client_asks_in_batches(tmp_path: Path) -> None:
    batching = {"batching": {"enabled": True}}

    async with router(Library(), tmp_path, http=batching) as url:
        answers, sent = await asked("apollo-batch", url, BOOK, VARIABLES, "3")

    assert answers == [{"book": ANSWER}] * 3
    assert sent == ["POST"]


async def test_relay_asks_by_the_ids_that_its_compiler_has_written(tmp_path: Path) -> None:
    library = Library()
    (tmp_path / "schema.graphql").write_text(
        "type Query { book(id: ID!): Book } type Book { title: String! reviews: [String!] }"
    )
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "BookQuery.js").write_text(BOOK_OF_RELAY)
    settings = {
        "src": "./src",
        "schema": "./schema.graphql",
        "language": "javascript",
        "eagerEsModules": True,
        "persistConfig": {"file": "./queries.json", "algorithm": "SHA256"},
    }
    (tmp_path / "relay.config.json").write_text(json.dumps(settings))
    (tmp_path / "queries.json").write_text("{}")
    compiler = WEB / "node_modules" / "relay-compiler" / "cli.js"
    async with process(str(NODE), str(compiler), folder=tmp_path) as compiling:
        assert await compiling.wait() == 0
    artifacts = tmp_path / "src" / "__generated__"
    trusted = {"mode": "enforce", "manifests": ["queries.json"], "require_id": True}

    async with router(library, tmp_path, documents={"trusted": trusted}) as url:
        answers, sent = await asked("relay", url, str(artifacts), "BookQuery")

    assert answers == [{"book": ANSWER}]
    assert sent == ["POST"]


async def test_gql_asks_changes_and_is_told_what_is_wrong(tmp_path: Path) -> None:
    async with router(Library(), tmp_path) as url:
        async with Client(
            transport=AIOHTTPTransport(url=url), fetch_schema_from_transport=True
        ) as session:
            book = await session.execute(GraphQLRequest(BOOK, variable_values={"id": "1"}))
            renamed = await session.execute(GraphQLRequest(RENAME, variable_values={"id": "1"}))
        async with Client(transport=AIOHTTPTransport(url=url)) as session:
            with pytest.raises(TransportQueryError, match="Cannot query field 'nothing'"):
                await session.execute(GraphQLRequest("{ nothing }"))

    assert book == {"book": ANSWER}
    assert renamed == {"rename": {"title": "달"}}


async def test_gql_subscribes_over_a_websocket() -> None:
    request = GraphQLRequest(TICKS, variable_values={"upTo": 3})

    async with served(live_router(Subgraph(schema=Clock().schema)).asgi()) as place:
        transport = WebsocketsTransport(
            url=f"ws://{place}/graphql",
            subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
        )
        async with Client(transport=transport) as session:
            heard = [one async for one in session.subscribe(request)]

    assert heard == [tick(n)["data"] for n in range(3)]


async def test_curl_asks_as_people_do_by_hand(tmp_path: Path) -> None:
    body = json.dumps({"query": BOOK, "variables": {"id": "1"}})
    packed = tmp_path / "request.json.gz"
    packed.write_bytes(gzip.compress(body.encode()))
    json_body = ("-H", "content-type: application/json")
    compression = {"compression": {"enabled": True, "minimum": 0}}

    async with router(Library(), tmp_path, http=compression) as url:
        curl = ("curl", "--silent", "--show-error", url)
        post = await printed(*curl, *json_body, "--data", body)
        compressed = await printed(
            *curl,
            *json_body,
            *("-H", "content-encoding: gzip", "--compressed", "--data-binary", f"@{packed}"),
        )
        get = await printed(
            *curl,
            *("--get", "-H", "apollo-require-preflight: 1"),
            *("--data-urlencode", f"query={BOOK}", "--data-urlencode", f"variables={VARIABLES}"),
        )
        form = await printed(*curl, "--data", body)

    for answer in (post, compressed, get):
        assert json.loads(answer[0]) == {"data": {"book": ANSWER}}
    assert json.loads(form[0])["errors"][0]["extensions"]["code"] == "UNSUPPORTED_MEDIA_TYPE"


async def test_the_audit_of_graphql_over_http_finds_what_the_readme_says(tmp_path: Path) -> None:
    async with router(Library(), tmp_path) as url:
        (found,) = await printed(str(NODE), str(AUDIT), url)
    async with router(Library(), tmp_path, http={"csrf": {"enabled": False}}) as url:
        (without_csrf,) = await printed(str(NODE), str(AUDIT), url)

    audits = json.loads(found)
    refused = [one for one in audits if one["status"] != "ok"]
    assert len(audits) > 50
    assert [one for one in refused if not one["name"].startswith("MAY")] == []
    assert {one["id"] for one in refused} == {"5A70", "D6D5", "6A70"}
    assert [one for one in json.loads(without_csrf) if one["status"] != "ok"] == []
    assert _table(audits) in README.read_text()


def _table(audits: list[dict[str, str]]) -> str:
    results = {"ok": "passes", "notice": "refused", "warn": "fails", "error": "fails"}
    lines = ["| Audit | Rule | Result |", "| --- | --- | --- |"]
    for one in audits:
        rule = one["name"].replace("|", r"\|")
        lines.append(f"| {one['id']} | {rule} | {results[one['status']]} |")
    return "\n".join(lines)

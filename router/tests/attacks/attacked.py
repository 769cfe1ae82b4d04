"""`graphwing serve` in production, with a subgraph that counts how often it is asked."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from server.cost.shelves import LINK

from graphwing import Router, Subgraph, SubgraphAnswer, SubgraphRequest

SDL = f"""{LINK}
type Query {{
  book: Book
  books(
    first: Int, ids: [ID!], matching: [Filter], numbers: [[Int]], order: Order
  ): [Book] @listSize(slicingArguments: ["first"], requireOneSlicingArgument: false)
  sliced(first: Int): [Book] @listSize(slicingArguments: ["first"])
  asked: Int
}}
type Mutation {{ unlock(code: Int): Boolean }}
type Book {{ id: ID, title: String, next: Book, others: [Book] }}
input Filter {{ title: String, and: [Filter] }}
enum Order {{ SECRETLY OPENLY }}
"""
SUBGRAPH = """
import json

asked = 0

async def app(scope, receive, send):
    global asked
    assert scope["type"] == "http"
    message = await receive()
    body = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
    asked += 1
    data = {"book": {"title": "Dune"}, "asked": asked, "books": [], "sliced": []}
    answer = json.dumps({"data": data}).encode()
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})
"""
SETTINGS = """
profile: production
supergraph: supergraph.graphql
subgraphs: { shelves: { asgi: "shelves_app:app" } }
demand_control: { mode: enforce, max: 1000 }
shutdown: { lame_duck: 0s }
"""


async def _never(_: SubgraphRequest) -> SubgraphAnswer:
    raise NotImplementedError


@contextmanager
def served_in_production(folder: Path) -> Generator[str]:
    """Serve until the end of the block; the value is the address."""
    subgraph = Subgraph(sdl=SDL, answer=_never)
    supergraph = Router({"shelves": subgraph}).supergraph
    (folder / "supergraph.graphql").write_text(supergraph.sdl)
    (folder / "shelves_app.py").write_text(SUBGRAPH)
    (folder / "graphwing.yaml").write_text(SETTINGS)
    command = (sys.executable, "-m", "graphwing", "serve", "--config", "graphwing.yaml")
    process = subprocess.Popen(
        [*command, "--port", "0"], cwd=folder, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line.startswith("graphwing serves http://127.0.0.1:"), line
        yield line.split()[-1].removesuffix("/graphql")
    finally:
        process.terminate()
        assert process.wait(20) == 0
        process.stdout.close()

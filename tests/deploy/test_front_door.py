"""The front door sends operations to the router and shows pages of the web app for the rest."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.responses import PlainTextResponse

from runner.application import Platform


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    for name in ("index.html", "graphiql.html"):
        (tmp_path / name).write_text(name)
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "app.js").write_text("1")
    transport = httpx.ASGITransport(app=Platform(PlainTextResponse("router"), tmp_path))
    async with httpx.AsyncClient(transport=transport, base_url="http://door.test") as client:
        yield client


@pytest.mark.parametrize("path", ["/graphql", "/health", "/readyz"])
async def test_the_router_answers_what_is_its(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).text == "router"


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/", "index.html"),
        ("/artist/달빛공장", "index.html"),
        ("/no/such/page", "index.html"),
        ("/graphiql", "graphiql.html"),
        ("/assets/app.js", "1"),
    ],
)
async def test_every_other_address_is_a_file_or_a_page(
    client: httpx.AsyncClient, path: str, page: str
) -> None:
    response = await client.get(path)

    assert (response.status_code, response.text) == (200, page)
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_a_missing_file_is_missing(client: httpx.AsyncClient) -> None:
    assert (await client.get("/assets/gone.js")).status_code == 404


async def test_nothing_outside_the_web_app_can_be_read(client: httpx.AsyncClient) -> None:
    response = await client.get("/..%2f..%2fetc%2fpasswd")

    assert "root:" not in response.text


async def test_only_graphiql_may_write_styles(client: httpx.AsyncClient) -> None:
    app = (await client.get("/")).headers["content-security-policy"]
    graphiql = (await client.get("/graphiql")).headers["content-security-policy"]

    assert "unsafe-inline" not in app
    assert "style-src 'self' 'unsafe-inline'" in graphiql
    assert "script-src" not in app + graphiql
    assert app.startswith("default-src 'self';")

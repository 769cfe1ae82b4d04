"""A service in the router's process answers it without HTTP, and says what it says over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from graphwing.execution import SubgraphAnswer, SubgraphRequest
from graphwing.execution.answer import read_raw_answer
from graphwing.execution.transports.in_process import AsgiTransport
from kit.scene import LEAD
from running_service import RunningService, running_service, signed_claims

ARTIST = "query ($slug: String!) { artist(slug: $slug) { id name albums { totalCount } } }"
FAN = signed_claims(UUID(int=1))


@pytest.mark.parametrize(
    ("operation", "headers"),
    [
        pytest.param(ARTIST, {}, id="anonymous"),
        pytest.param(ARTIST, FAN, id="signed in"),
        pytest.param(ARTIST, {**FAN, "signature": "graphwing=:AAAA:"}, id="forged"),
        pytest.param(ARTIST, {"graphwing-claims": "e30"}, id="unsigned"),
        pytest.param(ARTIST.replace("name", "nothing"), {}, id="invalid"),
        pytest.param(ARTIST.replace("albums", "albums(first: 0)"), {}, id="refused"),
        pytest.param("{ artist", {}, id="no document"),
        pytest.param("{ artist(slug: 1) { id } }", {}, id="wrong argument"),
    ],
)
async def test_the_answer_is_the_same_as_over_http(
    operation: str, headers: dict[str, str], create_database: Callable[..., str]
) -> None:
    async with running_service("music", create_database("music", demo=True)) as music:
        transport = AsgiTransport("music", music.app)
        await transport.open()
        request = SubgraphRequest(operation, {"slug": LEAD.slug}, headers)

        direct = read_raw_answer(await transport.send(request, timeout=30))
        over_http = await _over_http(music, request)
        await transport.close()

    assert direct == over_http
    assert direct.data or direct.errors


async def _over_http(service: RunningService, request: SubgraphRequest) -> SubgraphAnswer:
    response = await service.client.post(
        "/graphql",
        json={"query": request.operation, "variables": request.variables},
        headers=dict(request.headers),
    )
    body = response.json()
    return SubgraphAnswer(body.get("data"), body.get("errors", ()))

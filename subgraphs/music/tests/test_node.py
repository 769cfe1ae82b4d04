"""`node`: any object of the graph by its id alone."""

from __future__ import annotations

from uuid import UUID

import pytest

from kit.nodes import opaque_id
from kit.scene import LEAD
from running_service import RunningService

NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"
STRANGER = UUID(int=5)


async def test_an_artist_an_album_and_a_track_are_found_by_id(music: RunningService) -> None:
    data = await music.ask(
        """
        query ($slug: String!) {
          artist(slug: $slug) {
            id
            albums(first: 1) { edges { node { id } } }
            tracks(first: 1) { edges { node { id } } }
          }
        }
        """,
        slug=LEAD.slug,
    )
    artist = data["artist"]
    ids = {
        "Artist": artist["id"],
        "Album": artist["albums"]["edges"][0]["node"]["id"],
        "Track": artist["tracks"]["edges"][0]["node"]["id"],
    }

    for type_name, node_id in ids.items():
        found = await music.ask(NODE, id=node_id)
        assert found == {"node": {"__typename": type_name, "id": node_id}}


async def test_the_fields_of_a_node_are_those_of_its_type(music: RunningService) -> None:
    data = await music.ask(
        "query ($id: ID!) { node(id: $id) { ... on Artist { name } ... on Album { title } } }",
        id=opaque_id("Artist", LEAD.id),
    )

    assert data == {"node": {"name": "달빛공장"}}


@pytest.mark.parametrize("type_name", ["User", "Comment"])
async def test_a_node_of_another_service_is_passed_on_as_its_id(
    music: RunningService, type_name: str
) -> None:
    node_id = opaque_id(type_name, STRANGER)

    assert await music.ask(NODE, id=node_id) == {"node": {"__typename": type_name, "id": node_id}}


@pytest.mark.parametrize(
    "node_id",
    [
        opaque_id("Artist", STRANGER),
        opaque_id("Album", STRANGER),
        opaque_id("Track", STRANGER),
        opaque_id("Genre", STRANGER),
        "",
        "nonsense",
        str(LEAD.id),
    ],
)
async def test_no_node_has_an_unknown_id(music: RunningService, node_id: str) -> None:
    assert await music.ask(NODE, id=node_id) == {"node": None}


async def test_an_album_is_not_found_by_the_id_of_an_artist(music: RunningService) -> None:
    data = await music.ask(
        "query ($id: ID!) { album(id: $id) { title } }", id=opaque_id("Artist", LEAD.id)
    )

    assert data == {"album": None}


async def test_entities_that_are_gone_are_null_and_spoil_no_other(music: RunningService) -> None:
    ids = [opaque_id("Artist", STRANGER), opaque_id("Artist", LEAD.id), "nonsense"]

    assert await music.entities("Artist", ids, "{ name }") == [None, {"name": "달빛공장"}, None]

"""What a request costs: a number of SQL statements that does not grow with the data."""

from __future__ import annotations

from uuid import UUID

import pytest

from kit.nodes import opaque_id
from kit.scene import ARTISTS, LEAD
from music.tables import Artist
from running_service import RunningService

ARTIST_PAGE = """
query ArtistPage($slug: String!, $first: Int!) {
  artist(slug: $slug) {
    name bio district
    genres { name }
    albums(first: $first) { totalCount edges { node { title artist { name } tracks { title } } } }
    tracks(first: $first) { totalCount edges { node { title album { title } artists { name } } } }
  }
}
"""


async def test_fifty_artists_are_one_statement(music: RunningService) -> None:
    ids = [UUID(int=number) for number in range(50)]
    async with music.app.state.database.write() as session, session.begin():
        session.add_all(
            Artist(id=each, slug=f"artist-{each}", name=f"Artist {each.int}", bio="")
            for each in ids
        )

    with music.statements() as statements:
        found = await music.entities(
            "Artist", [opaque_id("Artist", each) for each in ids], "{ name bio }"
        )

    assert [artist and artist["name"] for artist in found] == [f"Artist {n}" for n in range(50)]
    assert len(statements) == 1


async def test_pages_of_albums_for_all_artists_are_one_statement_more(
    music: RunningService,
) -> None:
    ids = [opaque_id("Artist", artist.id) for artist in ARTISTS]

    with music.statements() as statements:
        found = await music.entities("Artist", ids, "{ albums { edges { node { title } } } }")

    assert sum(len(artist["albums"]["edges"]) for artist in found if artist) == 40
    assert len(statements) == 2


async def test_counting_costs_a_statement_only_when_asked_for(music: RunningService) -> None:
    ids = [opaque_id("Artist", artist.id) for artist in ARTISTS]

    with music.statements() as statements:
        found = await music.entities("Artist", ids, "{ tracks { totalCount } }")

    assert sum(artist["tracks"]["totalCount"] for artist in found if artist) >= 160
    assert len(statements) == 3


@pytest.mark.parametrize("first", [1, 100])
@pytest.mark.parametrize("slug", [LEAD.slug, "초록전구", "paper-harbor"])
async def test_an_artist_page_takes_ten_statements_whatever_there_is(
    music: RunningService, slug: str, first: int
) -> None:
    with music.statements() as statements:
        data = await music.ask(ARTIST_PAGE, slug=slug, first=first)

    assert data["artist"]["albums"]["edges"]
    assert len(statements) == 10


async def test_the_home_page_takes_three_statements(music: RunningService) -> None:
    with music.statements() as statements:
        await music.ask("{ artists { totalCount edges { node { name genres { name } } } } }")

    assert len(statements) == 3

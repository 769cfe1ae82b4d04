"""Albums and tracks: their order, and pages of them for many artists at once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from kit.nodes import opaque_id
from music.tables import Album, AlbumKind, Artist, Track, TrackArtist
from running_service import RunningService, running_service

BAND, GUEST = UUID(int=1), UUID(int=2)
DAY = date(2026, 5, 1)


def artist(key: UUID, name: str) -> Artist:
    return Artist(id=key, slug=name, name=name, bio="")


def album(number: int, *, released_on: date = DAY) -> Album:
    return Album(
        id=UUID(int=number),
        artist_id=BAND,
        title=f"album {number}",
        kind=AlbumKind.EP,
        released_on=released_on,
    )


def track(number: int, album_number: int) -> Track:
    return Track(
        id=track_id(number, album_number),
        album_id=UUID(int=album_number),
        title=f"{album_number}.{number}",
        number=number,
        duration_ms=60_000,
    )


def credits_of(number: int, album_number: int, *artists: UUID) -> list[TrackArtist]:
    return [
        TrackArtist(track_id=track_id(number, album_number), artist_id=artist, place=place)
        for place, artist in enumerate(artists, 1)
    ]


def track_id(number: int, album_number: int) -> UUID:
    return UUID(int=album_number * 100 + number)


@pytest.fixture
async def music(create_database: Callable[..., str]) -> AsyncIterator[RunningService]:
    """Two artists; three albums of one day and one of another, so that places tie."""
    rows: list[list[Any]] = [
        [artist(BAND, "band"), artist(GUEST, "guest")],
        [album(10), album(11), album(12), album(20, released_on=date(2020, 1, 1))],
        [track(2, 12), track(1, 12), track(1, 10), track(1, 20)],
        [
            *credits_of(2, 12, BAND),
            *credits_of(1, 12, BAND, GUEST),
            *credits_of(1, 10, BAND),
            *credits_of(1, 20, GUEST, BAND),
        ],
    ]
    async with running_service("music", create_database("music")) as service:
        async with service.app.state.database.write() as session, session.begin():
            for some in rows:
                session.add_all(some)
                await session.flush()
        yield service


async def titles(music: RunningService, field: str, artist: UUID, first: int) -> list[str]:
    """Return the titles on all pages of an artist's albums or tracks, page after page."""
    found: list[str] = []
    after = ""
    while True:
        [entity] = await music.entities(
            "Artist",
            [opaque_id("Artist", artist)],
            f'{{ page: {field}(first: {first}, after: "{after}")'
            " { edges { node { title } } pageInfo { hasNextPage endCursor } } }",
        )
        assert entity is not None
        found += [edge["node"]["title"] for edge in entity["page"]["edges"]]
        if not entity["page"]["pageInfo"]["hasNextPage"]:
            return found
        after = entity["page"]["pageInfo"]["endCursor"]


@pytest.mark.parametrize("first", [1, 2, 3, 4, 100])
async def test_the_newest_album_comes_first_on_pages_of_any_size(
    music: RunningService, first: int
) -> None:
    newest_first = ["album 12", "album 11", "album 10", "album 20"]

    assert await titles(music, "albums", BAND, first) == newest_first


@pytest.mark.parametrize("first", [1, 2, 3, 4, 100])
async def test_tracks_come_newest_album_first_and_in_its_order_on_pages_of_any_size(
    music: RunningService, first: int
) -> None:
    assert await titles(music, "tracks", BAND, first) == ["12.1", "12.2", "10.1", "20.1"]


async def test_a_guests_tracks_are_those_they_play_on(music: RunningService) -> None:
    assert await titles(music, "tracks", GUEST, first=10) == ["12.1", "20.1"]
    assert await titles(music, "albums", GUEST, first=10) == []


async def test_each_artist_gets_a_page_of_their_own(music: RunningService) -> None:
    ids = [opaque_id("Artist", key) for key in (GUEST, BAND)]

    found = await music.entities(
        "Artist",
        ids,
        "{ tracks(first: 1) { totalCount pageInfo { hasNextPage } edges { node { title } } } }",
    )

    one = {"pageInfo": {"hasNextPage": True}, "edges": [{"node": {"title": "12.1"}}]}
    assert found == [{"tracks": {"totalCount": 2, **one}}, {"tracks": {"totalCount": 4, **one}}]


async def test_two_pages_of_one_list_in_one_request(music: RunningService) -> None:
    [artist] = await music.entities(
        "Artist",
        [opaque_id("Artist", BAND)],
        "{ short: albums(first: 1) { edges { node { title } } }"
        " long: albums(first: 2) { edges { node { title } } } }",
    )

    assert artist == {
        "short": {"edges": [{"node": {"title": "album 12"}}]},
        "long": {"edges": [{"node": {"title": "album 12"}}, {"node": {"title": "album 11"}}]},
    }


async def test_an_album_knows_its_artist_and_tracks_and_a_track_its_album_and_players(
    music: RunningService,
) -> None:
    data = await music.ask(
        """
        query ($id: ID!) {
          album(id: $id) {
            title kind releasedOn artist { name }
            tracks { title number durationMs album { title } artists { name } }
          }
        }
        """,
        id=opaque_id("Album", UUID(int=12)),
    )

    track_facts = {"durationMs": 60_000, "album": {"title": "album 12"}}
    assert data["album"] == {
        "title": "album 12",
        "kind": "EP",
        "releasedOn": "2026-05-01",
        "artist": {"name": "band"},
        "tracks": [
            {
                "title": "12.1",
                "number": 1,
                "artists": [{"name": "band"}, {"name": "guest"}],
                **track_facts,
            },
            {"title": "12.2", "number": 2, "artists": [{"name": "band"}], **track_facts},
        ],
    }


async def test_an_album_without_tracks_has_none(music: RunningService) -> None:
    data = await music.ask(
        "query ($id: ID!) { album(id: $id) { tracks { title } } }",
        id=opaque_id("Album", UUID(int=11)),
    )

    assert data["album"] == {"tracks": []}

"""Artists: the list, and one of them."""

from __future__ import annotations

from typing import Any

import pytest

from kit.scene import ARTISTS, LEAD
from running_service import RunningService

PAGE = """
query Page($first: Int! = 24, $after: String, $genre: String) {
  artists(first: $first, after: $after, genre: $genre) {
    totalCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { name } }
  }
}
"""


async def test_artists_are_listed_by_name(music: RunningService) -> None:
    page = (await music.ask(PAGE))["artists"]

    names = [edge["node"]["name"] for edge in page["edges"]]
    assert names == sorted(artist.name for artist in ARTISTS)
    assert page["totalCount"] == 24
    assert page["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": False,
        "startCursor": page["edges"][0]["cursor"],
        "endCursor": page["edges"][-1]["cursor"],
    }


@pytest.mark.parametrize("first", [1, 7, 23, 24, 100])
async def test_pages_join_to_the_whole_list(music: RunningService, first: int) -> None:
    names: list[str] = []
    pages = 0
    after = None
    while True:
        page = (await music.ask(PAGE, first=first, after=after))["artists"]
        pages += 1
        names += [edge["node"]["name"] for edge in page["edges"]]
        assert page["totalCount"] == 24
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]

    assert names == sorted(artist.name for artist in ARTISTS)
    assert pages == -(-24 // first)


async def test_after_the_last_one_comes_nothing(music: RunningService) -> None:
    end = (await music.ask(PAGE))["artists"]["pageInfo"]["endCursor"]

    page = (await music.ask(PAGE, after=end))["artists"]

    assert page["edges"] == []
    assert page["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": True,
        "startCursor": None,
        "endCursor": None,
    }


async def test_a_page_stays_the_same_when_somebody_before_it_leaves(music: RunningService) -> None:
    first = (await music.ask(PAGE, first=5))["artists"]
    second = (await music.ask(PAGE, first=5, after=first["pageInfo"]["endCursor"]))["artists"]
    async with music.app.state.database.begin() as connection:
        await connection.exec_driver_sql(
            "DELETE FROM artist WHERE name = $1", (first["edges"][4]["node"]["name"],)
        )

    again = (await music.ask(PAGE, first=5, after=first["pageInfo"]["endCursor"]))["artists"]

    assert again["edges"] == second["edges"]


async def test_artists_of_a_genre(music: RunningService) -> None:
    page = (await music.ask(PAGE, genre="folk", first=2))["artists"]

    players = sorted(artist.name for artist in ARTISTS if "folk" in artist.genres)
    assert [edge["node"]["name"] for edge in page["edges"]] == players[:2]
    assert page["totalCount"] == len(players) == 5


async def test_nobody_plays_a_genre_that_does_not_exist(music: RunningService) -> None:
    page = (await music.ask(PAGE, genre="polka"))["artists"]

    assert (page["totalCount"], page["edges"]) == (0, [])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"first": 0}, "argument `first` must be from 1 to 100, not 0"),
        ({"first": 101}, "argument `first` must be from 1 to 100, not 101"),
        ({"after": "nonsense"}, "argument `after` is not a cursor of this list"),
    ],
)
async def test_a_page_that_cannot_be_is_an_error_with_its_reason(
    music: RunningService, arguments: dict[str, Any], message: str
) -> None:
    answer = await music.answer(PAGE, **arguments)

    assert answer["data"] is None
    [error] = answer["errors"]
    assert error["message"] == message
    assert error["path"] == ["artists"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}


async def test_the_cursor_of_another_list_is_refused(music: RunningService) -> None:
    data = await music.ask(
        "query ($slug: String!) { artist(slug: $slug) { albums { edges { cursor } } } }",
        slug=LEAD.slug,
    )

    answer = await music.answer(PAGE, after=data["artist"]["albums"]["edges"][0]["cursor"])

    assert answer["errors"][0]["message"] == "argument `after` is not a cursor of this list"


async def test_an_artist_is_found_by_a_slug_in_hangul(music: RunningService) -> None:
    data = await music.ask(
        '{ artist(slug: "달빛공장") { name slug district genres { slug name } } }'
    )

    assert data["artist"] == {
        "name": "달빛공장",
        "slug": "달빛공장",
        "district": "서울 마포구",
        "genres": [
            {"slug": "dream-pop", "name": "드림팝"},
            {"slug": "indie-rock", "name": "인디록"},
        ],
    }


async def test_an_artist_may_not_say_where_they_play_from(music: RunningService) -> None:
    data = await music.ask('{ artist(slug: "velvet-static") { name district } }')

    assert data["artist"] == {"name": "Velvet Static", "district": None}


async def test_no_artist_has_an_unknown_slug(music: RunningService) -> None:
    assert await music.ask('{ artist(slug: "nobody") { name } }') == {"artist": None}


async def test_genres_have_an_order(music: RunningService) -> None:
    data = await music.ask("{ genres { name } }")

    assert [genre["name"] for genre in data["genres"]] == [
        "인디록",
        "드림팝",
        "포크",
        "재즈",
        "힙합",
        "R&B",
        "일렉트로니카",
        "펑크",
        "앰비언트",
        "신스팝",
    ]


async def test_an_answer_is_not_escaped(music: RunningService) -> None:
    response = await music.client.post(
        "/graphql", json={"query": '{ artist(slug: "달빛공장") { name } }'}
    )

    assert response.content == '{"data":{"artist":{"name":"달빛공장"}}}'.encode()
    assert response.headers["content-type"] == "application/json"


async def test_a_nul_in_an_argument_is_told_and_not_an_internal_error(
    music: RunningService,
) -> None:
    answer = await music.answer(
        "query ($slug: String!) { artist(slug: $slug) { name } }", slug="a\0b"
    )

    (error,) = answer["errors"]
    assert error["message"] == "a text in the arguments holds a NUL"
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}

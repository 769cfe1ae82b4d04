"""Comments: reading them, and writing one."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from community.rules import Refusal, draft_comment
from community.tables import Comment
from kit.nodes import opaque_id
from kit.scene import ARTISTS, FAN_COUNT, LEAD, account_id, fan_id
from running_service import RunningService

HARU = account_id("haru")
LEAD_ID = opaque_id("Artist", LEAD.id)
CREATE = """
mutation Create($artistId: ID!, $body: String!) {
  createComment(input: { artistId: $artistId, body: $body }) {
    __typename
    ... on CreateCommentSuccess {
      commentEdge { cursor node { id body createdAt author { id } artist { id } } }
      artist { id comments(first: 1) { totalCount edges { cursor node { id } } } }
    }
    ... on NotSignedIn { message }
    ... on InvalidComment { field message }
  }
}
"""
PAGE = "{ edges { cursor node { id body createdAt } } pageInfo { hasNextPage endCursor } }"


async def create(
    community: RunningService,
    body: str,
    *,
    artist_id: str = LEAD_ID,
    viewer: UUID | None = HARU,
) -> dict[str, Any]:
    data = await community.ask(CREATE, viewer, artistId=artist_id, body=body)
    return data["createComment"]


async def comments_of(community: RunningService, arguments: str, fields: str = PAGE) -> Any:  # noqa: ANN401
    [artist] = await community.entities("Artist", [LEAD_ID], f"{{ comments{arguments} {fields} }}")
    assert artist is not None
    return artist["comments"]


async def count_of(community: RunningService) -> int:
    return (await comments_of(community, "", "{ totalCount }"))["totalCount"]


async def test_the_newest_comments_come_first_and_ten_when_not_said(
    community: RunningService,
) -> None:
    edges = (await comments_of(community, ""))["edges"]

    times = [edge["node"]["createdAt"] for edge in edges]
    assert len(times) == 10
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize("first", [1, 7, 40, 100])
async def test_pages_join_to_all_comments_also_those_of_one_moment(
    community: RunningService, first: int
) -> None:
    moment = datetime(2026, 8, 1, tzinfo=UTC)
    async with community.app.state.database.write() as session, session.begin():
        session.add_all(
            Comment(
                id=UUID(int=number),
                artist_id=LEAD.id,
                author_id=HARU,
                body=f"at once {number}",
                created_at=moment,
            )
            for number in range(9)
        )
    total = await count_of(community)

    found: list[dict[str, Any]] = []
    after = ""
    more = True
    while more:
        page = await comments_of(community, f'(first: {first}, after: "{after}")')
        found += [edge["node"] for edge in page["edges"]]
        more, after = page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"]

    assert len({comment["id"] for comment in found}) == len(found) == total
    assert [c["createdAt"] for c in found] == sorted((c["createdAt"] for c in found), reverse=True)
    at_once = [comment["body"] for comment in found if comment["body"].startswith("at once")]
    assert at_once == [f"at once {number}" for number in range(8, -1, -1)]


async def test_every_artist_of_the_scene_has_comments_by_its_fans(
    community: RunningService,
) -> None:
    ids = [opaque_id("Artist", artist.id) for artist in ARTISTS]

    found = await community.entities(
        "Artist", ids, "{ comments(first: 100) { totalCount edges { node { author { id } } } } }"
    )

    connections = [artist["comments"] for artist in found if artist]
    assert min(each["totalCount"] for each in connections) >= 20
    assert sum(each["totalCount"] for each in connections) == 1500
    authors = {edge["node"]["author"]["id"] for each in connections for edge in each["edges"]}
    fans = {HARU, account_id("minjun"), *(fan_id(number) for number in range(1, FAN_COUNT + 1))}
    assert authors <= {opaque_id("User", fan) for fan in fans}


async def test_an_artist_without_comments_has_an_empty_list(community: RunningService) -> None:
    [artist] = await community.entities(
        "Artist",
        [opaque_id("Artist", UUID(int=1))],
        "{ comments { totalCount edges { cursor } pageInfo { hasNextPage endCursor } } }",
    )

    assert artist == {
        "comments": {
            "totalCount": 0,
            "edges": [],
            "pageInfo": {"hasNextPage": False, "endCursor": None},
        }
    }


async def test_a_wrong_page_leaves_no_comments_and_says_why(community: RunningService) -> None:
    answer = await community.answer(
        "query ($r: [_Any!]!) { _entities(representations: $r)"
        " { ... on Artist { id comments(first: 101) { totalCount } } } }",
        r=[{"__typename": "Artist", "id": LEAD_ID}],
    )

    assert answer["data"] == {"_entities": [{"id": LEAD_ID, "comments": None}]}
    [error] = answer["errors"]
    assert error["message"] == "argument `first` must be from 1 to 100, not 101"
    assert error["path"] == ["_entities", 0, "comments"]


async def test_a_comment_is_an_entity(community: RunningService) -> None:
    [newest] = (await comments_of(community, "(first: 1)"))["edges"]
    missing = opaque_id("Comment", UUID(int=1))

    found = await community.entities(
        "Comment", [missing, newest["node"]["id"], LEAD_ID], "{ body artist { id } }"
    )

    assert found == [None, {"body": newest["node"]["body"], "artist": {"id": LEAD_ID}}, None]


async def test_fifty_artists_with_comments_and_counts_are_two_statements(
    community: RunningService,
) -> None:
    ids = [opaque_id("Artist", artist.id) for artist in ARTISTS]
    ids += [opaque_id("Artist", UUID(int=number)) for number in range(50 - len(ids))]

    with community.statements() as statements:
        found = await community.entities(
            "Artist",
            ids,
            "{ comments(first: 10) { totalCount edges { node { body author { id } } } } }",
        )

    assert [len(artist["comments"]["edges"]) for artist in found if artist] == [10] * 24 + [0] * 26
    assert len(statements) == 2


async def test_fifty_comments_are_one_statement(community: RunningService) -> None:
    edges = (await comments_of(community, "(first: 50)"))["edges"]

    with community.statements() as statements:
        found = await community.entities(
            "Comment",
            [edge["node"]["id"] for edge in edges],
            "{ body author { id } artist { id } }",
        )

    assert [comment and comment["body"] for comment in found] == [e["node"]["body"] for e in edges]
    assert len(statements) == 1


async def test_a_written_comment_is_the_newest_in_the_answer_and_in_the_next_query(
    community: RunningService,
) -> None:
    before = await count_of(community)
    begin = datetime.now(UTC)

    result = await create(community, "  오늘 공연 최고였어요!\n")

    edge = result["commentEdge"]
    assert result["__typename"] == "CreateCommentSuccess"
    assert edge["node"]["body"] == "오늘 공연 최고였어요!"
    assert edge["node"]["author"] == {"id": opaque_id("User", HARU)}
    assert edge["node"]["artist"] == {"id": LEAD_ID}
    written_at = datetime.fromisoformat(edge["node"]["createdAt"])
    assert begin <= written_at <= begin + timedelta(minutes=1)
    newest = {"cursor": edge["cursor"], "node": {"id": edge["node"]["id"]}}
    assert result["artist"] == {
        "id": LEAD_ID,
        "comments": {"totalCount": before + 1, "edges": [newest]},
    }
    page = await comments_of(community, "(first: 1)")
    assert page["edges"][0]["cursor"] == edge["cursor"]
    assert page["edges"][0]["node"]["body"] == "오늘 공연 최고였어요!"
    assert await count_of(community) == before + 1


async def test_nobody_writes_without_signing_in(community: RunningService) -> None:
    before = await count_of(community)

    result = await create(community, "hello", viewer=None)

    assert result == {"__typename": "NotSignedIn", "message": "sign in to write a comment"}
    assert await count_of(community) == before


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "is empty"),
        (" \n\t\u3000 ", "is empty"),
        ("\0\x1b", "is empty"),
        ("가" * 1001, "has 1001 characters, and 1000 are the most"),
    ],
)
async def test_an_empty_or_endless_comment_is_refused(
    community: RunningService, body: str, message: str
) -> None:
    before = await count_of(community)

    result = await create(community, body)

    assert result == {"__typename": "InvalidComment", "field": "body", "message": message}
    assert await count_of(community) == before


@pytest.mark.parametrize(
    "artist_id", ["", "nonsense", str(LEAD.id), opaque_id("Album", LEAD.id), LEAD_ID.lower()]
)
async def test_a_comment_to_what_is_no_artist_is_refused(
    community: RunningService, artist_id: str
) -> None:
    result = await create(community, "hello", artist_id=artist_id)

    assert result == {
        "__typename": "InvalidComment",
        "field": "artistId",
        "message": "is not the id of an artist",
    }


@pytest.mark.parametrize("body", ["가", "가" * 1000, "  " + "가" * 1000 + "\n"])
async def test_a_comment_of_one_to_a_thousand_characters_is_kept(
    community: RunningService, body: str
) -> None:
    result = await create(community, body)

    assert result["commentEdge"]["node"]["body"] == body.strip()


async def test_a_comment_is_kept_composed_and_without_what_no_text_holds(
    community: RunningService,
) -> None:
    typed = unicodedata.normalize("NFD", "달빛") + "\0 \ud800\x1b[31m👏\n공장"

    result = await create(community, typed)

    assert result["commentEdge"]["node"]["body"] == "달빛 [31m👏\n공장"


async def test_two_comments_of_one_request_are_kept_in_order_and_each_is_the_newest_in_its_answer(
    community: RunningService,
) -> None:
    before = await count_of(community)

    data = await community.ask(
        """
        mutation ($id: ID!) {
          one: createComment(input: { artistId: $id, body: "one" }) { ...newest }
          two: createComment(input: { artistId: $id, body: "two" }) { ...newest }
        }
        fragment newest on CreateCommentSuccess {
          artist { comments(first: 1) { totalCount edges { node { body } } } }
        }
        """,
        HARU,
        id=LEAD_ID,
    )

    for number, body in enumerate(("one", "two"), 1):
        assert data[body]["artist"]["comments"] == {
            "totalCount": before + number,
            "edges": [{"node": {"body": body}}],
        }


@pytest.mark.parametrize("body", ["\u200b\u200b", "\u2060", "\ufeff \u00ad"])
def test_what_nobody_can_see_is_no_comment(body: str) -> None:
    artist = opaque_id("Artist", UUID(int=1))

    assert draft_comment(artist, body) == Refusal("body", "is empty")

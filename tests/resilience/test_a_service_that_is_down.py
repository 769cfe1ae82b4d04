"""One service is down: the rest of the answer is there, and heals when the service is back."""

from __future__ import annotations

from running_platform import Platform

ARTIST_PAGE = """query ArtistPage($slug: String!) {
  artist(slug: $slug) {
    name
    tracks(first: 3) { edges { node { title } } }
    comments(first: 10) { edges { node { body author { displayName } } } }
  }
}"""


def test_without_community_the_artist_is_there_and_its_comments_are_one_error(
    platform: Platform,
) -> None:
    whole = platform.execute(ARTIST_PAGE, {"slug": "달빛공장"})
    stopped = platform.run("stop", "community")
    try:
        partial = platform.execute(ARTIST_PAGE, {"slug": "달빛공장"})
    finally:
        started = platform.run("start", "community")
    healed = platform.execute(ARTIST_PAGE, {"slug": "달빛공장"})

    assert "errors" not in whole
    assert stopped.returncode == 0, stopped.stderr
    assert partial["data"]["artist"] == {**whole["data"]["artist"], "comments": None}
    (error,) = partial["errors"]
    assert error["path"] == ["artist", "comments"]
    assert error["extensions"]["code"] == "DOWNSTREAM_SERVICE_ERROR"
    assert error["extensions"]["serviceName"] == "community"
    assert started.returncode == 0, started.stderr
    assert healed == whole


def test_a_comment_of_a_signed_in_fan_is_in_the_next_answer(platform: Platform) -> None:
    token = platform.sign_in()
    artist = platform.execute('{ artist(slug: "달빛공장") { id } }')["data"]["artist"]

    created = platform.execute(
        """mutation Say($input: CreateCommentInput!) {
          createComment(input: $input) {
            __typename
            ... on CreateCommentSuccess { commentEdge { node { id author { displayName } } } }
          }
        }""",
        {"input": {"artistId": artist["id"], "body": "오늘 공연 최고였어요"}},
        token,
    )["data"]["createComment"]
    after = platform.execute(
        '{ artist(slug: "달빛공장") { comments(first: 1) { edges { node { id body } } } } }'
    )["data"]["artist"]["comments"]["edges"][0]["node"]

    assert created["__typename"] == "CreateCommentSuccess"
    assert after == {"id": created["commentEdge"]["node"]["id"], "body": "오늘 공연 최고였어요"}


def test_without_a_token_nothing_is_written(platform: Platform) -> None:
    count = '{ artist(slug: "달빛공장") { id comments { totalCount } } }'
    before = platform.execute(count)["data"]["artist"]

    refused = platform.execute(
        """mutation Say($input: CreateCommentInput!) {
          createComment(input: $input) { __typename }
        }""",
        {"input": {"artistId": before["id"], "body": "누구세요"}},
    )["data"]["createComment"]

    assert refused == {"__typename": "NotSignedIn"}
    assert platform.execute(count)["data"]["artist"] == before


def test_an_unknown_service_is_named_with_those_that_exist(platform: Platform) -> None:
    result = platform.run("stop", "kommunity")

    assert result.returncode == 1
    assert "no service `kommunity`" in result.stderr
    assert "accounts, music, community" in result.stderr

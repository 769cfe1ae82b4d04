"""The artist page is one operation; a comment that is posted there stays."""

from __future__ import annotations

from playwright.sync_api import Request, expect

from visit import Visit

ARTIST = "/artist/달빛공장"


def test_the_whole_page_is_one_operation(visit: Visit) -> None:
    operations: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/graphql"):
            operations.append(request.post_data or "")

    visit.page.on("request", note)
    visit.page.goto(ARTIST)
    expect(visit.page.get_by_role("heading", level=2, name="댓글")).to_be_visible()
    visit.page.wait_for_load_state("networkidle")

    pages = [operation for operation in operations if "artist(" in operation]
    assert len(pages) == 1
    assert all(word in pages[0] for word in ("albums", "tracks", "comments", "author"))


def test_the_page_shows_what_the_graph_says(visit: Visit) -> None:
    artist = visit.platform.execute(
        """{ artist(slug: "달빛공장") {
          bio
          albums(first: 100) { edges { node { title tracks { title } } } }
          comments(first: 10) { edges { node { body author { displayName } } } totalCount }
        } }"""
    )["data"]["artist"]

    visit.page.goto(ARTIST)

    main = visit.page.get_by_role("main")
    expect(main.get_by_text(artist["bio"])).to_be_visible()
    newest = artist["albums"]["edges"][0]["node"]
    expect(main.get_by_role("heading", level=3, name=newest["title"]).first).to_be_visible()
    tracks = main.get_by_role("list", name=f"{newest['title']} 수록곡").get_by_role("listitem")
    expect(tracks).to_have_count(len(newest["tracks"]))
    comments = main.get_by_role("region", name="댓글").get_by_role("listitem")
    expect(comments).to_have_count(len(artist["comments"]["edges"]))
    first = artist["comments"]["edges"][0]["node"]
    expect(comments.first).to_contain_text(first["body"])
    expect(comments.first).to_contain_text(first["author"]["displayName"])


def test_a_fan_signs_in_and_posts_a_comment_that_is_there_after_a_reload(visit: Visit) -> None:
    body = "여기 코러스 최고예요!"
    visit.page.goto(ARTIST)

    visit.page.get_by_label("댓글 쓰기").fill(body)
    visit.page.get_by_role("button", name="댓글 남기기").click()
    dialog = visit.page.get_by_role("dialog")
    dialog.get_by_label("이메일").fill("haru@wing.test")
    dialog.get_by_label("비밀번호").fill("wing-demo-2026")
    dialog.get_by_role("button", name="로그인").click()

    comments = visit.page.get_by_role("region", name="댓글").get_by_role("listitem")
    expect(comments.first).to_contain_text(body)
    visit.page.reload()
    expect(comments.first).to_contain_text(body)
    me = visit.platform.execute("{ me { displayName } }", token=visit.platform.sign_in())
    expect(comments.first).to_contain_text(me["data"]["me"]["displayName"])


def test_a_wrong_password_is_told_and_nothing_is_posted(visit: Visit) -> None:
    visit.page.goto(ARTIST)

    visit.page.get_by_label("댓글 쓰기").fill("누구게")
    visit.page.get_by_role("button", name="댓글 남기기").click()
    dialog = visit.page.get_by_role("dialog")
    dialog.get_by_label("이메일").fill("haru@wing.test")
    dialog.get_by_label("비밀번호").fill("wrong")
    dialog.get_by_role("button", name="로그인").click()

    expect(dialog.get_by_role("alert")).to_have_text("이메일이나 비밀번호가 맞지 않아요.")
    dialog.get_by_role("button", name="닫기").click()
    expect(visit.page.get_by_role("listitem").filter(has_text="누구게")).to_have_count(0)


def test_with_community_down_the_page_stays_and_heals_without_a_reload(visit: Visit) -> None:
    visit.platform.run("stop", "community")
    try:
        visit.page.goto(ARTIST)
        section = visit.page.get_by_role("region", name="댓글")

        expect(visit.page.get_by_role("heading", level=1, name="달빛공장")).to_be_visible()
        expect(visit.page.get_by_role("list", name="수록곡").first).to_be_visible()
        expect(section.get_by_text("지금은 댓글을 불러올 수 없어요.")).to_be_visible()
    finally:
        visit.platform.run("start", "community")
    section.get_by_role("button", name="다시 시도").click()
    expect(section.get_by_role("listitem")).to_have_count(10)

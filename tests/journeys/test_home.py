"""A fan who is not signed in opens the home page."""

from __future__ import annotations

from playwright.sync_api import expect

from visit import Visit

ROWS_AT_ONCE = 16


def test_the_home_page_lists_every_artist_of_the_graph(visit: Visit) -> None:
    everyone = visit.platform.execute(
        "{ artists(first: 100) { edges { node { name slug } } totalCount } }"
    )["data"]["artists"]

    visit.page.goto("/")

    expect(visit.page.get_by_role("heading", level=1)).to_be_visible()
    rows = visit.page.get_by_role("list", name="아티스트").get_by_role("listitem")
    expect(rows).to_have_count(ROWS_AT_ONCE)
    visit.page.get_by_role("button", name="더 보기").click()
    expect(rows).to_have_count(everyone["totalCount"])
    for edge in everyone["edges"]:
        expect(rows.filter(has_text=edge["node"]["name"]).first).to_be_visible()


def test_a_row_leads_to_the_page_of_its_artist(visit: Visit) -> None:
    visit.page.goto("/")

    visit.page.get_by_role("main").get_by_role("link", name="달빛공장").click()

    expect(visit.page.get_by_role("heading", level=1, name="달빛공장")).to_be_visible()
    expect(visit.page).to_have_title("달빛공장 · Win:G")


def test_an_address_that_names_nothing_says_so(visit: Visit) -> None:
    visit.page.goto("/artist/nobody-at-all")

    expect(visit.page.get_by_text("그런 이름의 아티스트를 찾지 못했어요.")).to_be_visible()

"""A developer opens GraphiQL: everything it needs comes from here."""

from __future__ import annotations

from playwright.sync_api import Response, expect

from visit import Visit


def test_an_example_runs_and_answers_from_three_subgraphs(visit: Visit) -> None:
    visit.page.goto("/graphiql")
    # The button does nothing until the editor beside it is there.
    expect(visit.page.locator(".graphiql-query-editor")).to_contain_text("ArtistPage")
    run = visit.page.get_by_role("button", name="Execute query")

    with visit.page.expect_response(_is_the_example) as answered:
        run.click()

    artist = answered.value.json()["data"]["artist"]
    assert artist["name"] == "달빛공장"
    assert len(artist["comments"]["edges"]) == 10
    assert all(edge["node"]["author"]["displayName"] for edge in artist["comments"]["edges"])
    expect(visit.page.get_by_role("region", name="Result Window")).to_contain_text("달빛공장")


def test_the_documentation_lists_types_of_every_subgraph(visit: Visit) -> None:
    visit.page.goto("/graphiql")

    visit.page.get_by_role("button", name="Show Documentation Explorer").click()

    explorer = visit.page.get_by_role("complementary").or_(
        visit.page.locator(".graphiql-doc-explorer")
    )
    for name in ("User", "Artist", "Comment"):
        expect(explorer.first.get_by_role("link", name=name, exact=True)).to_be_visible()


def _is_the_example(response: Response) -> bool:
    return response.url.endswith("/graphql") and "comments" in (response.request.post_data or "")

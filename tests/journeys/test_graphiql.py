"""A developer opens GraphiQL: everything it needs comes from here."""

from __future__ import annotations

from playwright.sync_api import expect

from visit import Visit


def test_an_example_runs_and_answers_from_three_subgraphs(visit: Visit) -> None:
    visit.page.goto("/graphiql")
    visit.page.get_by_role("button", name="Execute query").click()

    result = visit.page.get_by_role("region", name="Operation Results").or_(
        visit.page.locator(".result-window")
    )
    expect(result.first).to_contain_text("달빛공장")
    expect(result.first).to_contain_text("displayName")


def test_the_documentation_lists_types_of_every_subgraph(visit: Visit) -> None:
    visit.page.goto("/graphiql")

    visit.page.get_by_role("button", name="Show Documentation Explorer").click()

    explorer = visit.page.get_by_role("complementary").or_(
        visit.page.locator(".graphiql-doc-explorer")
    )
    for name in ("User", "Artist", "Comment"):
        expect(explorer.first.get_by_role("link", name=name, exact=True)).to_be_visible()

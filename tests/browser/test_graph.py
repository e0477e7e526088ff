"""The agent graph in a browser."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Site


def test_the_graph_shows_who_called_whom(page: Page, site: Site) -> None:
    page.goto(site.trace(site.agent))
    page.get_by_role("link", name="Graph").click()
    expect(page).to_have_url(re.compile("view=graph"))
    node = page.get_by_role("link", name=re.compile("issue_refund.*1 failed"))
    expect(node).to_be_visible()
    expect(page.locator(".edge")).to_have_count(3)
    node.click()
    expect(page.locator("#span h2")).to_have_text("issue_refund")
    expect(page).to_have_url(re.compile("view=graph&span=[0-9a-f]{16}"))
    page.go_back()
    expect(page.locator("#span h2")).to_have_text("refund-agent")


def test_it_is_a_table_as_well(page: Page, site: Site) -> None:
    page.goto(site.trace(site.agent) + "?view=graph")
    page.get_by_text("As a table").click()
    row = page.get_by_role("row", name=re.compile("issue_refund"))
    expect(row).to_contain_text("refund")
    expect(row.get_by_role("cell").nth(3)).to_have_text("1")


def test_it_is_made_larger_and_smaller(page: Page, site: Site) -> None:
    page.goto(site.trace(site.agent) + "?view=graph")
    width = page.locator("#graph").bounding_box()["width"]
    page.get_by_role("button", name="Larger").click()
    assert page.locator("#graph").bounding_box()["width"] > width
    page.get_by_role("button", name="Fit").click()
    box, room = page.locator("#graph").bounding_box(), page.locator("#canvas").bounding_box()
    assert box["width"] <= room["width"] + 1


def test_a_trace_without_actors_says_so(page: Page, site: Site) -> None:
    page.goto(site.trace(site.deep) + "?view=graph")
    expect(page.get_by_text("No agents, models or tools in this trace")).to_be_visible()

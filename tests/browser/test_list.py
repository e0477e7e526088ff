"""The traces list in a browser."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Site
from tests.support.otlp import request, span
from tests.support.processes import wait_for


def test_it_filters_and_the_address_keeps_the_filter(page: Page, site: Site) -> None:
    page.goto(site.traces)
    expect(page.locator("tr[data-href]").first).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("name:refund-agent")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"filter=name%3Arefund-agent"))
    expect(page.locator("tr[data-href]")).to_have_count(1)
    page.get_by_label("Time range: Last 24 hours").click()
    page.get_by_role("link", name="Last 7 days").click()
    expect(page).to_have_url(re.compile(r"filter=name%3Arefund-agent.*range=7d|range=7d.*filter=name%3Arefund-agent"))
    expect(page.locator("tr[data-href]")).to_have_count(1)


def test_a_custom_range_is_typed_in_ones_own_time(browser_context_berlin: BrowserContext, site: Site) -> None:
    page = browser_context_berlin.new_page()
    page.goto(site.traces)
    page.locator(".range summary").click()
    page.locator(".range input[name=from]").fill("2026-11-20T12:00:00")
    page.locator(".range input[name=to]").fill("2026-11-20T13:00:00")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile(r"from=2026-11-20T11%3A00%3A00Z&to=2026-11-20T12%3A00%3A00Z"))
    page.locator(".range summary").click()
    expect(page.locator(".range input[name=from]")).to_have_value(re.compile("2026-11-20T12:00"))


def test_a_wrong_filter_puts_the_caret_where_it_is_wrong(context: BrowserContext, site: Site) -> None:
    page = context.new_page()
    page.goto(site.traces + "?filter=model:x+(")
    expect(page.get_by_role("alert")).to_be_visible()
    assert page.evaluate("document.activeElement.id") == "filter"


def test_it_is_worked_with_keys(page: Page, site: Site) -> None:
    page.goto(site.traces + "?filter=name:refund-agent")
    page.keyboard.press("j")
    expect(page.locator("tr[aria-selected=true]")).to_have_count(1)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(site.agent))


def test_more_rows_are_appended_and_pages_are_addresses(page: Page, site: Site) -> None:
    for _ in range(3):
        site.server.send(request(*(span("page filler") for _ in range(40))).SerializeToString())
    wait_for(lambda: len(site.server.api("traces", limit=200).json()["results"]) > 120, why="120 traces more")
    page.goto(site.traces)
    rows = page.locator("tr[data-href]")
    expect(rows).to_have_count(50)
    page.get_by_role("link", name="Load more").click()
    expect(rows).to_have_count(100)
    names = page.evaluate("[...document.querySelectorAll('tr[data-href]')].map(r => r.dataset.href)")
    assert len(set(names)) == 100
    page.goto(site.traces)
    page.get_by_role("link", name="Older").click()
    expect(page).to_have_url(re.compile("cursor="))
    expect(rows.first).to_have_attribute("data-href", names[50])
    page.get_by_role("link", name="Newer").click()
    expect(rows.first).to_have_attribute("data-href", names[0])


def test_it_works_without_scripts(context: BrowserContext, site: Site) -> None:
    plain = context.browser.new_context(
        base_url=site.server.web, storage_state=context.storage_state(), java_script_enabled=False
    )
    page = plain.new_page()
    page.goto(site.traces + "?filter=name:refund-agent")
    expect(page.locator("time").first).to_contain_text("UTC")
    page.get_by_role("link", name="refund-agent").click()
    page.get_by_role("treeitem", name=re.compile("issue_refund")).click()
    expect(page.locator("#span h2")).to_have_text("issue_refund")
    expect(page.locator("#sec-details")).to_be_visible()
    plain.close()

"""Narrowing the traces list down: facets, the histogram and the time range."""

from __future__ import annotations

import re
import time

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import EVIL, Site
from tests.support.otlp import SECOND, request, span
from tests.support.processes import wait_for

ROWS = "tr[data-href]"


def test_a_click_writes_the_filter_and_back_takes_it_away(page: Page, site: Site) -> None:
    page.goto(site.traces)
    page.locator("#facet-status a.choice", has_text="error").click()
    expect(page).to_have_url(re.compile("filter=status%3Aerror"))
    expect(page.locator("#filter")).to_have_value("status:error")
    expect(page.locator(ROWS)).to_have_count(1)
    expect(page.locator("#facet-status [aria-current]")).to_have_text("error")
    assert page.evaluate("document.activeElement.closest('#facet-status') !== null")  # one can go on with the keyboard
    page.locator("#facet-status a.choice", has_text="unset").click()
    expect(page.locator("#filter")).to_have_value("status:error,unset")
    page.go_back()
    page.go_back()
    expect(page.locator("#filter")).to_have_value("")
    expect(page.locator("#facet-status [aria-current]")).to_have_count(0)


def test_the_count_is_what_the_list_then_shows(page: Page, site: Site) -> None:
    page.goto(site.traces)
    count = page.locator("#facet-type li", has_text="agent").locator(".count").inner_text()
    page.locator("#facet-type a.choice", has_text="agent").click()
    expect(page.locator("#filter")).to_have_value("type:agent")
    expect(page.locator(ROWS)).to_have_count(int(count))
    expect(page.locator("[data-readout] b").first).to_have_text(count)


def test_shift_or_the_word_not_leaves_a_value_out(page: Page, site: Site) -> None:
    page.goto(site.traces)
    page.locator("#facet-type a.choice", has_text="tool").click(modifiers=["Shift"])
    expect(page.locator("#filter")).to_have_value("-type:tool")
    expect(page.locator("#facet-type li.out")).to_contain_text("tool")
    page.locator("#facet-type li.out a.choice").click()
    expect(page.locator("#filter")).to_have_value("")
    expect(page.locator("#facet-type li.out")).to_have_count(0)
    page.get_by_role("link", name="Leave out llm").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#filter")).to_have_value("-type:llm")


def test_more_values_are_searched(page: Page, site: Site) -> None:
    site.server.send(request(*(span(f"named {n}") for n in range(12))).SerializeToString())
    page.goto(site.traces)
    page.locator("#facet-name summary").click()
    wait_for(lambda: page.reload() and "More…" in page.locator("#facet-name").inner_text(), why="more names")
    page.locator("#more-name").click()
    expect(page.locator("#search-name")).to_be_focused()
    page.keyboard.type("named 11", delay=20)
    expect(page.locator("#facet-name .value")).to_have_text(["named 11"])
    expect(page.locator("#search-name")).to_have_value("named 11")


def test_users_are_counted_when_asked_for(page: Page, site: Site) -> None:
    page.goto(site.traces)
    page.locator("#facet-user summary").click()
    expect(page.locator("#facet-user .value", has_text=EVIL)).to_have_count(1)  # the hostile one, as text
    assert page.evaluate("window.hacked") is None


def test_dragging_over_bars_zooms_and_back_leads_out(page: Page, site: Site) -> None:
    start = time.time_ns() - 5 * 3600 * SECOND
    old = span("five hours ago", start_time_unix_nano=start, end_time_unix_nano=start + SECOND)
    site.server.send(request(old).SerializeToString())
    site.server.trace(old.trace_id)
    page.goto(site.traces)
    bar = page.locator("svg.strip g:not([data-traces='0'])").first
    bar.hover(force=True)
    expect(page.locator("[data-readout]")).to_contain_text(": 1 trace")
    box = bar.bounding_box()
    assert box is not None
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 2.5, box["y"] + 5, steps=4)
    expect(page.locator("[data-readout]")).to_contain_text(" to ")
    page.mouse.up()
    expect(page).to_have_url(re.compile("from=.*&to="))
    expect(page.locator(ROWS)).to_have_count(1)
    expect(page.locator(ROWS)).to_contain_text("five hours ago")
    page.go_back()
    expect(page).not_to_have_url(re.compile("from="))
    expect(page.locator(ROWS).nth(1)).to_be_visible()


def test_a_length_of_time_is_typed(page: Page, site: Site) -> None:
    page.goto(site.traces)
    page.get_by_label("Time range: Last 24 hours").click()
    page.get_by_placeholder("45m").fill("last 45 minutes")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("range=last"))
    expect(page.get_by_label("Time range: Last 45 minutes")).to_be_visible()


def test_times_are_shown_in_utc_when_one_wants_so(browser_context_berlin: BrowserContext, site: Site) -> None:
    page = browser_context_berlin.new_page()
    page.goto(f"{site.traces}?filter=name:refund-agent")
    first = page.locator("td.time time").first
    local = first.inner_text()
    page.locator(".range summary").click()
    page.get_by_role("button", name="UTC").click()
    expect(first).not_to_have_text(local)
    utc = first.inner_text()
    assert utc[-5:] in (first.get_attribute("datetime") or "")
    page.reload()
    expect(page.locator("td.time time").first).to_have_text(utc)


def test_on_a_phone_facets_are_a_sheet(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(site.traces)
    expect(page.locator("#facets")).not_to_be_visible()
    page.locator("#facets-button").click()
    page.locator("#facet-status a.choice", has_text="error").click()
    expect(page.locator(ROWS)).to_have_count(1)
    expect(page.locator("#facets")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#facets")).not_to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_without_scripts_facets_are_a_page_of_links(context: BrowserContext, site: Site) -> None:
    plain = context.browser.new_context(
        base_url=site.server.web, storage_state=context.storage_state(), java_script_enabled=False
    )
    page = plain.new_page()
    page.goto(site.traces)
    page.locator("#facets").get_by_role("link", name="Narrow down").click()
    page.get_by_role("link", name="error", exact=True).click()
    expect(page).to_have_url(re.compile("filter=status%3Aerror"))
    expect(page.locator(ROWS)).to_have_count(1)
    plain.close()

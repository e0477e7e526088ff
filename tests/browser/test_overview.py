"""The overview: charts that load by themselves, zoom, lead to their traces, and can be read as tables."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import Site

OVERVIEW = "/p/tests/overview/"


def chart(page: Page, key: str) -> Locator:
    found = page.locator(f"[data-widget={key}] .js-plotly-plot")
    found.wait_for()
    return found


def test_tiles_and_charts_are_filled(page: Page, site: Site) -> None:
    page.goto(OVERVIEW)
    expect(page.locator("[data-tile=requests] strong")).to_have_text(re.compile(r"^\d+$"))
    chart(page, "requests")
    chart(page, "latency")
    expect(page.locator("[data-widget=slowest] li").first).to_be_visible()
    expect(page.get_by_role("link", name="Overview", exact=True)).to_have_attribute("aria-current", "page")
    assert page.evaluate("window.hacked") is None  # the hostile trace is among them


def test_dragging_zooms_and_back_leads_out(page: Page, site: Site) -> None:
    page.goto(OVERVIEW)
    plot = chart(page, "requests").locator(".nsewdrag").first
    box = plot.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + 55, steps=5)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"from=.*Z&to=.*Z"))
    expect(page.get_by_label("Time range: Custom range")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Time range: Last 24 hours")).to_be_visible()


def test_a_point_opens_its_traces(page: Page, site: Site) -> None:
    page.goto(OVERVIEW + "?range=30d")
    drawn = chart(page, "requests")
    drawn.evaluate("""(element) => {
      const trace = element.data.findIndex((one) => one.name === "with errors");
      const point = element.data[trace].y.findLastIndex((y) => y > 0);
      element.emit("plotly_click", { points: [{ curveNumber: trace, pointNumber: point }] });
    }""")
    expect(page).to_have_url(re.compile(r"/traces/\?from=.*&to=.*&filter=status%3Aerror"))
    expect(page.locator("tr[data-href]", has_text="refund-agent")).to_have_count(1)


def test_colours_follow_the_theme_at_once(page: Page, site: Site) -> None:
    page.goto(OVERVIEW)
    line = chart(page, "latency").locator("path.js-line").first
    light = line.evaluate("(path) => getComputedStyle(path).stroke")
    page.get_by_role("button", name="Dark theme").click()
    expect(line).not_to_have_css("stroke", light)


def test_a_chart_is_a_table_for_who_prefers_reading(page: Page, site: Site) -> None:
    page.goto(OVERVIEW)
    chart(page, "requests")
    page.locator("[data-widget=requests] summary").click()
    table = page.locator("[data-widget=requests] table")
    expect(table.locator("th")).to_have_text(["From", "requests", "with errors"])
    expect(table.locator("tbody tr").first).to_be_visible()


def test_a_filter_narrows_everything_and_a_wrong_one_is_explained(page: Page, site: Site) -> None:
    page.goto(OVERVIEW)
    page.locator("#filter").fill("name:refund-agent")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("filter=name%3Arefund-agent"))
    expect(page.locator("[data-tile=requests] strong")).to_have_text("1")
    expect(page.locator("[data-widget=slowest] li")).to_have_count(1)
    page.locator("[data-widget=slowest] li a").click()
    expect(page).to_have_url(re.compile(f"/traces/{site.agent}/"))


def test_a_wrong_filter_is_explained(context: BrowserContext, site: Site) -> None:
    page = context.new_page()  # the browser logs the status 400
    page.goto(OVERVIEW + "?filter=model:(")
    expect(page.get_by_role("alert")).to_be_visible()


def test_it_fits_a_phone(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(OVERVIEW)
    chart(page, "requests")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_without_scripts_the_numbers_are_a_link_away(context: BrowserContext, site: Site) -> None:
    assert context.browser is not None
    plain = context.browser.new_context(
        base_url=site.server.web, storage_state=context.storage_state(), java_script_enabled=False
    )
    page = plain.new_page()
    page.goto(OVERVIEW)
    page.get_by_role("link", name="Show the numbers").first.click()
    page.locator("summary").last.click()
    expect(page.locator("tbody tr").first).to_be_visible()
    plain.close()

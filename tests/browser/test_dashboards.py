"""Dashboards: put together by hand, compared with the time before, and every kind of chart leads to its traces."""

from __future__ import annotations

import json
import re
from pathlib import Path

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.boards import make_board
from tests.browser.conftest import Site

BOARDS = "/p/tests/dashboards/"
CLICK = """(element, [trace, point]) => element.emit("plotly_click", {
  points: [{ curveNumber: trace, pointNumber: point }] })"""


def widget(page: Page, key: str) -> Locator:
    return page.locator(f"[data-widget={key}]")


def chart(page: Page, key: str) -> Locator:
    found = widget(page, key).locator(".js-plotly-plot")
    found.wait_for()
    return found


def test_one_is_made_and_filled_by_hand(page: Page, site: Site) -> None:
    page.goto(BOARDS)
    page.get_by_role("link", name="New dashboard").click()
    page.get_by_label("Name").fill("Ours")
    page.get_by_role("button", name="Make the dashboard").click()
    page.get_by_role("link", name="Add a widget").click()
    page.get_by_label("Model calls", exact=True).first.check(force=True)
    page.get_by_label("Tokens", exact=True).check()
    page.locator("select[name=group_calls]").select_option("model")
    page.get_by_label("Stacked").check(force=True)
    expect(page.locator(".tried h2")).to_have_text("Tokens by model")
    page.locator(".tried .js-plotly-plot").wait_for()
    page.get_by_role("button", name="Add to the dashboard").click()
    expect(page.get_by_role("heading", name="Tokens by model")).to_be_visible()
    page.get_by_role("link", name="Done").click()
    page.locator(".widget .js-plotly-plot").wait_for()
    expect(page.locator(".tools")).to_have_count(0)


def test_the_preview_says_what_does_not_fit(page: Page, site: Site) -> None:
    page.goto(f"{BOARDS}{site.empty}/new/")
    page.locator(".tried .js-plotly-plot").wait_for()
    page.get_by_label("Ranking").check(force=True)
    expect(page.locator(".tried [role=alert]")).to_contain_text("A ranking needs a grouping")
    page.locator("select[name=group_traces]").select_option("user")
    expect(page.locator(".tried .ranking li").first).to_be_visible()


def test_widgets_are_moved_and_removed(page: Page, site: Site) -> None:
    board = make_board(site.server, "Two", [{"measures": ["traces"]}, {"measures": ["spans"]}])
    page.goto(f"{BOARDS}{board}/?range=7d&edit=1")
    page.get_by_role("button", name="Earlier: Spans").click()
    expect(page.locator(".widget h2")).to_have_text(["Spans", "Traces"])
    page.locator("summary", has_text="Remove").first.click()
    page.locator(".tools").first.get_by_role("button", name="Remove", exact=True).click()
    expect(page.locator(".widget h2")).to_have_text(["Traces"])
    expect(page).to_have_url(re.compile("range=7d"))  # as it was


def test_it_is_compared_with_the_time_before(page: Page, site: Site) -> None:
    page.goto(f"{BOARDS}{site.board}/")
    chart(page, "requests")
    page.get_by_role("link", name="Compare with the time before").click()
    expect(page).to_have_url(re.compile("compare=previous"))
    expect(widget(page, "numbers").locator(".number p").first).to_contain_text("before")
    names = chart(page, "requests").evaluate("(element) => element.data.map((one) => [one.name, one.line?.dash])")
    assert names[2:] == [["requests, before", "dot"], ["with errors, before", "dot"]]
    page.get_by_role("link", name="Compare with the time before").click()
    expect(page).not_to_have_url(re.compile("compare"))


def test_bars_and_groups_lead_to_their_traces(page: Page, site: Site) -> None:
    page.goto(f"{BOARDS}{site.board}/?range=30d")
    point = chart(page, "tokens").evaluate("(element) => element.data[0].y.findLastIndex((y) => y > 0)")
    chart(page, "tokens").evaluate(CLICK, [0, point])
    expect(page).to_have_url(re.compile(r"/traces/\?from=.*&to=.*&filter=model"))
    expect(page.locator("tr[data-href]").first).to_be_visible()


def test_cells_and_columns_of_distributions_lead_to_their_traces(page: Page, site: Site) -> None:
    page.goto(f"{BOARDS}{site.board}/?range=30d")
    column = chart(page, "histogram").evaluate("(element) => element.data[0].y.findIndex((y) => y > 0)")
    chart(page, "histogram").evaluate(CLICK, [0, column])
    expect(page).to_have_url(re.compile(r"/traces/\?.*latency%3E%3D"))
    expect(page.locator("tr[data-href]").first).to_be_visible()
    page.go_back()
    cell = chart(page, "heatmap").evaluate("""(element) => {
      const z = element.data[0].customdata, row = z.findLastIndex((one) => one.some((n) => n > 0));
      return [row, z[row].findIndex((n) => n > 0)];
    }""")
    chart(page, "heatmap").evaluate(CLICK, [0, cell])
    expect(page).to_have_url(re.compile(r"/traces/\?.*is%3Aroot\+latency%3E%3D"))
    expect(page.locator("tr[data-href]").first).to_be_visible()


def test_tables_rankings_and_numbers_are_links(page: Page, site: Site) -> None:
    page.goto(f"{BOARDS}{site.board}/")
    for key, link in (
        ("types", "td a"), ("users", ".ranking a"), ("numbers", "strong a"), ("requests", "td a"),
    ):  # fmt: skip
        expect(widget(page, key).locator(link).first).to_have_attribute("href", re.compile(r"/traces/\?from=.*&to="))


def test_dragging_on_a_heatmap_zooms(page: Page, site: Site) -> None:
    page.goto(f"{BOARDS}{site.board}/")
    plot = chart(page, "heatmap").locator(".nsewdrag").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + 55, steps=5)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"from=.*Z&to=.*Z"))


def test_an_export_is_imported(page: Page, site: Site, tmp_path: Path) -> None:
    page.goto(f"{BOARDS}{site.board}/")
    page.locator("summary[aria-label=More]").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as JSON").click()
    file = tmp_path / "board.json"
    download.value.save_as(file)
    assert json.loads(file.read_text())["widgets"][0]["measures"] == ["traces", "trace_error_rate"]
    page.goto(f"{BOARDS}new/#import")
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Costs")
    assert site.board not in page.url


def test_it_fits_a_phone_and_can_be_edited_there(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for path in (f"{site.board}/?compare=previous", f"{site.board}/?edit=1", f"{site.empty}/new/", "new/", ""):
        page.goto(BOARDS + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path


def test_without_scripts_it_is_read_and_edited(context: BrowserContext, site: Site) -> None:
    assert context.browser is not None
    board = make_board(site.server, "Plain", [{"measures": ["traces"]}])
    plain = context.browser.new_context(
        base_url=site.server.web, storage_state=context.storage_state(), java_script_enabled=False
    )
    page = plain.new_page()
    page.goto(f"{BOARDS}{board}/new/")
    page.get_by_label("Spans", exact=True).first.check(force=True)
    page.locator(".of-spans input[value=spans]").check()
    page.get_by_role("button", name="Add to the dashboard").click()
    expect(page.locator(".widget h2")).to_have_text(["Traces", "Spans"])
    page.get_by_role("link", name="Show the numbers").last.click()
    page.locator("main summary").last.click()
    expect(page.locator("tbody tr").first).to_be_visible()
    plain.close()

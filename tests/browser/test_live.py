"""The list that goes on by itself, selecting rows, columns, and the card under the pointer."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.support.otlp import llm_span, request, span

ROWS = "tr[data-href]"


def send(site: Site, name: str, count: int = 1) -> None:
    spans = [span(name) for _ in range(count)]
    assert site.server.send(request(*spans).SerializeToString()).status == 200
    site.server.trace(spans[-1].trace_id)


def test_new_traces_appear_at_the_top_and_the_chosen_row_stays(page: Page, site: Site) -> None:
    send(site, "live before", 40)
    page.goto(f"{site.traces}?filter=name:live*")
    page.locator("#live").click()
    expect(page).to_have_url(re.compile("live=1"))
    for _ in range(20):
        page.keyboard.press("j")
    chosen = page.locator(f"{ROWS}[aria-selected=true]")
    before = chosen.bounding_box()
    mark = chosen.get_attribute("data-id")
    send(site, "live after", 3)
    expect(page.locator(f"{ROWS}.new")).to_have_count(3, timeout=15_000)
    expect(page.locator(ROWS).first).to_contain_text("live after")
    assert (chosen.get_attribute("data-id"), chosen.bounding_box()) == (mark, before)
    assert page.evaluate("document.activeElement.closest('tr').dataset.id") == mark


def test_without_live_a_line_says_how_many_came(page: Page, site: Site) -> None:
    send(site, "told before")
    page.goto(f"{site.traces}?filter=name:told*")
    expect(page.locator(ROWS)).to_have_count(1)
    send(site, "told after", 2)
    page.get_by_role("link", name="2 new traces").click(timeout=20_000)
    expect(page.locator(ROWS)).to_have_count(3)


def test_rows_are_selected_with_keys_and_downloaded(page: Page, site: Site) -> None:
    send(site, "picked", 5)
    page.goto(f"{site.traces}?filter=name:picked")
    expect(page.locator(ROWS)).to_have_count(5)
    page.keyboard.press("j")
    page.keyboard.press("x")
    for _ in range(2):
        page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    expect(page.locator(".bulk-count")).to_have_text("3 selected")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download JSONL").click()
    lines = download.value.path().read_text().splitlines()
    assert [json.loads(line)["name"] for line in lines] == ["picked"] * 3
    page.locator("#all").click()
    expect(page.locator(".bulk-count")).to_have_text("5 selected")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".bulk")).not_to_be_visible()


def test_two_selected_traces_are_compared_the_older_one_first(page: Page, site: Site) -> None:
    send(site, "chosen older")
    send(site, "chosen newer")
    page.goto(f"{site.traces}?filter=name:chosen*")
    expect(page.locator(ROWS)).to_have_count(2)
    ids = page.eval_on_selector_all(ROWS, "rows => rows.map((row) => row.dataset.id)")
    compare = page.get_by_role("button", name="Compare")
    page.locator(f"{ROWS} .pick input").first.check()
    expect(compare).to_be_disabled()
    page.locator(f"{ROWS} .pick input").nth(1).check()
    compare.click()
    expect(page).to_have_url(re.compile(rf"/p/tests/compare/\?a={ids[1]}&b={ids[0]}$"))
    expect(page.locator("main")).to_contain_text("chosen newer")


def test_columns_are_chosen_and_remembered(page: Page, site: Site) -> None:
    page.goto(f"{site.traces}?filter=name:refund-agent")
    expect(page.locator("th.session")).to_have_count(0)
    page.locator(".view summary").click()
    page.get_by_label("Session").check()
    expect(page.locator("th.session")).to_have_count(1)
    expect(page).to_have_url(re.compile("filter=name"))
    page.goto(site.traces)
    expect(page.locator("th.session")).to_have_count(1)
    page.goto(f"{site.traces}?cols=cost")
    expect(page.locator("thead th")).to_have_text(["Trace", "Cost"])


def test_the_longest_come_first_when_asked(page: Page, site: Site) -> None:
    long, short = span("order long"), span("order short")
    long.start_time_unix_nano -= 9_000_000_000
    assert site.server.send(request(long, short).SerializeToString()).status == 200
    site.server.trace(short.trace_id)
    page.goto(f"{site.traces}?filter=name:order*")
    page.locator("th.duration a").click()
    expect(page).to_have_url(re.compile("order=slowest"))
    expect(page.locator(ROWS).first).to_contain_text("order long")
    expect(page.locator("th.duration")).to_have_attribute("aria-sort", "descending")


def test_a_row_under_the_pointer_shows_the_first_messages(page: Page, site: Site) -> None:
    call = llm_span(b"\x42" * 16)
    site.server.send(request(call).SerializeToString())
    site.server.trace(call.trace_id)
    page.goto(f"{site.traces}?filter=trace:{'42' * 16}")
    page.locator(f"{ROWS} td.io").hover()
    card = page.locator("#glance")
    expect(card).to_contain_text("User")
    expect(card).to_contain_text("What is the weather in Ulm?")
    expect(card).to_contain_text("Sunny.")
    page.keyboard.press("Escape")
    expect(card).not_to_be_visible()
    page.mouse.move(0, 0)
    page.keyboard.press("j")
    expect(card).to_be_visible()


def test_o_opens_another_tab(page: Page, site: Site) -> None:
    page.goto(f"{site.traces}?filter=name:refund-agent")
    page.keyboard.press("j")
    with page.context.expect_page() as opened:
        page.keyboard.press("o")
    expect(opened.value).to_have_url(re.compile(site.agent))

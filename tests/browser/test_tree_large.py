"""A trace of many thousand spans: what is seen is there, wherever one scrolls; and runs of similar siblings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.otlp import Status, request, span
from tests.support.server import Server

COUNT = 12_000
LARGE, REPEATED = bytes([31]) * 16, bytes([32]) * 16


def large() -> Iterator[Any]:
    root = span("large", trace_id=LARGE)
    start = root.start_time_unix_nano
    yield root
    for i in range(1, COUNT):
        times = {"start_time_unix_nano": start + i * 1000, "end_time_unix_nano": start + i * 1000 + 900}
        status = Status(code=Status.STATUS_CODE_ERROR, message="boom") if i == 9_000 else Status()
        yield span(f"step {i}", trace_id=LARGE, parent=root.span_id, status=status, **times)


def repeated() -> Iterator[Any]:
    root = span("nightly", trace_id=REPEATED)
    start = root.start_time_unix_nano
    yield root
    for i in range(480):
        times = {"start_time_unix_nano": start + i * 1000, "end_time_unix_nano": start + i * 1000 + 900}
        status = Status(code=Status.STATUS_CODE_ERROR, message="busy") if i == 300 else Status()
        yield span("search", trace_id=REPEATED, parent=root.span_id, status=status, **times)


@pytest.fixture(scope="module")
def traces(server: Server) -> dict[str, str]:
    for make in (large, repeated):
        spans = list(make())
        for at in range(0, len(spans), 4_000):
            assert server.send(request(*spans[at : at + 4_000]).SerializeToString()).status == 200
    server.trace(LARGE, spans=COUNT)
    server.trace(REPEATED, spans=481)
    return {"large": f"/p/tests/traces/{LARGE.hex()}/", "repeated": f"/p/tests/traces/{REPEATED.hex()}/"}


def seen(page: Page) -> list[str]:
    """The names of the rows that lie in the view; "" for one that has not come."""
    return page.evaluate(
        """() => {
          const box = document.getElementById('grid').getBoundingClientRect();
          return [...document.querySelectorAll('#tree > *')]
            .map((row) => [row, row.getBoundingClientRect()])
            .filter(([row, at]) => at.top >= box.top + 24 && at.bottom <= box.bottom)
            .map(([row]) => row.querySelector('b')?.textContent ?? '');
        }"""
    )


def scroll_to(page: Page, share: float) -> None:
    page.locator("#grid").evaluate("(grid, share) => { grid.scrollTop = share * grid.scrollHeight; }", share)


def test_the_page_holds_what_is_seen_and_the_rest_comes_when_it_is(page: Page, traces: dict[str, str]) -> None:
    page.goto(traces["large"])
    page.wait_for_selector("#split[data-ready]")
    assert page.locator("[role=treeitem]").count() < 300
    for share in (0.5, 0.9, 0.1):
        scroll_to(page, share)
        page.wait_for_timeout(50)
        expect(page.locator("#tree > [data-waits]")).to_have_count(0)
        names = [int(name.split()[1]) for name in seen(page) if name.startswith("step")]
        assert len(names) > 15
        assert names == list(range(names[0], names[0] + len(names)))
        assert abs(names[0] / COUNT - share) < 0.02


def test_its_ends_and_errors_are_a_key_away(page: Page, traces: dict[str, str]) -> None:
    page.goto(traces["large"])
    page.wait_for_selector("#split[data-ready]")
    page.keyboard.press("End")
    expect(page.locator("#span h2")).to_have_text(f"step {COUNT - 1}")
    page.keyboard.press("e")
    expect(page.locator("#span h2")).to_have_text("step 9000")
    expect(page.locator("[role=treeitem][aria-selected=true]")).to_be_in_viewport()
    expect(page.locator("[role=treeitem][aria-selected=true]")).to_have_attribute("aria-setsize", str(COUNT - 1))
    page.keyboard.press("ArrowDown")
    expect(page.locator("#span h2")).to_have_text("step 9001")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#span h2")).to_have_text("large")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[role=treeitem]")).to_have_count(1)
    expect(page.get_by_text("11,999 inside")).to_be_visible()


def test_a_link_to_a_span_far_down_opens_there(page: Page, traces: dict[str, str]) -> None:
    page.goto(traces["large"])
    page.locator("#find").fill("step 7777")
    page.locator("#find").press("Enter")
    expect(page.locator("#span h2")).to_have_text("step 7777")
    page.goto(page.url.split("&text")[0])
    expect(page.locator("#span h2")).to_have_text("step 7777")
    page.wait_for_selector("#split[data-ready]")
    expect(page.get_by_role("treeitem", name=re.compile(r"step 7777\b"))).to_be_in_viewport()
    assert "step 7776" in seen(page)


def test_errors_only_leaves_the_error_and_what_is_above_it(page: Page, traces: dict[str, str]) -> None:
    page.goto(traces["large"] + "?errors=1")
    expect(page.get_by_role("treeitem")).to_have_count(2)
    expect(page.get_by_role("treeitem").last).to_have_accessible_name(re.compile("step 9000.*failed"))


def test_similar_siblings_are_one_row_that_unfolds(page: Page, traces: dict[str, str]) -> None:
    page.goto(traces["repeated"])
    rows = page.get_by_role("treeitem")
    expect(rows).to_have_count(2)
    run = page.get_by_role("treeitem", name=re.compile("search ×480"))
    expect(run).to_contain_text("×480")
    expect(run).to_contain_text("1 failed")
    expect(run).to_have_attribute("aria-expanded", "false")
    run.click()
    expect(run).to_have_attribute("aria-expanded", "true")
    expect(rows).to_have_count(482)
    run.click()
    expect(rows).to_have_count(2)
    page.keyboard.press("e")
    expect(page.locator("[role=treeitem][aria-selected=true]")).to_have_attribute("aria-posinset", "301")


def test_without_javascript_the_rows_come_in_pages(
    browser: Any, server: Server, login: Any, traces: dict[str, str]
) -> None:
    context = browser.new_context(base_url=server.web, storage_state=login, java_script_enabled=False)
    page = context.new_page()
    page.goto(traces["large"])
    page.get_by_role("link", name="Next rows").click()
    expect(page.get_by_role("treeitem")).to_have_count(2_000)
    page.goto(traces["repeated"])
    page.get_by_role("treeitem", name=re.compile("×480")).click()
    expect(page.get_by_role("treeitem")).to_have_count(481)
    context.close()

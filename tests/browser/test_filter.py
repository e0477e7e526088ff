"""The filter bar: suggestions by keyboard, filters used before, help, marks and snippets of what was found."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, messages
from tests.support.otlp import request, span

MARKED = "[...(CSS.highlights.get('found') ?? [])].map((range) => range.toString())"


@pytest.fixture(scope="module")
def deep_hit(site: Site) -> str:
    """A trace that says a rare word far behind what a preview shows."""
    trace = os.urandom(16)
    said = "So much was said before. " * 40 + "Then a <b>Quokka</b> appeared. " + "And more. " * 40
    attributes = {"gen_ai.operation.name": "chat", "gen_ai.input.messages": messages("user", said)}
    site.server.send(request(span("long talk", trace_id=trace, attributes=attributes)).SerializeToString())
    site.server.trace(trace, spans=1)
    return trace.hex()


def test_fields_and_values_are_completed_by_keyboard(page: Page, site: Site) -> None:
    page.goto(site.traces)
    bar = page.locator("#filter")
    bar.press_sequentially("too")
    options = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    expect(options.first).to_contain_text("tool:")
    expect(bar).to_have_attribute("aria-expanded", "true")
    bar.press("ArrowDown")
    expect(bar).to_have_attribute("aria-activedescendant", "suggestion-1")
    bar.press("Enter")
    expect(bar).to_have_value("tool:")
    expect(options.first).to_contain_text("issue_refund")
    bar.press("Tab")
    expect(bar).to_have_value("tool:issue_refund ")
    expect(page.locator("#suggestions")).to_be_hidden()
    bar.press("Enter")
    page.wait_for_url("**filter=tool*")
    expect(page.locator("tr[data-id]")).to_have_count(1)


def test_a_middle_piece_is_replaced_and_escape_closes(page: Page, site: Site) -> None:
    page.goto(site.traces)
    bar = page.locator("#filter")
    bar.fill("mod root")
    for _ in range(5):
        bar.press("ArrowLeft")
    bar.press("ArrowDown")
    page.get_by_role("option", name="model:", exact=False).first.click()
    expect(bar).to_have_value("model: root")
    expect(page.get_by_role("option").first).to_be_visible()
    bar.press("Escape")
    expect(page.locator("#suggestions")).to_be_hidden()
    expect(bar).to_have_value("model: root")


def test_filters_used_before_come_back(page: Page, site: Site) -> None:
    page.goto(site.traces)
    page.locator("#filter").fill("type:agent")
    page.keyboard.press("Enter")
    page.wait_for_url("**filter=type*")
    page.goto(site.traces)
    page.locator("#filter").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**filter=type*")


def test_the_language_is_explained(page: Page, site: Site) -> None:
    page.goto(site.traces)
    page.get_by_role("button", name="How to write a filter").click()
    expect(page.get_by_role("dialog", name="Filters")).to_contain_text("child(tool:search error)")
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog", name="Filters")).to_be_hidden()


def test_a_hit_beyond_the_preview_shows_a_snippet_and_is_marked(page: Page, site: Site, deep_hit: str) -> None:
    page.goto(f"{site.traces}?filter=quokka+-secret")
    row = page.locator(f"tr[data-id='{deep_hit}']")
    expect(row.locator(".around")).to_contain_text("Then a <b>Quokka</b> appeared")
    assert page.evaluate(MARKED) == ["Quokka"]
    page.goto(f"{site.traces}?filter=refund-agent")
    expect(page.locator("tr[data-id]").first).to_be_visible()
    expect(page.locator(".around")).to_have_count(0)


def test_the_panel_marks_what_was_searched_for(page: Page, site: Site, deep_hit: str) -> None:
    page.goto(f"{site.traces}?filter=quokka")
    page.locator(f"tr[data-id='{deep_hit}'] .what a").click()
    expect(page.locator("#sec-content")).to_contain_text("Quokka")
    page.wait_for_function(f"{MARKED}.includes('Quokka')")


def test_a_narrow_screen_has_room_for_it(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(site.traces)
    page.locator("#filter").press_sequentially("a")
    expect(page.get_by_role("option").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

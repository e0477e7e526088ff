"""The design page of a server in debug mode: every part in every state, judged by axe-core in both themes."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.test_axe import THEMES, judge
from tests.support.server import EMAIL, PASSWORD, Server


@pytest.fixture(scope="module")
def debug_context(browser: Browser) -> Iterator[BrowserContext]:
    folder = Path(tempfile.mkdtemp(prefix="design-"))
    server = Server(folder, env={"SPANHOUSE_DEBUG": "1"})
    try:
        server.start()
        context = browser.new_context(base_url=server.web, viewport={"width": 1440, "height": 900})
        page = context.new_page()
        page.goto("/design/")
        page.get_by_label("Email").fill(EMAIL)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url("**/design/")
        yield context
        context.close()
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def design(debug_context: BrowserContext) -> Iterator[Page]:
    page = debug_context.new_page()
    page.emulate_media(reduced_motion="reduce")
    page.goto("/design/")
    yield page
    page.close()


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_in_any_part(design: Page, theme: Any) -> None:
    design.emulate_media(color_scheme=theme)
    assert judge(design) == []
    design.locator(".menu summary").first.click()
    design.locator("[data-open='#dialog-light']").click()
    assert judge(design) == []


def test_tabs_are_moved_with_arrows(design: Page) -> None:
    design.locator("#by-a-light").focus()
    design.keyboard.press("ArrowRight")
    expect(design.locator("#by-b-light")).to_be_focused()
    expect(design.locator("#tab-b-light")).to_be_visible()
    expect(design.locator("#tab-a-light")).to_be_hidden()
    design.keyboard.press("Home")
    expect(design.locator("#by-a-light")).to_have_attribute("aria-selected", "true")


def test_a_tooltip_is_reached_with_the_keyboard_and_hidden_with_escape(design: Page) -> None:
    button = design.get_by_role("button", name="Tooltip").first
    button.focus()
    expect(design.get_by_role("tooltip")).to_contain_text("Escape hides it")
    expect(button).to_have_attribute("aria-describedby", "tip")
    design.keyboard.press("Escape")
    expect(design.get_by_role("tooltip")).to_have_count(0)


def test_a_dialog_gives_the_focus_back(design: Page) -> None:
    opener = design.locator("[data-open='#dialog-light']")
    opener.focus()
    design.keyboard.press("Enter")
    expect(design.get_by_role("dialog", name="Delete 3 traces?")).to_be_visible()
    design.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_both_themes_stand_side_by_side(design: Page) -> None:
    grounds = [
        design.locator(f".spec-side[data-theme={theme}]").first.evaluate("e => getComputedStyle(e).backgroundColor")
        for theme in THEMES
    ]
    assert len(set(grounds)) == 2

"""The command palette and the keys that work everywhere."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Site


def opened(page: Page, text: str = "") -> Locator:
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Search or jump")
    expect(palette).to_be_visible()
    page.keyboard.type(text)
    return palette


def chosen(palette: Locator) -> Locator:
    return palette.locator("[role=option][aria-selected=true]")


def test_letters_find_a_page_and_enter_goes_there(page: Page, site: Site) -> None:
    page.goto(site.traces)
    palette = opened(page, "apk")
    expect(chosen(palette)).to_contain_text("API keys")
    field = palette.get_by_role("combobox")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-activedescendant", chosen(palette).get_attribute("id") or "")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/settings/keys/"))


def test_arrows_move_and_go_round(page: Page, site: Site) -> None:
    page.goto(site.traces)
    palette = opened(page)
    options = palette.get_by_role("option")
    expect(options.nth(0)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")


def test_an_id_opens_its_trace(page: Page, site: Site) -> None:
    page.goto("/p/tests/ingest/")
    palette = opened(page, site.agent.upper())
    expect(chosen(palette)).to_contain_text("Open the trace")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"/traces/{site.agent}/"))  # loaded: keys pressed before would be lost
    palette = opened(page, f"00-{site.agent}-{'ab' * 8}-01")
    expect(chosen(palette)).to_contain_text("Open the span abababab")


def test_other_words_search_the_traces(page: Page, site: Site) -> None:
    page.goto("/p/tests/ingest/")
    opened(page, "name:refund-agent status:ok").get_by_text("Search traces for").click()
    expect(page).to_have_url(re.compile(r"/traces/\?filter=name%3Arefund-agent\+status%3Aok"))


def test_the_focus_stays_inside_and_comes_back(page: Page, site: Site) -> None:
    page.goto("/p/tests/ingest/")
    button = page.get_by_role("button", name="Search or jump")
    button.focus()
    page.keyboard.press("Enter")
    palette = page.get_by_role("dialog", name="Search or jump")
    for _ in range(3):
        page.keyboard.press("Tab")
        expect(palette.get_by_role("combobox")).to_be_focused()
    page.keyboard.press("Escape")
    expect(palette).to_be_hidden()
    expect(button).to_be_focused()


def test_it_switches_the_theme_and_shows_the_keys(page: Page, site: Site) -> None:
    page.goto(site.traces)
    opened(page, "dark")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    opened(page, "keyb")
    page.keyboard.press("Enter")
    help_ = page.get_by_role("dialog", name="Keys")
    expect(help_).to_contain_text("On this page")
    expect(help_).to_contain_text("search or jump")


def test_nothing_fits_says_so(page: Page, site: Site) -> None:
    page.goto(site.traces)
    page.evaluate("delete document.querySelector('#nav').dataset.tracesUrl")  # as on a page without a project
    palette = opened(page, "zzzz")
    expect(palette.get_by_text("Nothing fits").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(palette).to_be_visible()


def test_commands_of_the_page_are_among_them(page: Page, site: Site) -> None:
    page.goto("/p/tests/start/")
    opened(page, "create a key")
    page.keyboard.press("Enter")
    expect(page.locator("#first-key")).to_be_visible()


def test_hostile_text_stays_text(page: Page, site: Site) -> None:
    page.goto(site.traces)
    palette = opened(page, "<img src=x onerror='window.hacked=1'>")
    expect(chosen(palette)).to_contain_text("<img")
    assert page.evaluate("window.hacked") is None


def test_g_and_a_letter_go_to_a_page(page: Page, site: Site) -> None:
    page.goto(site.traces)
    page.keyboard.press("g")
    page.keyboard.press("k")
    expect(page).to_have_url(re.compile("/settings/keys/"))
    page.get_by_label("Name").focus()
    page.keyboard.type("gt")
    expect(page.get_by_label("Name")).to_have_value("gt")


def test_on_a_phone_a_button_opens_it(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(site.traces)
    page.get_by_role("button", name="Search or jump").first.click()
    expect(page.get_by_role("dialog", name="Search or jump")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_on_paper_there_is_no_navigation(page: Page, site: Site) -> None:
    for path in (site.traces, site.trace(site.agent)):
        page.goto(path)
        page.emulate_media(media="print", color_scheme="dark")
        expect(page.locator("#nav")).to_be_hidden()
        expect(page.locator("#main")).to_be_visible()
        assert page.evaluate("getComputedStyle(document.body).colorScheme") != "dark"
        tall = page.evaluate(
            "document.querySelector('.main').scrollHeight <= document.querySelector('.main').clientHeight + 1"
        )
        assert tall, "nothing may be cut off by a scroll area"
        page.emulate_media(media="screen")

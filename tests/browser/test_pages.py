"""The other pages, the narrow screen and the themes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Site
from tests.support.server import Server


def test_the_ingest_page_refreshes_itself_and_keeps_what_is_open(page: Page, site: Site) -> None:
    page.goto("/p/tests/ingest/")
    expect(page.locator(".kpi").first).to_contain_text("Received")
    expect(page.locator(".plot rect").first).to_be_attached()
    page.get_by_text("As a table").click()
    with page.expect_response(
        lambda r: "/ingest/" in r.url and r.request.headers.get("hx-request") == "true", timeout=9000
    ):
        pass
    expect(page.locator("#numbers")).to_have_attribute("open", "")


def test_a_key_is_made_shown_once_and_revoked(page: Page, server: Server) -> None:
    page.goto("/p/tests/settings/keys/")
    page.get_by_label("Name").fill("browser test")
    page.get_by_role("button", name="Create key").click()
    secret = page.locator("#new-key").inner_text()
    assert server.api("traces", key=secret).status == 200
    page.reload()
    expect(page.locator("#new-key")).to_have_count(0)
    row = page.get_by_role("row", name=re.compile("browser test"))
    row.get_by_text("Revoke", exact=True).click()
    row.get_by_role("button", name="Revoke key").click()
    expect(page.get_by_text("The key “browser test” is revoked.")).to_be_visible()
    assert server.api("traces", key=secret).status == 401


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_scrolls_sideways_on_a_phone(context: BrowserContext, site: Site, theme: str) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme=theme)
    paths = [site.traces, site.trace(site.agent), site.trace(site.evil), "/p/tests/ingest/", "/p/tests/settings/keys/"]
    if theme == "light":
        paths += [site.trace(site.deep), "/account/password/", "/nowhere/"]
    for path in paths:
        page.goto(path)
        wide = page.evaluate(
            "[...document.querySelectorAll('html, .body, .main')].filter(e => e.scrollWidth > innerWidth).length"
        )
        assert wide == 0, path


def test_the_menu_opens_on_a_phone(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(site.traces)
    page.get_by_role("link", name="Menu", exact=True).click()
    page.get_by_role("link", name="Ingest").click()
    expect(page).to_have_url(re.compile("/ingest/"))


def test_the_theme_follows_the_system_until_it_is_chosen(page: Page, site: Site) -> None:
    def background() -> str:
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    page.emulate_media(color_scheme="dark")
    page.goto(site.traces)
    dark = background()
    page.emulate_media(color_scheme="light")
    light = background()
    assert dark != light
    page.get_by_role("button", name="Dark theme").click()
    assert background() == dark
    page.reload()
    assert background() == dark
    page.get_by_role("button", name="Theme of the system").click()
    assert background() == light


def test_an_expired_session_leads_to_the_login(context: BrowserContext, site: Site) -> None:
    page = context.new_page()
    page.goto(site.trace(site.agent))
    context.clear_cookies()
    page.get_by_role("treeitem", name=re.compile("issue_refund")).click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()

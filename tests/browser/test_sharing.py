"""Share links and permanent links in a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Site
from tests.support.server import Server


@pytest.fixture
def stranger(server: Server, browser: Browser) -> Iterator[Page]:
    """Somebody without an account."""
    context = browser.new_context(base_url=server.web, viewport={"width": 1440, "height": 900})
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def switch_on(page: Page) -> None:
    page.goto("/p/tests/settings/sharing/")
    button = page.get_by_role("button", name="Switch share links on")
    if button.count():
        button.click()
    expect(page.get_by_role("button", name="Switch share links off")).to_be_visible()


def make_link(page: Page, trace: str, *, with_content: bool) -> str:
    page.goto(trace)
    page.get_by_role("link", name="Share", exact=True).click()
    dialog = page.get_by_role("dialog", name="Share this trace")
    dialog.get_by_label("1 hour").check()
    if with_content:
        dialog.get_by_label(re.compile("Include inputs")).check()
    dialog.get_by_role("button", name="Create link").click()
    expect(dialog.locator("#share-link")).to_be_visible()
    address = dialog.locator("#share-link").inner_text()
    dialog.get_by_role("button", name="Close").click()
    expect(page.locator("#share-link")).to_have_count(0)
    return address


def test_a_link_opens_the_trace_for_a_stranger_until_it_is_revoked(page: Page, stranger: Page, site: Site) -> None:
    switch_on(page)
    link = make_link(page, site.trace(site.agent), with_content=True)
    stranger.goto(link)
    expect(stranger.locator("[data-span]")).to_have_count(4)
    stranger.locator("[data-span]", has_text="chat gpt-4o-mini").click()
    expect(stranger.locator(".prose", has_text="What is the weather in Ulm?")).to_be_visible()
    expect(stranger).to_have_url(re.compile(r"/s/[\w-]{43}/\?span="))
    stranger.keyboard.press("k")
    expect(stranger.locator("#span h2")).to_have_text("issue_refund")
    stranger.go_back()
    expect(stranger.locator("#span h2")).to_have_text("chat gpt-4o-mini")
    stranger.reload()
    expect(stranger.locator("#span h2")).to_have_text("chat gpt-4o-mini")
    addresses = "[...document.querySelectorAll('[href]')].map(e => e.getAttribute('href'))"
    assert [a for a in stranger.evaluate(addresses) if not a.startswith(("?", "#", "/static/", "/s/"))] == []
    page.goto("/p/tests/settings/sharing/")
    row = page.locator(".links tr", has_text=link[-5:-1])
    row.get_by_text("Revoke", exact=True).click()
    row.get_by_role("button", name="Revoke link").click()
    expect(row).to_contain_text("revoked")
    stranger.goto(link)
    expect(stranger.get_by_text("This link does not exist or has expired.")).to_be_visible()


def test_without_content_nothing_that_was_said_is_shown(page: Page, stranger: Page, site: Site) -> None:
    switch_on(page)
    stranger.goto(make_link(page, site.trace(site.agent), with_content=False))
    replies: list[str] = []
    stranger.on("response", lambda r: replies.append(r.text()) if "/s/" in r.url else None)
    for item in ("chat gpt-4o-mini", "issue_refund"):
        stranger.locator("[data-span]", has_text=item).click()
        expect(stranger.locator("#span h2")).to_have_text(item)
    stranger.get_by_role("tab", name=re.compile("Attributes")).click()
    assert len(replies) == 2
    assert not re.search("Ulm|Sunny|refund service is busy|gen_ai", stranger.content() + "".join(replies))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_shared_pages_fit_a_phone(context: BrowserContext, stranger: Page, site: Site, theme: str) -> None:
    page = context.new_page()
    switch_on(page)
    link = make_link(page, site.trace(site.agent), with_content=True)
    for one, paths in ((page, ["/p/tests/settings/sharing/", f"{site.trace(site.agent)}share/"]), (stranger, [link])):
        one.set_viewport_size({"width": 390, "height": 844})
        one.emulate_media(color_scheme=theme)
        for path in paths:
            one.goto(path)
            wide = "[...document.querySelectorAll('html, .body, .main')].filter(e => e.scrollWidth > innerWidth).length"
            assert one.evaluate(wide) == 0, path


def test_links_of_a_span_a_tab_and_a_time_range_open_again(context: BrowserContext, site: Site) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()

    def copied() -> Any:
        return page.evaluate("navigator.clipboard.readText()")

    page.goto(site.trace(site.agent))
    page.get_by_role("treeitem", name=re.compile("issue_refund")).click()
    expect(page).to_have_title(re.compile("refund-agent"))
    expect(page).to_have_url(re.compile(r"\?span="))
    page.get_by_role("button", name="Copy link").click()
    page.wait_for_function("navigator.clipboard.readText().then((text) => text.includes('span='))")
    link = copied()
    page.goto(link)
    expect(page.locator("#span h2")).to_have_text("issue_refund")
    expect(page).to_have_title(re.compile("^Error: issue_refund"))
    page.goto(f"{site.traces}?range=7d&filter=status:error")
    page.locator(".range summary").click()
    page.get_by_role("button", name="Copy permanent link").click()
    page.wait_for_function("navigator.clipboard.readText().then((text) => text.includes('from='))")
    page.goto(copied())
    expect(page.locator("#filter")).to_have_value("status:error")
    expect(page).to_have_url(re.compile(r"from=\d{4}-.*&to=\d{4}-"))
    span_id = link.rpartition("span=")[2]
    page.goto(f"/t/{site.agent}/{span_id}")
    expect(page.locator("#span h2")).to_have_text("issue_refund")


def test_tabs_have_their_own_icons(page: Page, site: Site) -> None:
    seen: list[str] = []
    for path in (
        site.traces,
        site.trace(site.agent),
        "/p/tests/ingest/",
        "/p/tests/compare/",
        "/p/tests/settings/keys/",
    ):
        page.goto(path)
        address = page.locator("link[rel=icon]").get_attribute("href")
        assert address
        seen.append(address)
        assert page.request.get(address).headers["content-type"].startswith("image/svg")
    assert len(set(seen)) == len(seen)

"""Sessions, users, saved views and downloads, as people go through them."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Site


def test_from_a_trace_to_its_session_and_user(page: Page, site: Site) -> None:
    page.goto(site.trace(site.agent))
    page.locator("#head").get_by_role("link", name="chat-1").click()
    page.wait_for_url("**/sessions/chat-1/")
    conversation = page.get_by_role("region", name="Conversation")
    expect(conversation).to_contain_text("What is the weather in Ulm?")
    expect(conversation).to_contain_text("Sunny.")
    conversation.locator(".steps summary").click()
    expect(conversation.get_by_role("link", name="issue_refund")).to_be_visible()
    page.get_by_role("link", name="visitor").click()
    page.wait_for_url("**/users/visitor/**")
    expect(page.locator(".activity rect").first).to_be_attached()
    page.get_by_role("link", name="Their traces").click()
    expect(page.locator("#rows")).to_contain_text("refund-agent")


def test_the_list_of_sessions_is_narrowed_and_opened_by_keys(page: Page, site: Site) -> None:
    page.goto("/p/tests/sessions/")
    page.keyboard.press("/")
    page.keyboard.type("name:refund-agent")
    page.keyboard.press("Enter")
    page.wait_for_url("**filter=name**")
    expect(page.locator("#rows tr")).to_have_count(1)
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sessions/chat-1/")


def test_hostile_ids_lead_to_their_pages(page: Page, site: Site) -> None:
    for listed in ("sessions", "users"):
        page.goto(f"/p/tests/{listed}/")
        page.locator("td.id a", has_text="<script>").first.click()
        expect(page.locator("h1")).to_contain_text("<script>")
        assert page.evaluate("window.hacked") is None


def test_pages_fit_a_phone(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for path in ("sessions/", "sessions/chat-1/", "users/", "users/visitor/"):
        page.goto(f"/p/tests/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path


def test_a_view_is_saved_opened_begun_with_and_deleted(page: Page, site: Site) -> None:
    page.goto(site.traces + "?filter=name:refund-agent&order=slowest")
    page.locator(".saved summary").click()
    page.get_by_label("Save this list as").fill("Refunds")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".saved summary")).to_contain_text("Refunds")
    page.locator(".saved summary").click()
    page.get_by_role("button", name="Begin with this view").click()
    page.goto(site.traces)
    expect(page.locator("#filter")).to_have_value("name:refund-agent")
    page.locator(".saved summary").click()
    page.get_by_role("link", name="All traces").click()
    expect(page.locator("#filter")).to_have_value("")
    page.locator(".saved summary").click()
    page.locator(".saved").get_by_role("link", name=re.compile("Refunds")).click()
    page.locator(".saved summary").click()
    page.get_by_role("button", name="Delete the view").click()
    expect(page.locator(".saved summary")).to_contain_text("Views")


def test_the_list_is_downloaded(page: Page, site: Site) -> None:
    page.goto(site.traces + "?filter=name:refund-agent")
    page.locator("#download summary").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert text.startswith("trace_id,name,")
    assert "refund-agent" in text

"""The panel of a span in a browser."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.conversations import loop_trace, parts_trace
from tests.support.otlp import request
from tests.support.processes import wait_for
from tests.support.server import Server

LOOP, PARTS = os.urandom(16), os.urandom(16)


@dataclass
class Talks:
    """Where the spans of two traces are, by name."""

    pages: dict[str, str]

    def open(self, page: Page, name: str, **query: str) -> None:
        page.goto(self.pages[name] + "".join(f"&{key}={value}" for key, value in query.items()))
        expect(page.locator("#span h2")).to_have_text(name)


@pytest.fixture(scope="session")
def talks(server: Server) -> Talks:
    pages: dict[str, str] = {}
    for trace_id, make in ((LOOP, loop_trace), (PARTS, parts_trace)):
        spans = make(trace_id)
        assert server.send(request(*spans).SerializeToString()).status == 200
        for one in server.trace(trace_id, spans=len(spans))["spans"]:
            pages[one["name"]] = f"/p/tests/traces/{trace_id.hex()}/?span={one['span_id']}"
    return Talks(pages)


def copied(page: Page, beginning: str) -> str:
    """What is in the clipboard, as soon as it begins so."""

    def look() -> str | None:
        text: str = page.evaluate("navigator.clipboard.readText()")
        return text if text.startswith(beginning) else None

    return wait_for(look, why=f"{beginning!r} in the clipboard")


def test_the_history_is_folded_and_what_is_new_stands_out(page: Page, talks: Talks) -> None:
    talks.open(page, "chat 3")
    fold = page.get_by_text("1 earlier message, same as in the previous call")
    expect(fold).to_be_visible()
    expect(page.locator(".fold.same .prose")).to_be_hidden()
    fold.click()
    expect(page.locator(".fold.same .prose", has_text="arrived torn")).to_be_visible()
    call = page.locator(".call.paired")
    expect(call.locator(".side").first).to_contain_text('"order_id": 10442')
    expect(call.locator(".side.answer")).to_contain_text("delivered")
    expect(call.locator(".chip.new")).to_have_text("new")
    expect(page.locator(".msg.is-answer > summary")).to_contain_text("previous answer")


def test_a_changed_system_prompt_shows_its_words(page: Page, talks: Talks) -> None:
    talks.open(page, "chat 5")
    system = page.locator(".role-system")
    expect(system.locator("del")).to_have_text("Northwind ")
    expect(system.locator("ins")).to_have_text("Southwind ")
    expect(page.locator(".role-user.is-new")).to_contain_text("شكرا")
    assert page.locator(".role-user.is-new .prose").get_attribute("dir") == "auto"
    expect(page.get_by_text("2 answers")).to_be_visible()


def test_one_goes_from_call_to_call(page: Page, talks: Talks) -> None:
    talks.open(page, "chat 3")
    page.get_by_role("link", name="Next", exact=True).click()
    expect(page.locator("#span h2")).to_have_text("chat 5")
    expect(page.locator("[role=treeitem][aria-selected=true]")).to_have_accessible_name(re.compile("chat 5"))
    page.get_by_role("link", name="Previous", exact=True).click()
    expect(page.locator("#span h2")).to_have_text("chat 3")


def test_the_tab_is_in_the_address_and_stays(page: Page, talks: Talks) -> None:
    talks.open(page, "chat 3")
    page.get_by_role("tab", name="Usage").click()
    expect(page).to_have_url(re.compile("tab=usage"))
    expect(page.locator(".formula")).to_contain_text("234")
    page.get_by_role("treeitem", name=re.compile("chat 5")).click()
    expect(page.locator("#span h2")).to_have_text("chat 5")
    expect(page).to_have_url(re.compile("tab=usage"))
    page.reload()
    expect(page.get_by_role("tab", name="Usage")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#sec-content")).to_be_hidden()
    page.keyboard.press("Tab")
    page.get_by_role("tab", name="Usage").press("ArrowLeft")
    expect(page.get_by_role("tab", name="Messages")).to_be_focused()
    expect(page).not_to_have_url(re.compile("tab="))


def test_the_way_values_are_shown_is_remembered(page: Page, talks: Talks) -> None:
    talks.open(page, "chat 3")
    expect(page.locator("#sec-content table").first).to_be_attached()
    expect(page.locator(".hl-k").first).to_have_text("def")
    page.get_by_role("link", name="Text", exact=True).click()
    expect(page.locator(".plain", has_text="| order | total |")).to_be_visible()
    expect(page).to_have_url(re.compile("as=text"))
    page.get_by_role("treeitem", name=re.compile("chat 5")).click()
    expect(page.locator(".plain", has_text="| order | total |")).to_be_visible()
    talks.open(page, "chat 3")
    expect(page.locator(".plain", has_text="| order | total |")).to_be_visible()
    page.get_by_role("link", name="JSON", exact=True).click()
    expect(page.locator("#sec-content .json")).to_contain_text('"input_messages"')
    page.get_by_role("link", name="Raw", exact=True).click()
    expect(page.locator("#sec-content .msg header").first).to_have_text("Input")
    page.get_by_role("link", name="Auto", exact=True).click()
    expect(page.locator(".hl-k").first).to_have_text("def")
    expect(page).not_to_have_url(re.compile("as="))


def test_everything_can_be_copied(context: BrowserContext, page: Page, talks: Talks) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    talks.open(page, "chat 3")
    page.locator(".copy-menu summary").click()
    page.get_by_role("link", name="Input as OpenAI messages").click()
    assert [one["role"] for one in json.loads(copied(page, "["))] == ["system", "user", "assistant", "tool"]
    answer = page.locator(".role-assistant").last
    answer.hover()
    answer.get_by_role("link", name="Copy message").click()
    copied(page, "Here is what I found")
    page.get_by_role("tab", name=re.compile("Attributes")).click()
    row = page.get_by_role("row", name=re.compile("request.temperature"))
    row.hover()
    row.get_by_role("link", name=re.compile("Copy gen_ai")).click()
    assert copied(page, "0.") == "0.2"


def test_a_picture_can_be_enlarged_and_nothing_is_fetched_from_elsewhere(page: Page, talks: Talks) -> None:
    talks.open(page, "ask")  # the fixture `page` fails when another host is asked
    image = page.get_by_role("img", name=re.compile("Image sent"))
    expect(image).to_be_visible()
    assert image.evaluate("(i) => i.naturalWidth") == 48
    page.get_by_role("button", name=re.compile("Enlarge")).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name=re.compile("Enlarge"))).to_be_focused()
    expect(page.locator("#span audio")).to_have_count(1)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").last.click()
    assert download.value.path().read_bytes() == b"%PDF-1"
    expect(page.locator(".media", has_text="https://evil.example/x.png")).to_be_visible()
    page.get_by_text("Schema the answer had to have").click()
    expect(page.locator(".fold[open] .json")).to_contain_text("properties")


def test_tools_parameters_and_documents_are_told(page: Page, talks: Talks) -> None:
    talks.open(page, "chat 3")
    page.get_by_text("1 tool offered").click()
    page.locator(".tool-def > summary").click()
    expect(page.locator(".tool-def")).to_contain_text("Look an order up by its number")
    expect(page.locator(".tool-def .json")).to_contain_text('"order_id"')
    page.get_by_text("Parameters", exact=False).first.click()
    expect(page.locator(".params tr", has_text="top_p")).to_contain_text("0.9")
    talks.open(page, "search")
    bars = page.locator(".meter .fill").evaluate_all("(all) => all.map((one) => Number(one.getAttribute('width')))")
    assert bars == sorted(bars, reverse=True)
    expect(page.locator(".doc").first).to_contain_text("policy/0.md")
    talks.open(page, "embed")
    expect(page.locator(".vectors")).to_contain_text("1,536 numbers")
    talks.open(page, "guard")
    expect(page.locator(".is-alarm")).to_contain_text("PII found")


def test_an_error_a_link_and_events_have_their_tabs(page: Page, talks: Talks) -> None:
    talks.open(page, "failed")
    page.get_by_role("link", name="Stack trace", exact=True).click()
    expect(page.locator(".stack .frame").first).to_contain_text("/app/agent.py")
    expect(page.locator(".stack .lib").first).to_contain_text("site-packages")
    page.get_by_role("tab", name=re.compile("Links")).click()
    expect(page.locator("#sec-links a.link")).to_have_attribute("href", f"/p/tests/traces/{'0a' * 16}/?span={'0b' * 8}")
    expect(page.locator("#sec-links")).to_contain_text("retry of")
    page.get_by_role("tab", name=re.compile("Events")).click()
    expect(page.locator(".event header")).to_contain_text(re.compile(r"exception\+\d"))


def test_attributes_are_searched_and_unfolded(page: Page, talks: Talks) -> None:
    talks.open(page, "chat 3", tab="attributes")
    page.get_by_role("searchbox", name="Search attributes").fill("top_p")
    expect(page.locator("#sec-attributes tr:visible")).to_have_count(1)
    page.get_by_role("searchbox", name="Search attributes").fill("input.messages")
    page.locator("#sec-attributes tr:visible .as-tree summary").click()
    expect(page.locator("#sec-attributes tr:visible .json")).to_contain_text('"role": "system"')


def test_json_is_folded_with_the_keyboard(page: Page, talks: Talks) -> None:
    talks.open(page, "chat 3", tab="raw")
    tree = page.locator("#sec-raw .json")
    expect(tree).to_contain_text('"traceId"')
    top = tree.locator("summary").first
    top.focus()
    page.keyboard.press("ArrowLeft")
    expect(tree.get_by_text("resourceSpans")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(tree.get_by_text("resourceSpans")).to_be_visible()
    page.get_by_role("button", name="Wrap").click()
    expect(tree).to_have_class(re.compile("nowrap"))
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    sent: Any = json.loads(download.value.path().read_text())
    assert sent["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["name"] == "chat 3"


def test_it_can_be_read_without_scripts(context: BrowserContext, server: Server, talks: Talks) -> None:
    plain = context.browser.new_context(
        base_url=server.web, storage_state=context.storage_state(), java_script_enabled=False
    )
    page = plain.new_page()
    talks.open(page, "chat 5")
    for section in ("content", "usage", "attributes", "events", "details"):
        expect(page.locator(f"#sec-{section}")).to_be_visible()
    page.locator(".fold.same > summary").click()
    expect(page.locator(".fold.same")).to_contain_text("arrived torn")
    page.get_by_role("link", name="Text", exact=True).click()
    expect(page.locator(".plain", has_text="| order | total |")).to_be_visible()
    plain.close()


def test_nothing_sticks_out(context: BrowserContext, talks: Talks) -> None:
    page = context.new_page()
    for name in ("chat 3", "chat 5", "failed", "search", "ask"):
        for tab in ("content", "usage", "attributes", "details", "raw"):
            talks.open(page, name, tab=tab)
            if tab == "raw":  # it comes when it is opened
                page.wait_for_load_state("networkidle")
            for width in (1024, 390):
                page.set_viewport_size({"width": width, "height": 800})
                wide = page.evaluate(
                    "[document.documentElement, ...document.querySelectorAll('.secs')]"
                    ".filter((e) => e.scrollWidth > e.clientWidth + 1).length"
                )
                assert wide == 0, (name, tab, width)

"""The compare page in a browser: aligned steps, words, keys, swapping, without scripts, on a phone."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import EVIL, Site
from tests.support.otlp import SECOND, request, span
from tests.support.server import Server

A, B, HUGE = b"\xa1" * 16, b"\xa2" * 16, b"\xa3" * 16


def said(role: str, text: str) -> str:
    return json.dumps([{"role": role, "parts": [{"type": "text", "content": text}]}])


def run(trace_id: bytes, back_s: int, model: str, answer: str, tool: str, chunks: int) -> list[Any]:
    """An agent: a call, repeated embeddings, a tool."""
    start = time.time_ns() - back_s * SECOND

    def timed(name: str, at_ms: int, ms: int, parent: bytes = b"", **attributes: Any) -> Any:
        begin = start + at_ms * 1_000_000
        times = {"start_time_unix_nano": begin, "end_time_unix_nano": begin + ms * 1_000_000}
        dotted = {key.replace("__", "."): value for key, value in attributes.items()}
        return span(name, trace_id=trace_id, parent=parent, attributes=dotted, **times)

    root = timed("compared-agent", 0, 3000, gen_ai__operation__name="invoke_agent")
    chat = timed(
        f"chat {model}", 10, 900 if model == "gpt-4o" else 400, root.span_id, gen_ai__operation__name="chat",
        gen_ai__request__model=model, gen_ai__usage__input_tokens=100, gen_ai__usage__output_tokens=20,
        **{"gen_ai.input.messages": said("user", "Where is my order?" + EVIL),
           "gen_ai.output.messages": said("assistant", answer)},
    )  # fmt: skip
    embeds = [
        timed("embed chunk", 1000 + i, 5, root.span_id, gen_ai__operation__name="embeddings") for i in range(chunks)
    ]
    called = timed(f"execute_tool {tool}", 2000, 50, root.span_id, gen_ai__tool__name=tool)
    return [root, chat, *embeds, called]


@pytest.fixture(scope="module")
def two(server: Server) -> str:
    """The address that compares two runs of one agent."""
    lines = "\n".join(f"line {i} of a long document" for i in range(60_000))
    huge = span(
        "huge",
        trace_id=HUGE,
        attributes={"gen_ai.operation.name": "chat", "gen_ai.input.messages": said("user", lines)},
    )
    for spans in (
        run(A, 60, "gpt-4o", "It takes three working days.", "send_mail", 12),
        run(B, 30, "gpt-4o-mini", "It takes five working days.", "refund", 14),
        [huge],
    ):
        assert server.send(request(*spans).SerializeToString()).status == 200
    server.trace(A, spans=15)
    server.trace(B, spans=17)
    server.trace(HUGE)
    return f"/p/tests/compare/?a={A.hex()}&b={B.hex()}"


def row(page: Page, name: str) -> Any:
    return page.locator(".steps tr", has_text=name)


def test_steps_are_aligned_and_told_apart(page: Page, site: Site, two: str) -> None:
    page.goto(two)
    expect(page).to_have_title(re.compile("^compared-agent ↔ compared-agent"))
    expect(row(page, "chat gpt-4o-mini")).to_have_class(re.compile("changed"))
    expect(row(page, "chat gpt-4o-mini")).to_contain_text("gpt-4o → gpt-4o-mini")
    expect(row(page, "chat gpt-4o-mini")).to_contain_text("900 ms → 400 ms")
    expect(row(page, "send_mail")).to_contain_text("only in A")
    expect(row(page, "refund")).to_contain_text("only in B")
    expect(row(page, "embed chunk")).to_contain_text("×12 → ×14")
    row(page, "embed chunk").get_by_role("link").click()
    expect(row(page, "embed chunk")).to_have_count(14)
    expect(page).to_have_url(re.compile("unfold="))
    page.go_back()
    expect(row(page, "embed chunk")).to_have_count(1)
    page.get_by_role("link", name="Differences", exact=True).click()
    expect(row(page, "chat gpt-4o-mini")).to_be_visible()


def test_a_step_shows_the_words_that_changed(page: Page, site: Site, two: str) -> None:
    page.goto(two)
    row(page, "chat gpt-4o-mini").get_by_role("link").click()
    expect(page.locator("#pair del", has_text="three")).to_be_visible()
    expect(page.locator("#pair ins", has_text="five")).to_be_visible()
    expect(page.locator("#pair .pair-row")).not_to_have_count(0)
    expect(page.locator("#pair .differences").first).to_contain_text("gpt-4o-mini")
    expect(page).to_have_url(re.compile("row="))
    page.get_by_role("link", name="Unified").click()
    expect(page.locator("#pair .pair-row")).to_have_count(0)
    expect(page.locator("#pair ins", has_text="five")).to_be_visible()
    page.reload()
    expect(page.locator("#pair ins", has_text="five")).to_be_visible()
    page.get_by_role("link", name="Swap A and B").click()
    expect(page.locator("#pair del", has_text="five")).to_be_visible()
    expect(row(page, "send_mail")).to_contain_text("only in B")
    assert page.evaluate("window.hacked") is None


def test_steps_are_chosen_with_keys(page: Page, site: Site, two: str) -> None:
    page.goto(two)
    expect(page.locator("#pair h2")).to_contain_text("compared-agent")
    page.keyboard.press("j")
    expect(page.locator("#pair h2")).to_contain_text("chat gpt-4o-mini")
    expect(row(page, "chat gpt-4o-mini")).to_have_attribute("aria-current", "true")
    page.keyboard.press("k")
    expect(page.locator("#pair h2")).to_have_text("compared-agent")
    page.go_back()
    expect(page.locator("#pair h2")).to_contain_text("chat gpt-4o-mini")


def test_the_trace_page_leads_to_the_comparison(page: Page, site: Site, two: str) -> None:
    page.goto(site.trace(B.hex()))
    page.get_by_role("link", name="Compare with another trace").click()
    page.get_by_role("link", name="The one before it").click()
    expect(page.locator(".side-a")).to_contain_text(B.hex()[:8])
    expect(page.locator(".side-b")).to_contain_text(A.hex()[:8])
    page.goto("/p/tests/compare/")
    page.get_by_placeholder(re.compile("Paste")).fill(f"http://x/p/tests/traces/{A.hex()}/")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", name=re.compile("with…"))).to_be_visible()


def test_it_reads_without_scripts(server: Server, browser: Browser, login: Any, site: Site, two: str) -> None:
    context = browser.new_context(base_url=server.web, storage_state=login, java_script_enabled=False)
    page = context.new_page()
    page.goto(two)
    row(page, "chat gpt-4o-mini").get_by_role("link").click()
    expect(page.locator("#pair del", has_text="three")).to_be_visible()
    row(page, "embed chunk").get_by_role("link").click()
    expect(row(page, "embed chunk")).to_have_count(14)
    context.close()


def test_a_long_text_is_compared_in_part_and_it_says_so(page: Page, site: Site, two: str) -> None:
    page.goto(f"/p/tests/compare/?a={HUGE.hex()}&b={A.hex()}")
    expect(page.locator("#pair .notice")).to_contain_text("characters are not")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_fits_a_phone(context: BrowserContext, site: Site, two: str, theme: str) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme=theme)
    for path in (two, f"{two}&view=unified", f"/p/tests/compare/?a={A.hex()}"):
        page.goto(path)
        wide = "[...document.querySelectorAll('html, .body, .main')].filter(e => e.scrollWidth > innerWidth).length"
        assert page.evaluate(wide) == 0, path

"""Five megabytes in one span: the page shows their beginning, and the rest when it is asked for."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.support.conversations import large_trace
from tests.support.otlp import request
from tests.support.processes import wait_for
from tests.support.server import Server

LARGE = os.urandom(16)
# What a page may hold, whatever was sent: a browser lays so much out in well under a second.
MOST_BYTES = 700_000
MOST_ELEMENTS = 3_500


@dataclass
class Large:
    address: str
    spans: dict[str, str]

    def open(self, page: Page, name: str, tab: str = "content") -> None:
        """Opens a span; the panel that comes is small."""
        base = self.address.partition("?")[0]
        page.goto(f"{base}?span={self.spans['large']}&tab={tab}")
        with page.expect_response(lambda r: f"/spans/{self.spans[name]}/" in r.url) as got:
            page.get_by_role("treeitem", name=re.compile(rf"^{name}\b|\b{name}\b")).first.click()
        expect(page.locator("#span h2")).to_have_text(name)
        assert len(got.value.body()) < MOST_BYTES
        assert page.locator("#span *").count() < MOST_ELEMENTS


@pytest.fixture(scope="session")
def large(server: Server) -> Large:
    spans = large_trace(LARGE)
    # One after the other: together they are more than one body may hold.
    for one in spans:
        assert server.send(request(one).SerializeToString()).status == 200
    address = f"/p/tests/traces/{LARGE.hex()}/"
    found: dict[str, str] = {one.name: one.span_id.hex() for one in spans}
    reply = server.trace(LARGE, spans=len(spans), seconds=60)
    assert reply["span_count"] == len(spans)
    return Large(address, found)


def test_five_megabytes_of_text_show_their_beginning(page: Page, large: Large) -> None:
    large.open(page, "text")
    text = page.locator("#sec-content .plain")
    expect(text).to_contain_text("line 0 of a very long text")
    before = len(text.inner_text())
    page.locator("#sec-content").get_by_role("button", name="Show 64 KB more").click()
    wait_for(lambda: len(text.inner_text()) > before + 60_000, why="64 KB more")
    expect(page.locator("#sec-content").get_by_role("button", name="Show 64 KB more")).to_have_count(1)
    address = f"{large.address}spans/{large.spans['text']}/text/?of=input"
    whole = page.request.get(address)
    assert whole.text().endswith("THE END")
    assert whole.headers["content-type"] == "text/plain; charset=utf-8"


def test_five_megabytes_of_json_unfold_piece_by_piece(page: Page, large: Large) -> None:
    large.open(page, "json")
    tree = page.locator("#sec-content .json")
    expect(tree).to_contain_text('"row 0"')
    tree.get_by_role("button", name=re.compile("100 of 59,900 more")).click()
    expect(tree.get_by_role("button", name=re.compile("100 of 59,800 more"))).to_be_visible()
    tree.locator("details:not([open]) > summary").first.click()
    expect(tree.locator(".ji[hx-get] > .jl").first).to_be_visible()
    assert page.locator("#span *").count() < MOST_ELEMENTS


def test_a_prompt_of_five_megabytes_is_a_message(page: Page, large: Large) -> None:
    large.open(page, "chat 1")
    expect(page.locator(".role-user .plain")).to_contain_text("line 0 of a very long text")
    expect(page.locator(".role-user").get_by_role("link", name="open whole")).to_be_visible()


def test_four_hundred_messages_are_folded_in_the_middle(page: Page, large: Large) -> None:
    large.open(page, "chat 2")
    fold = page.get_by_text("361 messages in between")
    expect(page.locator("#sec-content .msgs .msg")).to_have_count(40 + 1 + 1)
    with page.expect_response(re.compile("/messages/")):
        fold.click()
    expect(page.locator(".fold.middle .msg")).to_have_count(361)


@pytest.mark.parametrize("tab", ["attributes", "raw", "usage"])
def test_every_tab_stays_small(page: Page, large: Large, tab: str) -> None:
    for name in ("text", "json"):
        large.open(page, name, tab)
        page.wait_for_load_state("networkidle")
        assert page.locator("#span *").count() < MOST_ELEMENTS
        assert len(page.locator("#span").inner_text()) < MOST_BYTES

"""Models and prices in a browser: from a call without a price to its cost, and back."""

from __future__ import annotations

import os
import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.support.otlp import request, span

PAGE = "/p/tests/settings/prices/"


@pytest.fixture
def unpriced(site: Site, page: Page) -> str:
    """The address of a call of a model that no list knows."""
    attributes = {
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": "acme", "gen_ai.request.model": "house-model/7",
        "gen_ai.usage.input_tokens": 1000, "gen_ai.usage.audio.input_tokens": 400, "gen_ai.usage.output_tokens": 100,
    }  # fmt: skip
    one = span("chat house-model", trace_id=os.urandom(16), attributes=attributes)
    assert site.server.send(request(one).SerializeToString()).status == 200
    address = f"{site.trace(one.trace_id.hex())}?span={one.span_id.hex()}"
    for _ in range(100):
        if page.request.get(address).status == 200:
            page.goto(address)
            return address
        time.sleep(0.1)
    raise AssertionError("the span did not arrive")


def test_a_call_without_a_price_gets_one_in_a_click_and_loses_it_again(page: Page, unpriced: str) -> None:
    page.get_by_role("link", name="unpriced").click()
    page.get_by_role("link", name="Set a price").click()
    expect(page.get_by_label("Model")).to_have_value("house-model/7")
    page.get_by_label("Input", exact=True).fill("2")
    page.get_by_label("Audio input").fill("20")
    page.get_by_label("Output", exact=True).fill("10")
    page.get_by_role("button", name="Save price").click()
    expect(page.get_by_text("The price of house-model/7 is set.")).to_be_visible()
    page.goto(unpriced)
    expect(page.locator(".formula tfoot")).to_contain_text("$0.0102")
    expect(page.locator(".formula")).to_contain_text("audio input")

    page.goto(PAGE)
    mine = page.locator("section", has=page.get_by_role("heading", name="Prices set by")).locator("tbody tr")
    mine.filter(has_text="house-model/7").locator("summary", has_text="Remove").click()
    page.get_by_role("button", name="Remove price").click()
    expect(page.get_by_text("is removed")).to_be_visible()
    row = page.locator("tr", has_text="house-model/7")
    expect(row.get_by_text("no price")).to_be_visible()


def test_the_page_fits_a_phone(page: Page, unpriced: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for address in (PAGE, PAGE + "?provider=acme&model=house-model/7"):
        page.goto(address)
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        assert not wide, address
    expect(page).to_have_url(re.compile("model="))

"""Explore and model comparison in a browser: a region is drawn or typed, and leads to what differs."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Site
from tests.support.otlp import SECOND, request, span
from web.formats import iso

EXPLORE = "/p/tests/explore/?measure=span_latency&range=6h"
# One trace of three weeks ago, where no other test looks.
THEN = time.time_ns() - 21 * 24 * 3600 * SECOND
PAST = f"/p/tests/explore/?measure=span_latency&from={iso(THEN - 60 * SECOND)}&to={iso(THEN + 60 * SECOND)}"


@pytest.fixture(scope="module")
def explored(site: Site) -> None:
    """Forty slow steps of one tenant, forty fast ones of another."""
    trace = b"\x0e" * 16
    steps: list[Any] = []
    for n in range(80):
        times = {"start_time_unix_nano": THEN, "end_time_unix_nano": THEN + (5 if n < 40 else 1) * SECOND}
        tenant = {"metadata.tenant": "acme" if n < 40 else "zeta"}
        steps.append(span("step", trace_id=trace, parent=b"p" * 8 if n else b"", attributes=tenant, **times))
    assert site.server.send(request(*steps).SerializeToString()).status == 200
    site.server.trace(trace, spans=80)


def test_dragging_over_cells_asks_what_differs(page: Page, site: Site) -> None:
    page.goto(EXPLORE)
    page.locator("[data-brush] .brush-box").wait_for(state="attached")
    box = page.locator("[data-brush] .nsewdrag").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 10, box["y"] + box["height"] * 0.3)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 2, steps=5)
    expect(page.locator(".brush-box")).to_be_visible()
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"measure=span_latency.*region_from=.*Z.*low=.*ms"))
    expect(page.get_by_role("heading", name="What differs")).to_be_visible()
    expect(page.locator(".brush-box")).to_be_visible()
    page.get_by_role("link", name="Clear").click()
    expect(page).not_to_have_url(re.compile("region_from"))


@pytest.mark.usefixtures("explored")
def test_a_typed_region_tells_what_its_spans_share(page: Page) -> None:
    page.goto(PAST)
    page.get_by_label("At least", exact=True).fill("4s")
    page.get_by_role("button", name="What differs?").click()
    expect(page.get_by_label("At least", exact=True)).to_have_value("4000ms")
    expect(page.locator(".differs .card")).to_have_count(1)
    expect(page.locator(".differs tbody tr").first).to_contain_text(
        re.compile(r"acme.*100.0 %.*0.0 %.*\+\d+\.\d pt", re.DOTALL)
    )
    page.get_by_role("link", name="Traces of the region", exact=True).click()
    expect(page).to_have_url(re.compile(r"/traces/\?from=.*filter=latency%3E%3D4000ms"))
    expect(page.locator("tr[data-href]").first).to_be_visible()


def test_another_number_is_a_choice_away_and_wrong_edges_are_explained(context: BrowserContext, site: Site) -> None:
    page = context.new_page()  # the browser logs the status 400
    page.goto("/p/tests/explore/")
    page.get_by_label("Show").select_option("Tokens of calls")
    expect(page).to_have_url(re.compile("measure=call_tokens"))
    page.get_by_label("Below", exact=True).fill("soon")
    page.get_by_role("button", name="What differs?").click()
    expect(page.get_by_role("alert")).to_contain_text("Write a number")


def test_the_heatmap_is_a_table_and_fits_a_phone(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(EXPLORE + "&low=500ms")
    page.locator("[data-brush] summary").click()
    expect(page.locator("[data-brush] thead th")).to_have_text(["From", "spans", "median", "p95", "from", "to"])
    expect(page.locator(".explore-head")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_without_scripts_the_region_and_its_differences_can_be_read(
    context: BrowserContext, site: Site, explored: None
) -> None:
    assert context.browser is not None
    plain = context.browser.new_context(
        base_url=site.server.web, storage_state=context.storage_state(), java_script_enabled=False
    )
    page = plain.new_page()
    page.goto(PAST + "&low=4s")
    page.get_by_role("link", name="Show what differs").click()
    expect(page.locator(".differs tbody tr").first).to_be_visible()
    plain.close()


def test_models_are_compared_and_chosen(page: Page, site: Site) -> None:
    page.goto("/p/tests/models/?range=30d&by=")
    expect(page.get_by_text("Only calls").or_(page.get_by_text("share no work")).or_(
        page.get_by_text("Not like for like")).first).to_be_visible()  # fmt: skip
    page.get_by_label("Like for like by").select_option("operation")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page).to_have_url(re.compile("by=operation"))
    expect(page.get_by_role("link", name="Compare models")).to_have_attribute("aria-current", "page")

"""The transcript of a trace in a browser."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Site


def test_it_reads_as_one_column(page: Page, site: Site) -> None:
    page.goto(site.trace(site.agent) + "?view=transcript")
    steps = page.locator(".step")
    expect(steps).to_have_count(3)
    expect(steps.filter(has_text="chat gpt-4o-mini")).to_contain_text("What is the weather in Ulm?")
    expect(steps.filter(has_text="issue_refund")).to_contain_text("refund service is busy")
    page.get_by_role("link", name="issue_refund").click()
    expect(page.locator("#span h2")).to_have_text("issue_refund")
    expect(page).to_have_url(re.compile("view=transcript&span="))
    page.reload()
    expect(page.locator("#span h2")).to_have_text("issue_refund")


def test_what_a_model_wrote_does_not_run_here_either(page: Page, site: Site) -> None:
    page.goto(site.trace(site.evil) + "?view=transcript")
    expect(page.locator(".script")).to_contain_text("<script>window.hacked=1</script>")
    assert page.evaluate("window.hacked") is None
    assert page.evaluate("document.images.length") == 0


def test_a_trace_in_which_nothing_was_said_says_so(page: Page, site: Site) -> None:
    page.goto(site.trace(site.wide) + "?view=transcript")
    expect(page.get_by_text("Nothing was said in this trace")).to_be_visible()


def test_nothing_scrolls_sideways_on_a_phone(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for trace in (site.agent, site.evil):
        for view in ("transcript", "graph", "tree"):
            page.goto(f"{site.trace(trace)}?view={view}")
            assert page.evaluate("document.documentElement.scrollWidth") == 390, view
            assert page.evaluate("document.querySelector('.main').scrollWidth") <= 390, view

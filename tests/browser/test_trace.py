"""The trace page in a browser."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import DEEP, WIDE, Site


def test_a_span_opens_in_the_panel_and_in_the_address(page: Page, site: Site) -> None:
    page.goto(site.trace(site.agent))
    expect(page.locator("#span h2")).to_have_text("refund-agent")
    page.get_by_role("treeitem", name=re.compile("chat gpt-4o-mini")).click()
    expect(page.locator("#span h2")).to_have_text("chat gpt-4o-mini")
    expect(page.locator(".prose", has_text="What is the weather in Ulm?")).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?span=[0-9a-f]{16}$"))
    page.get_by_role("treeitem", name=re.compile("issue_refund")).click()
    expect(page.get_by_role("alert")).to_contain_text("refund service is busy")
    page.go_back()
    expect(page.locator("#span h2")).to_have_text("chat gpt-4o-mini")
    page.go_back()
    expect(page.locator("#span h2")).to_have_text("refund-agent")
    page.go_forward()
    expect(page.locator("#span h2")).to_have_text("chat gpt-4o-mini")
    expect(page.locator("[aria-selected=true][role=treeitem]")).to_contain_text("chat gpt-4o-mini")
    page.reload()
    expect(page.locator("#span h2")).to_have_text("chat gpt-4o-mini")


def test_the_tabs_stay_when_another_span_is_chosen(page: Page, site: Site) -> None:
    page.goto(site.trace(site.agent))
    page.get_by_role("tab", name="Details").click()
    expect(page.get_by_text("Span id")).to_be_visible()
    page.get_by_role("treeitem", name=re.compile("chat gpt-4o-mini")).click()
    expect(page.locator("#span h2")).to_have_text("chat gpt-4o-mini")
    expect(page.get_by_text("gpt-4o-mini-2024-07-18").last).to_be_visible()
    expect(page.get_by_role("tab", name="Details")).to_have_attribute("aria-selected", "true")
    page.get_by_role("tab", name=re.compile("Attributes")).click()
    expect(page.locator("#sec-attributes")).to_contain_text("gen_ai.provider.name")


def test_the_mapping_tab_says_where_each_field_came_from(page: Page, site: Site) -> None:
    page.goto(site.trace(site.agent))
    page.get_by_role("treeitem", name=re.compile("chat gpt-4o-mini")).click()
    expect(page.locator("#span h2")).to_have_text("chat gpt-4o-mini")
    page.get_by_role("tab", name="Mapping").click()
    expect(page.get_by_role("row", name=re.compile("request_model"))).to_contain_text("gen_ai.request.model")
    expect(page.locator("#sec-mapping")).to_contain_text("Read by otel_genai")
    page.get_by_role("treeitem", name=re.compile("issue_refund")).click()
    expect(page.get_by_role("tab", name="Mapping")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("row", name=re.compile("tool_name"))).to_contain_text("gen_ai.tool.name")
    url = page.locator("[aria-selected=true][role=treeitem]").get_attribute("data-id")
    page.goto(f"{site.trace(site.agent)}spans/{url}/mapping/")
    expect(page.get_by_role("row", name=re.compile("tool_name"))).to_be_visible()


def test_the_tree_is_worked_with_keys(page: Page, site: Site) -> None:
    page.goto(site.trace(site.agent))
    expect(page.get_by_role("tree")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#span h2")).not_to_have_text("refund-agent")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#span h2")).to_have_text("refund-agent")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("treeitem", name=re.compile("issue_refund"))).to_be_hidden()
    expect(page.get_by_text("2 inside")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("treeitem", name=re.compile("issue_refund"))).to_be_visible()
    page.keyboard.press("e")
    expect(page.locator("#span h2")).to_have_text("issue_refund")
    page.keyboard.press("End")
    expect(page.locator("#span h2")).to_have_text("lost-child")
    expect(page.get_by_text("Parent not received")).to_be_visible()


def test_what_a_model_wrote_does_not_run(page: Page, site: Site) -> None:
    page.goto(site.traces)
    expect(page.locator("tr[data-href]").first).to_be_visible()
    page.goto(site.trace(site.evil))
    for tab in ("Attributes", "Events", "Details", "Messages"):
        page.get_by_role("tab", name=re.compile(tab)).click()
    expect(page.locator("#sec-content")).to_contain_text("<script>window.hacked=1</script>")
    assert page.evaluate("window.hacked") is None
    assert page.evaluate("document.images.length") == 0
    hrefs = page.evaluate("[...document.querySelectorAll('.prose a')].map(a => [a.protocol, a.rel, a.target])")
    assert hrefs
    assert all(link == ["https:", "noopener noreferrer nofollow", "_blank"] for link in hrefs)


def test_a_thousand_levels_are_shown(page: Page, site: Site) -> None:
    page.goto(site.trace(site.deep))
    expect(page.locator("[role=treeitem]")).to_have_count(DEEP)
    page.keyboard.press("End")
    expect(page.locator("#span h2")).to_have_text(f"level {DEEP}")


def test_a_wide_trace_loads_the_rest_while_one_scrolls(page: Page, site: Site) -> None:
    page.goto(site.trace(site.wide))
    expect(page.locator("[role=treeitem]")).to_have_count(2000)
    page.locator("#tree-after").scroll_into_view_if_needed()
    expect(page.locator("[role=treeitem]")).to_have_count(3000)
    page.locator("#tree-after").scroll_into_view_if_needed()
    expect(page.locator("[role=treeitem]")).to_have_count(WIDE)
    page.locator("#find").fill(f"step {WIDE - 1}")
    page.locator("#find").press("Enter")
    expect(page.locator("#span h2")).to_have_text(f"step {WIDE - 1}")

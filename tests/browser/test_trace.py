"""The trace page in a browser."""

from __future__ import annotations

import os
import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import DEEP, WIDE, Site
from tests.support.otlp import request, span


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
    expect(page.locator("[aria-selected=true][role=treeitem]")).to_have_accessible_name(re.compile("chat gpt-4o-mini"))
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
    page.wait_for_selector("#split[data-ready]")
    page.keyboard.press("End")
    expect(page.locator("#span h2")).to_have_text(f"level {DEEP}")
    expect(page.get_by_role("treeitem", name=re.compile(rf"level {DEEP}\b"))).to_have_attribute("aria-level", str(DEEP))


def test_a_search_leads_through_its_hits(page: Page, site: Site) -> None:
    page.goto(site.trace(site.wide))
    page.locator("#find").fill(f"step {WIDE - 1}")
    expect(page.locator("#found")).to_have_text("1")
    page.locator("#find").press("Enter")
    expect(page.locator("#span h2")).to_have_text(f"step {WIDE - 1}")
    page.locator("#find").fill("step 77")
    expect(page.locator("#found")).to_have_text("11")
    page.get_by_role("button", name="Next hit").click()
    expect(page.locator("#span h2")).to_have_text("step 77")
    expect(page.locator("#found")).to_have_text("1 of 11")
    page.get_by_role("button", name="Previous hit").click()
    expect(page.locator("#span h2")).to_have_text("step 779")
    expect(page).to_have_url(re.compile("text=step\\+77"))


def test_levels_types_and_errors_are_chosen_and_stand_in_the_address(page: Page, site: Site) -> None:
    page.goto(site.trace(site.agent))
    rows = page.get_by_role("treeitem")
    expect(rows).to_have_count(4)
    page.keyboard.press("[")
    expect(rows).to_have_count(2)
    expect(page).to_have_url(re.compile("level=1"))
    page.reload()
    expect(rows).to_have_count(2)
    page.keyboard.press("]")
    expect(rows).to_have_count(4)
    page.get_by_title("Filter and columns").click()
    page.get_by_role("checkbox", name=re.compile("^llm")).check()
    expect(rows).to_have_count(2)
    page.get_by_role("checkbox", name=re.compile("^llm")).uncheck()
    page.get_by_role("checkbox", name="Errors only").check()
    expect(rows).to_have_count(2)
    expect(rows.last).to_have_accessible_name(re.compile("issue_refund.*failed"))
    page.reload()
    expect(rows).to_have_count(2)


def test_the_time_axis_is_zoomed_by_dragging_and_by_a_double_click(page: Page, site: Site) -> None:
    page.goto(site.trace(site.agent))
    bar = page.get_by_role("treeitem", name=re.compile("issue_refund")).locator("rect.b")
    before = bar.bounding_box()
    page.get_by_role("treeitem", name=re.compile("issue_refund")).dblclick()
    expect(page.get_by_role("button", name="Whole trace")).to_be_visible()
    zoomed = bar.bounding_box()
    assert zoomed["width"] > before["width"] * 4
    page.get_by_role("button", name="Whole trace").click()
    assert abs(bar.bounding_box()["width"] - before["width"]) < 1
    ruler = page.locator("#ruler").bounding_box()
    page.mouse.move(ruler["x"] + ruler["width"] * 0.4, ruler["y"] + 10)
    page.mouse.down()
    page.mouse.move(ruler["x"] + ruler["width"] * 0.8, ruler["y"] + 10)
    page.mouse.up()
    assert bar.bounding_box()["width"] > before["width"] * 2
    expect(page).to_have_url(re.compile("zoom=0.4"))


def test_the_critical_path_is_shown_and_own_numbers_are(page: Page, site: Site) -> None:
    page.goto(site.trace(site.agent))
    page.keyboard.press("p")
    lost = page.get_by_role("treeitem", name=re.compile("lost-child"))
    root = page.get_by_role("treeitem", name=re.compile("refund-agent"))
    expect(lost.locator(".track")).to_have_css("opacity", "0.35")
    expect(root.locator(".track")).to_have_css("opacity", "1")
    expect(root.locator(".tok")).to_have_text("120", use_inner_text=True)
    page.get_by_title("Filter and columns").click()
    page.get_by_label("of the span alone").check()
    expect(root.locator(".tok")).to_have_text("", use_inner_text=True)


def test_the_panel_is_divided_closed_and_widened(page: Page, site: Site) -> None:
    page.goto(site.trace(site.agent))
    divider = page.get_by_role("separator", name="Width of the panel")
    left = page.locator(".left")
    before = left.bounding_box()["width"]
    divider.focus()
    page.keyboard.press("ArrowLeft")
    assert left.bounding_box()["width"] < before
    page.reload()
    assert left.bounding_box()["width"] < before
    page.get_by_role("button", name="Close the panel").click()
    expect(page.locator("#span")).to_be_hidden()
    page.get_by_role("treeitem", name=re.compile("issue_refund")).click()
    expect(page.locator("#span h2")).to_have_text("issue_refund")
    page.get_by_role("button", name="Panel over the whole width").click()
    expect(left).to_be_hidden()
    page.get_by_role("button", name="Panel over the whole width").click()
    expect(left).to_be_visible()


def test_on_a_phone_a_span_opens_as_a_sheet(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(site.trace(site.agent))
    expect(page.locator("#span")).to_be_hidden()
    page.get_by_role("treeitem", name=re.compile("issue_refund")).click()
    expect(page.locator("#span h2")).to_have_text("issue_refund")
    page.get_by_role("button", name="Back").click()
    expect(page.locator("#span")).to_be_hidden()
    page.go_back()
    expect(page.locator("#span h2")).to_be_visible()
    page.go_back()
    expect(page.locator("#span")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_running_trace_grows_and_keeps_folds_and_selection(page: Page, site: Site) -> None:
    trace_id = os.urandom(16)
    root = span("run", trace_id=trace_id)
    first = [span(f"step {n}", trace_id=trace_id, parent=root.span_id) for n in (1, 2)]
    inner = span("inner", trace_id=trace_id, parent=first[0].span_id)
    site.server.send(request(*first, inner).SerializeToString())
    site.server.trace(trace_id, spans=3)
    page.goto(site.trace(trace_id.hex()))
    expect(page.get_by_text("still running")).to_be_visible()
    page.get_by_role("treeitem", name=re.compile("step 2")).click()
    page.get_by_role("treeitem", name=re.compile("step 1")).locator("[data-fold]").click()
    expect(page.get_by_role("treeitem", name=re.compile("inner"))).to_be_hidden()
    site.server.send(request(root).SerializeToString())
    expect(page.get_by_role("treeitem", name=re.compile("^run"))).to_be_visible(timeout=15_000)
    expect(page.get_by_role("treeitem", name=re.compile("inner"))).to_be_hidden()
    expect(page.get_by_role("treeitem", name=re.compile("step 2"))).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("heading", level=1)).to_have_text("run")


def test_the_next_trace_of_the_list_is_a_key_away(page: Page, site: Site) -> None:
    page.goto(site.traces)
    links = page.locator("tr[data-href]")
    first, second = (links.nth(n).get_attribute("data-href") for n in (0, 1))
    links.nth(0).get_by_role("link").first.click()
    expect(page.get_by_role("button", name="Next trace of the list")).to_be_visible()
    page.keyboard.press("Shift+J")
    page.wait_for_url(f"**{second}")
    page.get_by_role("button", name="Previous trace of the list").click()
    page.wait_for_url(f"**{first}")

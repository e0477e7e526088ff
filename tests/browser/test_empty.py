"""Before the first trace. Runs first: the server has nothing yet."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.support.otlp import request, span
from tests.support.server import Server


def test_it_waits_for_the_first_trace_and_shows_it_by_itself(page: Page, server: Server) -> None:
    page.goto("/p/tests/traces/")
    expect(page.get_by_text("Waiting for the first trace")).to_be_visible()
    expect(page.locator("#snippet-curl")).to_contain_text(f"{server.web}/v1/traces")
    page.locator("[data-copy='#snippet-curl']").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    assert server.send(request(span("very first")).SerializeToString()).status == 200
    expect(page.get_by_role("link", name="very first")).to_be_visible()
    expect(page.get_by_text("Waiting for the first trace")).to_have_count(0)

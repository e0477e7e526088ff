"""Budgets in a browser: from an empty page to a chart, and back; without JavaScript; on a phone."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site
from tests.support.otlp import SECOND, request, span

PAGE = "/p/tests/budgets/"
DAY = 86_400 * SECOND


@pytest.fixture(scope="module")
def spending(site: Site) -> Site:
    """Two weeks of calls by two users, a dollar a day and a tenth."""
    now, last = time.time_ns(), b""
    for user, dollars in (("big-spender", 1.0), ("small-spender", 0.1)):
        for ago in range(16):
            at = now - ago * DAY - SECOND
            attributes = {
                "gen_ai.operation.name": "chat", "gen_ai.request.model": "m", "gen_ai.usage.input_tokens": 5,
                "gen_ai.usage.cost": dollars, "user.id": user, "deployment.environment.name": "budget-tests",
            }  # fmt: skip
            one = span("paid", attributes=attributes, start_time_unix_nano=at, end_time_unix_nano=at + SECOND)
            last = one.trace_id
            assert site.server.send(request(one).SerializeToString()).status == 200
    site.server.trace(last)
    return site


@pytest.fixture
def budget(spending: Site, page: Page) -> Iterator[str]:
    """The address of a budget for each user; it is deleted in the end."""
    set_budget(page, "each user", "0.5", "week")
    address = page.url
    yield address
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(address)
    page.locator("summary", has_text="Delete").click()
    page.get_by_role("button", name="Delete budget").click()
    expect(page.get_by_text("is deleted")).to_be_visible()


def set_budget(page: Page, of: str, amount: str, period: str, value: str = "") -> None:
    page.goto(PAGE + "new/")
    page.get_by_label("For").select_option(of)
    page.get_by_label("Name").fill(value)
    page.get_by_label("Amount in dollars").fill(amount)
    page.get_by_label("Every").select_option(period)
    page.get_by_role("button", name="Set budget").click()
    page.wait_for_url(re.compile(r"/budgets/[0-9a-f-]{36}/$"))


def test_a_budget_is_set_looked_at_changed_and_deleted(page: Page, spending: Site) -> None:
    set_budget(page, "environment", "100", "month", "budget-tests")
    expect(page.get_by_text("The budget of Environment budget-tests is set.")).to_be_visible()
    page.locator(".js-plotly-plot").wait_for()
    expect(page.locator(".js-plotly-plot .scatterlayer .trace")).to_have_count(7)  # band, two thresholds, the lines
    page.get_by_text("As a table").click()
    expect(page.get_by_role("row", name=re.compile("forecast")).first).to_be_visible()
    page.get_by_role("link", name="Change").click()
    page.get_by_label("Amount in dollars").fill("1")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".budget-kpis .chip.bad")).to_contain_text("over since")
    page.get_by_role("link", name="Budgets").first.click()
    row = page.locator("table.budgets tr", has_text="Environment budget-tests")
    expect(row).to_contain_text("over since")
    row.get_by_role("link", name="Environment budget-tests").click()
    page.locator("summary", has_text="Delete").click()
    page.get_by_role("button", name="Delete budget").click()
    expect(page).to_have_url(re.compile("/budgets/$"))
    expect(page.locator("main")).not_to_contain_text("budget-tests a month")


def test_each_user_stands_against_the_amount(page: Page, budget: str) -> None:
    page.goto(PAGE)
    lines = page.locator("table.budgets tr", has_text="Each user").locator(".budget-line")
    expect(lines.first).to_contain_text("big-spender")
    page.get_by_role("link", name="small-spender").click()
    expect(page.locator(".budget-kpis")).to_contain_text("Spent by small-spender")
    page.get_by_role("link", name="Traces of small-spender").click()
    expect(page).to_have_url(re.compile(r"/traces/\?from=.*filter=user%3Asmall-spender"))


def test_a_wrong_amount_is_told_at_its_field(page: Page, site: Site) -> None:
    page.goto(PAGE + "new/")
    page.get_by_label("Amount in dollars").fill("much")
    with page.expect_response(lambda reply: reply.request.method == "POST"):
        page.get_by_role("button", name="Set budget").click()
    expect(page.get_by_label("Amount in dollars")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Amount in dollars")).to_have_value("much")


def test_the_pages_fit_a_phone(page: Page, budget: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for address in (PAGE, PAGE + "new/", budget):
        page.goto(address)
        assert not page.evaluate(
            "document.querySelector('.body').scrollWidth > document.querySelector('.body').clientWidth"
        )


def test_it_is_read_without_javascript(browser: Browser, login, budget: str, site: Site) -> None:
    context = browser.new_context(base_url=site.server.web, storage_state=login, java_script_enabled=False)
    page = context.new_page()
    page.goto(budget)
    page.get_by_text("As a table").click()
    expect(page.locator(".as-table td").first).to_be_visible()
    page.goto(PAGE)
    expect(page.locator(".budget-line", has_text="big-spender").first).to_be_visible()
    context.close()

"""Guard: axe-core finds no fault with any page, in any state, in either theme. A new page is a new line here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Site
from tests.support.node import axe_script

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async (tags) => {
  const { violations } = await axe.run(document, { preload: false, runOnly: { type: "tag", values: tags } });
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.target.join(" ")} ${node.html.slice(0, 160)} `
      + `${node.any[0]?.message ?? ""}`));
}"""

State = Callable[[Page], object]
TRACE = "/p/tests/traces/{agent}/"


def press(key: str) -> State:
    return lambda page: page.keyboard.press(key)


def click(selector: str) -> State:
    return lambda page: page.locator(selector).first.click()


def palette(text: str) -> State:
    def opened(page: Page) -> None:
        page.keyboard.press("Control+k")
        page.locator("#palette-input").fill(text)

    return opened


def drawn(page: Page) -> None:
    page.locator("[data-widget=requests] .js-plotly-plot").wait_for()
    page.locator("[data-widget=slowest] li, [data-widget=slowest] .quiet").first.wait_for()
    page.locator(".tile strong").first.wait_for()


def all_drawn(page: Page) -> None:
    """Every widget of a dashboard, or the preview of one, is there."""
    expect(page.locator(".slot :is(.plot-space, .number-space) > noscript")).to_have_count(0)


def table_of_a_chart(page: Page) -> None:
    drawn(page)
    page.locator("[data-widget=requests] summary").click()


def a_budget(page: Page) -> None:
    page.get_by_label("Amount in dollars").fill("0.01")
    page.get_by_role("button", name="Set budget").click()
    page.locator(".js-plotly-plot").wait_for()


def a_wrong_budget(page: Page) -> None:
    page.get_by_label("Amount in dollars").fill("much")
    page.get_by_role("button", name="Set budget").click()
    page.locator(".field-error").wait_for()


def heatmap(page: Page) -> None:
    page.locator("[data-brush] .js-plotly-plot").wait_for()


def differs(page: Page) -> None:
    heatmap(page)
    page.locator(".explore-head").wait_for()


# name → address, what is done before the page is judged. `{agent}` and the like are ids of traces of `site`.
PAGES: dict[str, tuple[str, State | None]] = {
    "list": ("/p/tests/traces/", None),
    "list, time menu": ("/p/tests/traces/", click(".range summary")),
    "list, nothing matches": ("/p/tests/traces/?filter=name:nothing-has-this-name", None),
    "list, wrong filter": ("/p/tests/traces/?filter=model:x+(", None),
    "list, keys": ("/p/tests/traces/", press("?")),
    "list, palette": ("/p/tests/traces/", palette("")),
    "list, palette searching": ("/p/tests/traces/", palette("tra")),
    "list, project switcher": ("/p/tests/traces/", click(".switcher summary")),
    "overview": ("/p/tests/overview/", drawn),
    "overview, table": ("/p/tests/overview/", table_of_a_chart),
    "overview, wrong filter": ("/p/tests/overview/?filter=model:x+(", None),
    "dashboards": ("/p/tests/dashboards/", None),
    "dashboards, new": ("/p/tests/dashboards/new/?begin=overview", None),
    "dashboard": ("/p/tests/dashboards/{board}/?compare=previous", all_drawn),
    "dashboard, edited": ("/p/tests/dashboards/{board}/?edit=1", all_drawn),
    "dashboard, menu": ("/p/tests/dashboards/{board}/", click("main details.menu:last-of-type > summary")),
    "dashboard, empty": ("/p/tests/dashboards/{empty}/", None),
    "dashboard, new widget": ("/p/tests/dashboards/{empty}/new/", all_drawn),
    "explore": ("/p/tests/explore/", heatmap),
    "explore, what differs": ("/p/tests/explore/?measure=span_latency&range=30d&low=500ms", differs),
    "explore, wrong region": ("/p/tests/explore/?low=fast", None),
    "models": ("/p/tests/models/?range=30d&by=", None),
    "models, wrong filter": ("/p/tests/models/?filter=model:x+(", None),
    "trace": (TRACE, None),
    "trace, hostile": ("/p/tests/traces/{evil}/", None),
    "trace, deep": ("/p/tests/traces/{deep}/", None),
    "trace, keys": (TRACE, press("?")),
    "sessions": ("/p/tests/sessions/", None),
    "sessions, nothing there": ("/p/tests/sessions/?filter=name:nothing-has-this-name", None),
    "session": ("/p/tests/sessions/chat-1/", click(".steps summary")),
    "users": ("/p/tests/users/", None),
    "user": ("/p/tests/users/visitor/", None),
    "start": ("/p/tests/start/", None),
    "start, another SDK": ("/p/tests/start/", click("#tab-node")),
    "ingest": ("/p/tests/ingest/", None),
    "ingest, table": ("/p/tests/ingest/", click(".as-table summary")),
    "keys of the API": ("/p/tests/settings/keys/", None),
    "budgets": ("/p/tests/budgets/", None),
    "budgets, form": ("/p/tests/budgets/new/", a_wrong_budget),
    "budget": ("/p/tests/budgets/new/", a_budget),
    "budgets, some": ("/p/tests/budgets/", None),
    "models and prices": ("/p/tests/settings/prices/", None),
    "models and prices, form": ("/p/tests/settings/prices/?model=gpt-4o-mini", None),
    "models and prices, numbers": ("/p/tests/settings/prices/", click("details.price summary")),
    "password": ("/account/password/", None),
    "not found": ("/nowhere/", None),
    "wrong address": ("/p/tests/traces/?range=99y", None),
}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
NOTHING: dict[str, list[str]] = {theme: [] for theme in THEMES}


def judge(page: Page) -> list[str]:
    """What axe-core says about the page as it is now. Animations have ended: half-faded text has no contrast.

    One whose element htmx took away while it ran was cancelled, which is an end too.
    """
    page.evaluate(
        "Promise.allSettled(document.getAnimations().map((a) => a.effect.getTiming().iterations === 1 && a.finished))"
    )
    page.evaluate(axe_script())  # past the content security policy, which is the point of that
    return page.evaluate(RUN, TAGS)


def judge_both(page: Page) -> dict[str, list[str]]:
    """In light and in dark; only colours change, so the page need not be opened twice."""
    found: dict[str, list[str]] = {}
    for theme in THEMES:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        found[theme] = judge(page)
    return found


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    page = context.new_page()
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    yield page
    page.close()


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(page: Page, site: Site, name: str) -> None:
    address, state = PAGES[name]
    page.goto(
        address.format(
            agent=site.agent, evil=site.evil, deep=site.deep, wide=site.wide, board=site.board, empty=site.empty
        )
    )
    if state:
        state(page)
    assert judge_both(page) == NOTHING


def test_axe_finds_nothing_on_a_phone(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for address in (site.traces, site.trace(site.agent), "/p/tests/start/", "/p/tests/settings/keys/"):
        page.goto(address)
        assert judge_both(page) == NOTHING, address
    page.get_by_role("link", name="Menu", exact=True).click()
    assert judge_both(page) == NOTHING


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_before_the_login(browser: Browser, site: Site, theme: Any) -> None:
    context = browser.new_context(base_url=site.server.web, color_scheme=theme)
    page = context.new_page()
    page.goto("/login/")
    assert judge(page) == []
    page.get_by_label("Email").fill("nobody@example.com")
    page.get_by_label("Password").fill("not the right one")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("alert").wait_for()
    assert judge(page) == []
    context.close()

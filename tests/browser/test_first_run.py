"""Before the first trace. Runs first: the server has nothing yet. The snippets on the page must work as they stand."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

from playwright.sync_api import Page, expect

from tests.browser.test_axe import judge
from tests.support.node import node_packages
from tests.support.processes import wait_for
from tests.support.server import Server

PAGE = "/p/tests/traces/"


def run(*command: str, cwd: str | None = None) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=clean, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def code(page: Page, snippet: str) -> str:
    return page.locator(f"#snippet-{snippet}").text_content() or ""


def test_axe_finds_nothing_in_the_welcome(page: Page, server: Server) -> None:
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.goto(PAGE)
        assert judge(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert judge(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_it_remembers_the_sdk_and_fills_a_new_key_in(page: Page, server: Server) -> None:
    page.goto(PAGE)
    expect(page.get_by_text("No key is needed")).to_be_visible()
    page.get_by_role("tab", name="Langfuse").click()
    page.reload()
    expect(page.get_by_role("tab", name="Langfuse")).to_have_attribute("aria-selected", "true")
    page.get_by_role("button", name="Create a key and fill it in").click()
    secret = page.locator("#first-key").inner_text()
    expect(page.get_by_role("tabpanel", name="Langfuse")).to_contain_text(secret)
    sent = server.send(b"", key=secret)
    assert sent.status == 200


def test_it_keeps_still_while_text_is_selected(page: Page, server: Server) -> None:
    page.goto(PAGE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/start/wait/" in request.url else None)
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#snippet-python'))")
    look = "document.dispatchEvent(new Event('visibilitychange'))"  # what it would ask at, besides every two seconds
    page.evaluate(look)
    assert asked == []
    page.evaluate("getSelection().removeAllRanges()")
    with page.expect_request(re.compile("/start/wait/")):
        page.evaluate(look)


def test_the_first_trace_appears_by_itself(page: Page, server: Server) -> None:
    page.goto(PAGE)
    expect(page.get_by_text("Waiting for your first trace")).to_be_visible()
    page.get_by_role("tab", name="cURL").click()
    page.locator("[data-copy='#snippet-curl']").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    assert "Failed" not in run(sys.executable, "-c", code(page, "python"))
    expect(page.get_by_text("Your first trace is here")).to_be_visible(timeout=15_000)
    expect(page.get_by_role("tab", name="cURL")).to_have_attribute("aria-selected", "true")
    page.get_by_role("link", name="Open it").click()
    expect(page.get_by_role("heading", name="hello", level=1)).to_be_visible()


def test_the_next_ones_are_seen_on_the_page_for_sending(page: Page, server: Server) -> None:
    page.goto("/p/tests/start/")
    expect(page.get_by_text("Waiting for the next trace")).to_be_visible()
    folder = node_packages()
    script = folder / "hello.mjs"
    script.write_text(code(page, "node"), encoding="utf-8")
    run("node", script.name, cwd=str(folder))
    expect(page.get_by_text("A new trace is here")).to_be_visible(timeout=15_000)
    if all(map(shutil.which, ("bash", "curl", "openssl"))):
        said = run("bash", "-c", code(page, "curl").replace("curl", "curl -sf", 1))
        assert "partialSuccess" not in said
        wait_for(lambda: len(server.api("traces").json()["results"]) == 3, why="the trace sent by cURL")


def test_one_click_makes_the_example_project(page: Page, server: Server) -> None:
    page.goto("/p/tests/start/")
    page.get_by_role("region", name="Example project").get_by_role("button", name="Load the example project").click()
    expect(page.get_by_role("progressbar", name="Making the example project")).to_be_visible()
    page.wait_for_url(re.compile("/p/example-.*/traces/"), timeout=120_000)
    expect(page.get_by_role("link", name=re.compile("support")).first).to_be_visible()

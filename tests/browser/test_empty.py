"""Before the first trace. Runs first: the server has nothing yet. The snippets on the page must work as they stand."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from playwright.sync_api import Page, expect

from tests.support.processes import wait_for
from tests.support.server import API_KEY, Server


def run(*command: str) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=clean)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_it_waits_for_the_first_trace_and_shows_it_by_itself(page: Page, server: Server) -> None:
    page.goto("/p/tests/traces/")
    expect(page.get_by_text("Waiting for the first trace")).to_be_visible()
    python, curl = (page.locator(f"#snippet-{name}").inner_text() for name in ("python", "curl"))
    assert f"{server.web}/v1/traces" in python
    page.locator("[data-copy='#snippet-curl']").click()
    expect(page.get_by_text("Copied")).to_be_visible()

    said = run(sys.executable, "-c", python.replace("YOUR_API_KEY", API_KEY))
    assert "Failed" not in said
    expect(page.get_by_role("link", name="hello")).to_be_visible(timeout=15_000)
    expect(page.get_by_text("Waiting for the first trace")).to_have_count(0)

    if all(map(shutil.which, ("bash", "curl", "openssl"))):
        assert "partialSuccess" not in run(
            "bash", "-c", curl.replace("YOUR_API_KEY", API_KEY).replace("curl", "curl -sf", 1)
        )
        wait_for(lambda: len(server.api("traces").json()["results"]) == 2, why="the trace sent by cURL")
        page.reload()
        expect(page.get_by_role("link", name="hello")).to_have_count(2)

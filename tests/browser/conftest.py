"""The pages in a real Chromium, in front of a really started server with real spans in it."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.boards import WIDGETS, make_board
from tests.support.otlp import SECOND, Status, llm_span, request, span
from tests.support.server import EMAIL, PASSWORD, Server

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
EVIL = "\"><script>window.hacked=1</script><img src=x onerror='window.hacked=1'>"
DEEP, WIDE = 1000, 3500


def chromium() -> str:
    return next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker("browser")
    # It needs the server as it is before the first trace.
    items.sort(key=lambda item: "tests/browser/test_first_run" not in item.nodeid)


@dataclass
class Site:
    """The started server and the ids of what was sent to it."""

    server: Server
    agent: str
    evil: str
    deep: str
    wide: str
    board: str = ""
    empty: str = ""

    @property
    def traces(self) -> str:
        return "/p/tests/traces/"

    def trace(self, trace_id: str) -> str:
        return f"{self.traces}{trace_id}/"


def messages(role: str, text: str, **more: Any) -> str:
    return json.dumps([{"role": role, "parts": [{"type": "text", "content": text}], **more}])


def agent_trace(trace_id: bytes) -> list[Any]:
    """An agent that calls a model, a tool that fails, and the model again; one span lost its parent."""
    now = time.time_ns()

    def timed(name: str, at_ms: int, ms: int, **fields: Any) -> Any:
        start = now - 5 * SECOND + at_ms * 1_000_000
        return span(
            name, trace_id=trace_id, start_time_unix_nano=start, end_time_unix_nano=start + ms * 1_000_000, **fields
        )

    root = timed(
        "refund-agent", 0, 3000,
        attributes={
            "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "refund",
            "session.id": "chat-1", "user.id": "visitor",
        },
    )  # fmt: skip
    call = llm_span(trace_id, root.span_id)
    tool = timed(
        "issue_refund", 1500, 400, parent=root.span_id,
        attributes={"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "issue_refund"},
        status=Status(code=Status.STATUS_CODE_ERROR, message="refund service is busy"),
    )  # fmt: skip
    lost = timed("lost-child", 2500, 10, parent=b"\x77" * 8)
    return [root, call, tool, lost]


def evil_trace(trace_id: bytes) -> list[Any]:
    said = EVIL + " [click](javascript:window.hacked=1) ![x](https://evil.example/x.png) <https://ok.example/>"
    attributes = {
        "gen_ai.operation.name": "chat", "gen_ai.request.model": EVIL, EVIL: EVIL, "session.id": EVIL, "user.id": EVIL,
        "gen_ai.input.messages": messages("user", said), "gen_ai.output.messages": messages("assistant", said),
    }  # fmt: skip
    return [span(EVIL, trace_id=trace_id, attributes=attributes)]


def deep_trace(trace_id: bytes) -> list[Any]:
    spans = [span("level 1", trace_id=trace_id)]
    for level in range(2, DEEP + 1):
        spans.append(span(f"level {level}", trace_id=trace_id, parent=spans[-1].span_id))
    return spans


def wide_trace(trace_id: bytes) -> list[Any]:
    root = span("wide", trace_id=trace_id)
    start = root.start_time_unix_nano
    steps: list[Any] = []
    for i in range(1, WIDE):
        times = {"start_time_unix_nano": start + i, "end_time_unix_nano": start + i + 1000}
        steps.append(span(f"step {i}", trace_id=trace_id, parent=root.span_id, **times))
    return [root, *steps]


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="browser-"))
    server = Server(folder)
    try:
        yield server.start()
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    if not path:
        # The set-up of CI installs it: a run that opened no page must not be green.
        (pytest.fail if os.environ.get("CI") else pytest.skip)("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def login(server: Server, browser: Browser) -> Any:
    """The cookies of somebody who logged in with the form."""
    context = browser.new_context(base_url=server.web)
    page = context.new_page()
    page.goto("/p/tests/ingest/")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/p/tests/ingest/")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture(scope="session")
def site(server: Server) -> Site:
    ids = {name: bytes([n]) * 16 for n, name in enumerate(("agent", "evil", "deep", "wide"), start=1)}
    for name, make in (("deep", deep_trace), ("wide", wide_trace), ("evil", evil_trace), ("agent", agent_trace)):
        reply = server.send(request(*make(ids[name])).SerializeToString())
        assert reply.status == 200, reply.text
    for name, count in (("deep", DEEP), ("wide", WIDE), ("evil", 1), ("agent", 4)):
        server.trace(ids[name], spans=count)
    boards = {"board": make_board(server, "Costs", WIDGETS), "empty": make_board(server, "Nothing yet", [])}
    return Site(server, **{name: value.hex() for name, value in ids.items()}, **boards)


@pytest.fixture
def context(server: Server, browser: Browser, login: Any) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=server.web, storage_state=login, viewport={"width": 1440, "height": 900})
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def browser_context_berlin(server: Server, browser: Browser, login: Any) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=server.web, storage_state=login, timezone_id="Europe/Berlin")
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab. The test fails when the page logs an error, breaks the content security policy or asks another host."""
    page = context.new_page()
    complaints: list[str] = []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda r: complaints.append(f"asked {r.url}") if not r.url.startswith(("http://127.0.0.1:", "data:")) else None,
    )
    yield page
    assert complaints == []

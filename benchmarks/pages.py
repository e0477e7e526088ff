"""How long people look at nothing: first byte, first paint, bytes and requests of the list and of a very long trace.

A server with synthetic spans and one trace of 100,000, opened in Chromium with an empty cache. One JSON line per page.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.bodies import attribute, message
from benchmarks.queries import set_up
from benchmarks.server import KEY, ROOT, Server, environment, free_ports, wait_ready

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
SYNTHETIC = "synthetic"
# A step of the long trace has so many spans: one agent, its model calls and its tools.
STEP = 100
PER_REQUEST = 5_000
REQUESTS = 20  # without a browser
PROMISED = {"first_byte_ms": 150.0, "long_trace_first_paint_ms": 1_500.0}

# What the browser itself noted. Transferred bytes count heads and bodies as they came over the wire.
NUMBERS = """() => {
  const [page] = performance.getEntriesByType("navigation");
  const all = [page, ...performance.getEntriesByType("resource")];
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  return {
    first_byte_ms: page.responseStart - page.requestStart,
    first_paint_ms: paint ? paint.startTime : null,
    loaded_ms: page.loadEventEnd,
    page_bytes: page.transferSize,
    bytes: all.reduce((sum, one) => sum + one.transferSize, 0),
    requests: all.length,
    elements: document.querySelectorAll("*").length,
  };
}"""


@contextlib.contextmanager
def served(folder: Path) -> Iterator[Server]:
    """A ready server on the folder, which stays."""
    ports = free_ports(3)
    with (folder / "server.log").open("wb") as log:
        command = [sys.executable, "manage.py", "up"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment(folder, ports), stdout=log, stderr=log)
    server = Server(process, folder, *ports)
    try:
        wait_ready(server, 120)
        yield server
    finally:
        server.stop()


def fill(folder: Path, spans: int) -> None:
    """In a process of its own: the project of the synthetic spans, and those spans."""
    set_up(folder)
    from backend.projects.models import Organisation, Project  # noqa: PLC0415 - after Django's set-up
    from backend.store import client  # noqa: PLC0415
    from benchmarks.queries import fill as fill_store  # noqa: PLC0415

    world = fill_store(client.current(), spans)
    organisation = Organisation.objects.get()
    Project.objects.create(id=world.project, organisation=organisation, name=SYNTHETIC, slug=SYNTHETIC)
    client.current().close()


def long_trace(spans: int) -> Iterator[ExportTraceServiceRequest]:
    """A coding agent: a root, steps below it, model calls and tools below each step."""
    trace_id, root = secrets.token_bytes(16), secrets.token_bytes(8)
    start = time.time_ns() - 3_600 * 10**9
    step = root
    batch: list[Span] = []
    for number in range(spans):
        at = start + number * 20_000_000
        span = Span(trace_id=trace_id, span_id=root if number == 0 else secrets.token_bytes(8))
        span.start_time_unix_nano = at
        span.end_time_unix_nano = at + 15_000_000
        if number == 0:
            span.name = "coding-task"
            span.end_time_unix_nano = start + spans * 20_000_000
        elif number % STEP == 1:
            span.name, span.parent_span_id, step = f"step {number // STEP}", root, span.span_id
            span.end_time_unix_nano = at + STEP * 20_000_000
        else:
            _call(span, step, number)
        batch.append(span)
        if len(batch) == PER_REQUEST or number == spans - 1:
            request = ExportTraceServiceRequest()
            request.resource_spans.add().scope_spans.add().spans.extend(batch)
            batch.clear()
            yield request


def _call(span: Span, step: bytes, number: int) -> None:
    span.parent_span_id = step
    operation = "execute_tool" if number % 3 else "chat"
    span.name = "execute_tool read_file" if number % 3 else "chat gpt-4.1"
    span.attributes.append(attribute("gen_ai.operation.name", operation))
    if operation == "chat":
        span.attributes.append(attribute("gen_ai.request.model", "gpt-4.1"))
        span.attributes.append(attribute("gen_ai.usage.input_tokens", 1_000 + number % 9_000))
        span.attributes.append(attribute("gen_ai.usage.output_tokens", 50 + number % 400))
        span.attributes.append(attribute("gen_ai.input.messages", message("user", f"Part {number}.")))


def send(server: Server, spans: int) -> str:
    """Send the long trace and wait until all of it can be read; its id."""
    trace_id = ""
    for request in long_trace(spans):
        connection = http.client.HTTPConnection("127.0.0.1", server.otlp_http, timeout=60)
        headers = {"Content-Type": "application/x-protobuf", "Authorization": f"Bearer {KEY}"}
        connection.request("POST", "/v1/traces", request.SerializeToString(), headers)
        reply = connection.getresponse()
        if reply.status != 200:
            raise SystemExit(f"The server answered {reply.status}: {reply.read()[:300]!r}")
        connection.close()
        trace_id = request.resource_spans[0].scope_spans[0].spans[0].trace_id.hex()
    deadline = time.monotonic() + 120
    while server.span_count(trace_id) < spans:
        if time.monotonic() > deadline:
            raise SystemExit("The long trace did not arrive.")
        time.sleep(1)
    server.wait_idle()
    return trace_id


def log_in(browser: Browser, server: Server) -> Any:
    """The cookies of the first user."""
    known = environment(server.folder, [0, 0, 0])
    context = browser.new_context(base_url=f"http://127.0.0.1:{server.web}")
    page = context.new_page()
    page.goto("/login/")
    page.get_by_label("Email").fill(known["SPANHOUSE_INIT_EMAIL"])
    page.get_by_label("Password").fill(known["SPANHOUSE_INIT_PASSWORD"])
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/traces/**")
    return context.storage_state()


def measure(browser: Browser, server: Server, cookies: Any, name: str, path: str, runs: int) -> dict[str, Any]:
    """The median of `runs` openings, each with an empty cache; one more before them warms the server."""
    found: list[dict[str, Any]] = []
    for _ in range(runs + 1):
        context = browser.new_context(
            base_url=f"http://127.0.0.1:{server.web}", storage_state=cookies, viewport={"width": 1440, "height": 900}
        )
        page: Page = context.new_page()
        page.wait_for_timeout(1_000)  # a browser that is just being started takes the cores that the server needs
        reply = page.goto(path, wait_until="load", timeout=120_000)
        if reply is None or reply.status != 200:
            raise SystemExit(f"{path} answered {reply and reply.status}.")
        page.wait_for_timeout(500)  # a paint is noted a little after it happened
        found.append(page.evaluate(NUMBERS))
        context.close()
    keys = found[0].keys()
    medians = {key: round(statistics.median(one[key] or 0 for one in found[1:]), 1) for key in keys}
    return {"page": name, "runs": runs, **medians}


def asked(server: Server, cookies: Any, path: str, runs: int) -> dict[str, Any]:
    """First byte of `runs` requests without a browser, on one connection: what the server itself takes."""
    cookie = "; ".join(f"{one['name']}={one['value']}" for one in cookies["cookies"])
    connection = http.client.HTTPConnection("127.0.0.1", server.web, timeout=60)
    taken: list[float] = []
    for _ in range(runs + 1):
        started = time.perf_counter()
        connection.request("GET", path, headers={"Cookie": cookie})
        reply = connection.getresponse()
        taken.append((time.perf_counter() - started) * 1000)
        reply.read()
        if reply.status != 200:
            raise SystemExit(f"{path} answered {reply.status}.")
    connection.close()
    ordered = sorted(taken[1:])
    return {
        "server_p50_ms": round(statistics.median(ordered), 1),
        "server_p95_ms": round(ordered[runs * 95 // 100 - 1], 1),
    }


def run(options: argparse.Namespace, folder: Path) -> int:
    with served(folder):
        pass  # the first start makes the tables, the login and the project
    filling = [sys.executable, "-m", "benchmarks.pages", "--fill", str(folder), "--spans", str(options.spans)]
    subprocess.run(filling, cwd=ROOT, check=True)
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        raise SystemExit("Chromium is not installed (Debian, Ubuntu: apt-get install chromium).")
    with served(folder) as server, sync_playwright() as playwright:
        trace_id = send(server, options.trace_spans)
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        cookies = log_in(browser, server)
        pages = {
            "list, 24 hours": f"/p/{SYNTHETIC}/traces/?range=24h",
            "list, 30 days": f"/p/{SYNTHETIC}/traces/?range=30d",
            f"trace of {options.trace_spans:,} spans": f"/p/benchmark/traces/{trace_id}/",
        }
        results: list[dict[str, Any]] = []
        for name, address in pages.items():
            results.append(measure(browser, server, cookies, name, address, options.runs))
        browser.close()
        for result, address in zip(results, pages.values(), strict=True):
            result.update(asked(server, cookies, address, REQUESTS))
            print(json.dumps(result), flush=True)
    summary = {
        "spans": options.spans,
        "list_first_byte_ms": max(result["server_p95_ms"] for result in results[:-1]),
        "list_first_byte_beside_a_browser_ms": max(result["first_byte_ms"] for result in results[:-1]),
        "long_trace_first_paint_ms": results[-1]["first_paint_ms"],
        "promised": PROMISED,
    }
    print(json.dumps(summary))
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spans", type=int, default=2_000_000, help="synthetic spans behind the list")
    parser.add_argument("--trace-spans", type=int, default=100_000, help="spans of the long trace")
    parser.add_argument("--runs", type=int, default=5, help="openings of each page that count")
    parser.add_argument("--fill", type=Path, default=None, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.fill is not None:
        fill(options.fill, options.spans)
        return 0
    with tempfile.TemporaryDirectory(prefix="spanhouse-pages-") as name:
        return run(options, Path(name))


if __name__ == "__main__":
    sys.exit(main())

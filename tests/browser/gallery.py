"""Screenshots of every page in both themes at three widths, with an index to look through.

`.venv/bin/python -m tests.browser.gallery [--out FOLDER] [--only WORD] [--readme]` starts a server of its own, lets it
make the example project, and photographs it. `--readme` also writes the two pictures of the README.
"""

from __future__ import annotations

import argparse
import html
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.boards import BOARD, make_board
from tests.browser.conftest import FLAGS, chromium
from tests.browser.test_axe import State, all_drawn, click, differs, drawn, heatmap, palette, press
from tests.support.otlp import request, span
from tests.support.processes import ROOT, wait_for
from tests.support.server import EMAIL, PASSWORD, Server

WIDTHS = {1440: 900, 1024: 768, 390: 844}
THEMES = ("light", "dark")
README = ROOT / "docs/images"
# What a picture in the README may weigh.
MAX_BYTES = 300_000
EXAMPLE = "/p/{example}/traces/"


@dataclass(frozen=True)
class Shot:
    """`path` may name {example} (slug), {trace} and {failed} (trace ids of the example), {session} and {user}."""

    name: str
    path: str
    state: State | None = None
    anonymous: bool = False


def a_budget(page: Page) -> None:
    page.get_by_role("link", name="Each user").click()
    page.locator(".js-plotly-plot").wait_for()


def open_switcher(page: Page) -> None:
    if (page.viewport_size or {"width": 0})["width"] <= 900:
        page.get_by_role("link", name="Menu", exact=True).click()
    page.locator(".switcher summary").click()


SHOTS: tuple[Shot, ...] = (
    Shot("login", "/login/", anonymous=True),
    Shot("first-run", "/p/tests/traces/"),
    Shot("list", EXAMPLE + "?range=30d"),
    Shot("list-filtered", EXAMPLE + "?range=30d&filter=status:error"),
    Shot("list-nothing-matches", EXAMPLE + "?range=30d&filter=name:nothing"),
    Shot("list-wrong-filter", EXAMPLE + "?filter=model:x+("),
    Shot("list-time-menu", EXAMPLE + "?range=30d", click(".range summary")),
    Shot("list-project-switcher", EXAMPLE + "?range=30d", open_switcher),
    Shot("palette", EXAMPLE + "?range=30d", palette("tra")),
    Shot("keys-help", EXAMPLE + "?range=30d", press("?")),
    Shot("overview", "/p/{example}/overview/?range=14d", drawn),
    Shot("overview-filtered", "/p/{example}/overview/?range=14d&filter=environment:production", drawn),
    Shot("dashboards", "/p/{example}/dashboards/"),
    Shot("dashboard-new", "/p/{example}/dashboards/new/?begin=overview"),
    Shot("dashboard", "/p/{example}/dashboards/{board}/?range=3d&compare=previous", all_drawn),
    Shot("dashboard-edited", "/p/{example}/dashboards/{board}/?range=14d&edit=1", all_drawn),
    Shot("dashboard-widget", "/p/{example}/dashboards/{board}/widgets/cost/edit/?range=14d", all_drawn),
    Shot("explore", "/p/{example}/explore/?range=14d", heatmap),
    Shot("explore-differences", "/p/{example}/explore/?range=14d&low=5s", differs),
    Shot("models", "/p/{example}/models/?range=14d"),
    Shot("models-alike", "/p/{example}/models/?range=14d&by=operation"),
    Shot("trace", EXAMPLE + "{trace}/"),
    Shot("trace-failed", EXAMPLE + "{failed}/"),
    Shot("sessions", "/p/{example}/sessions/?range=30d"),
    Shot("session", "/p/{example}/sessions/{session}/"),
    Shot("users", "/p/{example}/users/?range=30d"),
    Shot("user", "/p/{example}/users/{user}/?range=30d"),
    Shot("start", "/p/{example}/start/"),
    Shot("start-node", "/p/{example}/start/", click("#tab-node")),
    Shot("ingest", "/p/{example}/ingest/?range=1h"),
    Shot("api-keys", "/p/tests/settings/keys/"),
    Shot("prices", "/p/{example}/settings/prices/"),
    Shot("prices-numbers", "/p/{example}/settings/prices/", click("details.price summary")),
    Shot("prices-form", "/p/{example}/settings/prices/?model=my-own-model"),
    Shot("budgets", "/p/{example}/budgets/"),
    Shot("budget", "/p/{example}/budgets/", a_budget),
    Shot("budgets-form", "/p/{example}/budgets/new/"),
    Shot("password", "/account/password/"),
    Shot("not-found", "/p/nowhere/traces/"),
    Shot("wrong-address", "/p/tests/ingest/?range=99y"),
    Shot("design", "/design/"),
)


@contextmanager
def started() -> Iterator[Server]:
    """A server with the example project in it, and an empty project beside."""
    folder = Path(tempfile.mkdtemp(prefix="gallery-"))
    server = Server(folder, env={"SPANHOUSE_DEBUG": "1"})
    try:
        server.start()
        server.manage("seed_demo")
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def log_in(browser: Browser, server: Server) -> Any:
    context = browser.new_context(base_url=server.web)
    page = context.new_page()
    page.goto("/login/")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/traces/")
    state = context.storage_state()
    context.close()
    return state


def names_of(server: Server) -> dict[str, str]:
    """The slug of the example and two of its traces: a long conversation of the agent, and one that failed."""
    query = "from backend.demo.models import Example; print(Example.objects.get().project.slug)"
    found = {"example": server.django(query)}
    key = server.manage("create_key", "gallery", "--project", found["example"]).stdout.split()[-1]
    body = request(*(span(f"step {n}") for n in range(40)), span("broken", span_id=b"")).SerializeToString()
    server.send(body, key=key)  # something for the Ingest page to tell of
    for name, wanted in (("trace", "name:*support* type:agent latency>3s"), ("failed", "status:error")):
        window = {"from": "now-30d", "to": "now", "filter": wanted, "limit": 1}
        found[name] = server.api("traces", key=key, **window).json()["results"][0]["trace_id"]
    month = {"from": "now-30d", "to": "now"}
    sessions = server.api("sessions", key=key, **month).json()["results"]
    found["session"] = max(sessions, key=lambda one: one["trace_count"])["session_id"]
    found["board"] = make_board(server, "Costs and speed", BOARD, key=key)
    found["user"] = server.api("users", key=key, **month).json()["results"][0]["user_id"]
    return found


def photograph(context: BrowserContext, shot: Shot, names: dict[str, str], target: Path) -> None:
    page = context.new_page()
    page.goto(shot.path.format(**names))
    if shot.state:
        shot.state(page)
    page.wait_for_timeout(300)  # what is fetched or slides in has arrived
    page.screenshot(path=target)
    page.close()


def gallery(browser: Browser, server: Server, shots: list[Shot], out: Path) -> dict[str, str]:
    state = log_in(browser, server)
    names = names_of(server)
    for theme in THEMES:
        for width, height in WIDTHS.items():
            options: Any = {
                "viewport": {"width": width, "height": height},
                "color_scheme": theme,
                "reduced_motion": "reduce",
            }
            inside = browser.new_context(base_url=server.web, storage_state=state, **options)
            outside = browser.new_context(base_url=server.web, **options)
            for shot in shots:
                photograph(outside if shot.anonymous else inside, shot, names, out / f"{shot.name}-{theme}-{width}.png")
            inside.close()
            outside.close()
            sys.stderr.write(f"{theme}, {width} px: {len(shots)} pictures\n")
    return names


def write_index(shots: list[Shot], out: Path) -> None:
    rows: list[str] = []
    for shot in shots:
        files = [f"{shot.name}-{theme}-{width}.png" for theme in THEMES for width in WIDTHS]
        pictures = "".join(f'<a href="{f}"><img src="{f}" alt="{f}" loading="lazy"></a>' for f in files)
        rows.append(f"<h2>{html.escape(shot.name)} <small>{html.escape(shot.path)}</small></h2><div>{pictures}</div>")
    style = "body{font:14px sans-serif;margin:24px} div{display:flex;gap:12px;overflow-x:auto} img{height:420px}"
    head = f"<!doctype html><meta charset=utf-8><title>Gallery</title><style>{style}</style><h1>Gallery</h1>"
    page = head + "".join(rows)
    (out / "index.html").write_text(page, encoding="utf-8")


def readme_pictures(browser: Browser, server: Server, names: dict[str, str]) -> None:
    """One light, one dark, small enough to be kept in version control."""
    README.mkdir(parents=True, exist_ok=True)
    state = log_in(browser, server)
    for name, path, theme in (("traces", EXAMPLE + "?range=30d", "light"), ("trace", EXAMPLE + "{trace}/", "dark")):
        options: Any = {"viewport": {"width": 1280, "height": 800}, "color_scheme": theme, "reduced_motion": "reduce"}
        context = browser.new_context(base_url=server.web, storage_state=state, **options)
        target = README / f"{name}.png"
        photograph(context, Shot(name, path), names, target)
        context.close()
        if target.stat().st_size > MAX_BYTES:
            raise SystemExit(f"{target} is larger than {MAX_BYTES:,} bytes.")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / ".make/gallery")
    parser.add_argument("--only", default="", help="pictures whose name has this word in it")
    parser.add_argument("--readme", action="store_true", help="write docs/images/*.png too")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    shots = [shot for shot in SHOTS if options.only in shot.name]
    with started() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        wait_for(lambda: server.readyz().status == 200, why="the server")
        names = gallery(browser, server, shots, options.out)
        if options.readme:
            readme_pictures(browser, server, names)
        browser.close()
    write_index(shots, options.out)
    sys.stdout.write(f"{options.out / 'index.html'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

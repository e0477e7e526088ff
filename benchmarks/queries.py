"""How long people wait: p50 and p95 of every list, trace, search and statistic, over 2 million spans.

Prints one JSON line per query; the last line says how many are slower than the promise.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, LiteralString

from backend.core import garbage
from backend.core.limits import SECOND_NS
from backend.store.client import Profile, Store
from benchmarks.budgets import budget_queries
from benchmarks.explore import explore_queries
from benchmarks.synthetic import LONG_TRACES, World, load, work

PROMISED_P95_MS = 200
HOUR_NS, DAY_NS = 3_600 * SECOND_NS, 86_400 * SECOND_NS

SAMPLE: LiteralString = """
SELECT trace_id, any(span_id) AS span_id FROM spans WHERE project_id = {project_id:UUID}
GROUP BY trace_id ORDER BY count() > 8, sipHash64(trace_id) LIMIT 200"""
LONG: LiteralString = """
SELECT trace_id, count() AS spans FROM spans WHERE project_id = {project_id:UUID}
GROUP BY trace_id HAVING spans > 8 ORDER BY spans"""
SPAN_COUNT: LiteralString = "SELECT count() AS n FROM spans"
MERGING: LiteralString = "SELECT count() AS n FROM system.merges"

# What people write into the filter bar; {…} is another value at each run.
FILTERS = {
    "status": "status:error",
    "model": "model:gpt-4*",
    "type": "type:tool",
    "latency": "latency>5s",
    "tokens": "tokens>9k",
    "user": "user:user-{number}",
    "session": "session:session-{number}",
    "tag": "tag:beta",
    "attribute": "attr.app.customer:customer-{number}",
    "search rare word": "item{number}",
    "search frequent word": "nate",
    "search two words": "item{number} nate",
    "all of it": "type:llm model:claude* -status:error latency>1s tag:beta",
    "nothing found": "user:nobody",
}


def set_up(folder: Path) -> None:
    """Django with the folder as its data; the services are called as the pages call them."""
    os.environ["SPANHOUSE_DATA_DIR"] = str(folder)
    for name in ("CLICKHOUSE_URL", "DATABASE_URL", "CELERY_BROKER_URL"):
        os.environ.pop(name, None)
    os.environ["DJANGO_SETTINGS_MODULE"] = "backend.config.settings"
    import django  # noqa: PLC0415 - reads the environment

    django.setup()


def fill(store: Store, spans: int) -> World:
    from backend.store.migrate import migrate  # noqa: PLC0415

    migrate(store)
    started = time.perf_counter()
    world = load(store, spans, time.time_ns())
    while store.read(MERGING, profile=Profile.API)[0]["n"]:
        time.sleep(0.5)
    stored = store.read(SPAN_COUNT, profile=Profile.API)[0]["n"]
    seconds = round(time.perf_counter() - started, 1)
    print(json.dumps({"loaded_spans": stored, "seconds": seconds}), flush=True)
    return world


def list_queries(world: World, dice: random.Random) -> Iterator[tuple[str, Callable[[], Any]]]:
    """The traces list: windows, orders, pages and filters."""
    from backend.traces.services import TraceQuery, list_traces  # noqa: PLC0415

    now = world.now_ns + SECOND_NS

    def listing(back_ns: int, **more: Any) -> Any:
        return list_traces(world.project, TraceQuery(start_ns=now - back_ns, end_ns=now, **more))

    def page(number: int) -> Any:
        found = listing(world.window_ns)
        for _ in range(number - 1):
            found = listing(world.window_ns, cursor=found.next_cursor)
        return found

    def filtered(text: str) -> Any:
        return listing(world.window_ns, filter=text.format(number=dice.randrange(5_000)))

    yield "list: newest, 1 hour", lambda: listing(HOUR_NS)
    yield "list: newest, 24 hours", lambda: listing(DAY_NS)
    yield "list: newest, 14 days", lambda: listing(world.window_ns)
    yield "list: oldest, 14 days", lambda: listing(world.window_ns, order="oldest")
    yield "list: 500 rows", lambda: listing(world.window_ns, limit=500)
    third = page(3).next_cursor
    yield "list: fourth page", lambda: listing(world.window_ns, cursor=third)
    for name, text in FILTERS.items():
        yield f"filter: {name}", lambda text=text: filtered(text)


def facet_queries(world: World, dice: random.Random) -> Iterator[tuple[str, Callable[[], Any]]]:
    """What stands around the list: facets, the histogram; and the order that has to look at everything."""
    from backend.traces import facets  # noqa: PLC0415
    from backend.traces.histogram import traces_over_time  # noqa: PLC0415
    from backend.traces.services import TraceQuery, list_traces  # noqa: PLC0415

    now = world.now_ns + SECOND_NS
    for name, back_ns in (("24 hours", DAY_NS), ("14 days", world.window_ns)):
        start = now - back_ns
        for text in ("", "status:error", "type:llm model:gpt-4*", "item{number}"):
            label = f"{name}, {text or 'no filter'}"

            def filtered(text: str = text) -> str:
                return text.format(number=dice.randrange(5_000))

            def asked(start: int = start, filtered: Callable[[], str] = filtered) -> facets.Asked:
                return facets.Asked(world.project, start, now, filtered())

            yield f"facets: {label}", lambda a=asked: facets.overview(a())
            yield (
                f"histogram: {label}",
                lambda s=start, f=filtered: traces_over_time(world.project, s, now, f()),
            )
        plain = facets.Asked(world.project, start, now)
        yield f"facet: users, {name}", lambda plain=plain: facets.one_field(plain, "user")
        query = TraceQuery(start_ns=start, end_ns=now, order="slowest")
        yield f"list: slowest, {name}", lambda query=query: list_traces(world.project, query)


def group_queries(world: World, dice: random.Random) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Sessions and users: their lists, and one of each."""
    from backend.traces import groups, sessions  # noqa: PLC0415

    now = world.now_ns + SECOND_NS
    kinds: tuple[groups.Kind, ...] = ("session", "user")
    for kind in kinds:
        for name, back_ns in (("24 hours", DAY_NS), ("14 days", world.window_ns)):
            for text in ("", "status:error"):
                query = groups.GroupQuery(kind, now - back_ns, now, filter=text)
                label = f"{kind}s: {name}, {text or 'no filter'}"
                yield label, lambda query=query: groups.list_groups(world.project, query)
        second = groups.GroupQuery(kind, now - DAY_NS, now)
        second = replace(second, cursor=groups.list_groups(world.project, second).next_cursor)
        yield f"{kind}s: second page", lambda second=second: groups.list_groups(world.project, second)
        newest = groups.list_groups(world.project, groups.GroupQuery(kind, now - DAY_NS, now)).results
        yield f"{kind}: one", lambda kind=kind, n=newest: groups.get_group(world.project, kind, dice.choice(n).id)
        if kind == "session":
            yield "session: its conversation", lambda n=newest: sessions.session_turns(world.project, dice.choice(n).id)


def trace_queries(world: World, store: Store, dice: random.Random) -> Iterator[tuple[str, Callable[[], Any]]]:
    """One trace, one span, and the traces that are longer than most."""
    from backend.traces import services  # noqa: PLC0415

    sample = store.read(SAMPLE, {"project_id": world.project}, Profile.API)
    long = [row["trace_id"] for row in store.read(LONG, {"project_id": world.project}, Profile.API)]

    def span() -> Any:
        row = dice.choice(sample)
        return services.get_span(world.project, row["trace_id"], row["span_id"])

    yield "trace: 8 spans", lambda: services.get_trace(world.project, dice.choice(sample)["trace_id"])
    light = {"payloads": False}
    yield (
        "trace: 8 spans, tree only",
        lambda: services.get_trace(world.project, dice.choice(sample)["trace_id"], **light),
    )
    yield "span", span
    for trace_id, size in zip(long, sorted(LONG_TRACES.values()), strict=True):
        yield (
            f"trace: {size:,} spans, tree only",
            lambda i=trace_id: services.get_trace(world.project, i, payloads=False),
        )


def other_queries(world: World, store: Store, dice: random.Random) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Scores and the Ingest page."""
    from backend.intake.services import overview  # noqa: PLC0415
    from backend.scores import services as scores  # noqa: PLC0415

    now = world.now_ns + SECOND_NS
    start = now - world.window_ns
    sample = store.read(SAMPLE, {"project_id": world.project}, Profile.API)
    yield "scores: newest", lambda: scores.list_scores(world.project, start_ns=start, end_ns=now, limit=50)
    yield (
        "scores: by name",
        lambda: scores.list_scores(world.project, name="faithful", start_ns=start, end_ns=now, limit=50),
    )
    yield "scores: of a trace", lambda: scores.scores_of_trace(world.project, dice.choice(sample)["trace_id"])
    for name, back_ns in (("1 hour", HOUR_NS), ("24 hours", DAY_NS), ("14 days", world.window_ns)):
        yield f"intake: {name}", lambda back_ns=back_ns: overview(world.project, now - back_ns, now)


def metric_queries(world: World) -> Iterator[tuple[str, Callable[[], Any]]]:
    """The overview: its tiles and twelve charts, asked for at once as a browser does; and single questions."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    from backend.dashboards import widgets  # noqa: PLC0415
    from backend.metrics import scans, services  # noqa: PLC0415
    from backend.metrics.view import Question  # noqa: PLC0415

    now = world.now_ns + SECOND_NS

    def overview(window: widgets.Window) -> None:
        scans.forget()
        with ThreadPoolExecutor(6) as browser:
            asked = [browser.submit(widgets.answer, one, window) for one in widgets.OVERVIEW]
            for one in [browser.submit(widgets.tiles, window), *asked]:
                one.result()

    def ask(window: widgets.Window, *measures: str, **more: Any) -> None:
        scans.forget()
        services.measure(Question(window.project_id, window.start_ns, window.end_ns, measures, **more))

    for name, back_ns in (("24 hours", DAY_NS), ("7 days", 7 * DAY_NS), ("14 days", world.window_ns)):
        window = widgets.Window(world.project, now - back_ns, now)
        yield f"overview: tiles and 12 widgets, {name}", lambda w=window: overview(w)
        yield f"metrics: traces over time, {name}", lambda w=window: ask(w, *widgets.TRACES_SCAN)
        yield f"metrics: tokens by model, {name}", lambda w=window: ask(w, "tokens", group_by="model")
        yield f"metrics: cost by user, {name}", lambda w=window: ask(w, "cost", group_by="user", interval="none")
        yield f"metrics: filtered, {name}", lambda w=window: ask(w, "tokens", filter="model:gpt-4* tag:beta")


def timed(name: str, query: Callable[[], Any], runs: int) -> dict[str, Any]:
    """One warm run, then `runs` that count."""
    query()
    seconds: list[float] = []
    for _ in range(runs):
        started = time.perf_counter()
        query()
        seconds.append(time.perf_counter() - started)
    seconds.sort()
    p50, p95 = seconds[len(seconds) // 2], seconds[min(len(seconds) - 1, len(seconds) * 95 // 100)]
    return {"query": name, "p50_ms": round(p50 * 1000, 1), "p95_ms": round(p95 * 1000, 1)}


def measure(spans: int, runs: int) -> dict[str, Any]:
    from backend.store import client  # noqa: PLC0415 - configured by the settings
    from benchmarks.dashboards import dashboard_queries  # noqa: PLC0415

    store = client.current()
    world = fill(store, spans)
    work()
    garbage.settle()  # as the server does
    dice = random.Random(7)
    results: list[dict[str, Any]] = []
    for queries in (
        list_queries(world, dice),
        facet_queries(world, dice),
        group_queries(world, dice),
        trace_queries(world, store, dice),
        other_queries(world, store, dice),
        metric_queries(world),
        budget_queries(world),
        dashboard_queries(world),
        explore_queries(world.project, world.now_ns + SECOND_NS, world.window_ns),
    ):
        for name, query in queries:
            results.append(timed(name, query, runs))
            print(json.dumps(results[-1]), flush=True)
    slow = [result["query"] for result in results if result["p95_ms"] > PROMISED_P95_MS]
    worst = max(result["p95_ms"] for result in results)
    return {
        "spans": spans,
        "queries": len(results),
        "worst_p95_ms": worst,
        "promised_p95_ms": PROMISED_P95_MS,
        "slower": slow,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spans", type=int, default=2_000_000)
    parser.add_argument("--runs", type=int, default=20, help="timed runs of each query")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="spanhouse-queries-") as name:
        set_up(Path(name))
        print(json.dumps(measure(options.spans, options.runs)))
        from backend.store import client  # noqa: PLC0415

        client.current().close()
    return 0


if __name__ == "__main__":
    sys.exit(main())

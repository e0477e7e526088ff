"""Widgets that share a scan show what they would show alone; and few scans are made for many widgets."""

from __future__ import annotations

import os
import time
from typing import Any

import pytest

from backend.dashboards.document import read_widgets
from backend.dashboards.plan import planned
from backend.dashboards.widgets import Widget, Window, answer
from backend.metrics import scans
from backend.store import prices
from backend.store.queries import metrics as queries
from tests.support.otlp import Status, key_values, llm_span, span
from tests.traces.test_services import HOUR, PROJECT, send

FAILED = Status(code=Status.STATUS_CODE_ERROR)
PRICE = prices.Price("openai", "gpt-4o-mini-2024-07-18", (prices.Tier(0, 0.001, 0.002, 0.0, 0.0),))
ROWS: list[dict[str, Any]] = [
    {"measures": ["cost"], "group_by": "model", "chart": "stacked"},
    {"measures": ["input_tokens", "output_tokens"]},
    {"measures": ["ttft_p50", "ttft_p95"]},
    {"measures": ["cost", "calls"], "chart": "number"},
    {"measures": ["cost"], "group_by": "user", "chart": "ranking"},
    {"measures": ["cost", "calls"], "group_by": "user", "chart": "table"},
    {"measures": ["call_latency_p95"], "group_by": "model"},
    {"measures": ["traces", "failed_traces"], "chart": "bar"},
    {"measures": ["trace_latency_p95"]},
    {"measures": ["traces"], "filter": "status:error", "chart": "number"},
    {"measures": ["span_latency_p95"]},
    {"measures": ["failed_spans", "spans"], "chart": "table"},
]


def window() -> Window:
    now = time.time_ns()
    return Window(PROJECT, now - 24 * HOUR, now + HOUR)


def shape(widget: Widget) -> tuple[tuple[str, ...], str]:
    return widget.scan, widget.scan_group


@pytest.fixture
def some(store) -> None:
    prices.save(store, [PRICE])
    for number in range(4):
        trace = os.urandom(16)
        call = llm_span(trace)
        call.attributes.extend(key_values({"user.id": f"user {number % 3}"}))
        send(store, call, span("tool", trace_id=trace, parent=call.span_id, **({"status": FAILED} if number else {})))


def test_widgets_of_the_same_rows_share_a_scan() -> None:
    cost, tokens, ttft, number, ranking, table, p95, *_ = map(shape, planned(read_widgets(ROWS)))
    assert cost[0] == ("cost", "input_tokens", "output_tokens", "ttft_p50", "ttft_p95", "calls")
    assert {tokens, ttft, number} == {(cost[0], "model")}
    assert cost[1] == ""  # it shows the groups
    assert ranking == table == (("cost", "calls"), "")
    assert p95 == ((), "")  # percentiles of "others" are no difference


@pytest.mark.store
def test_together_they_show_what_each_shows_alone(some: None) -> None:
    widgets, at = read_widgets(ROWS), window()
    for alone, together in zip(widgets, planned(widgets), strict=True):
        scans.forget()
        first, second = answer(alone, at), answer(together, at)
        names = [one.name for one in first.measures]
        for a, b in zip([*first.series, first.total], [*second.series, second.total], strict=True):
            assert a is not None
            assert b is not None
            assert {name: a.totals[name] for name in names} == {name: b.totals[name] for name in names}, alone.title
            assert [a.values.get(name) for name in names] == [b.values.get(name) for name in names], alone.title


@pytest.mark.store
def test_twelve_widgets_make_few_scans(some: None, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    for name in ("cells", "top_groups"):
        scan = getattr(queries, name)
        monkeypatch.setattr(queries, name, lambda *args, scan=scan: made.append(args) or scan(*args))
    scans.forget()
    at = window()
    for widget in planned(read_widgets(ROWS)):
        answer(widget, at)
    assert len(made) == 6


def test_the_time_before_is_as_long_as_what_has_passed() -> None:
    now = 1_800_000_000_000_000_000
    before = Window(PROJECT, now - HOUR, now + HOUR // 6).before(now)
    assert (before.start_ns, before.end_ns) == (now - 2 * HOUR, now - HOUR)
    assert before.step_ns == 60_000_000_000
    past = Window(PROJECT, now - 3 * HOUR, now - 2 * HOUR).before(now)
    assert past.end_ns - past.start_ns == HOUR

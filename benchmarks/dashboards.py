"""A dashboard as people put it together, asked for at once as a browser does; a part of benchmarks/queries.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from backend.core.limits import SECOND_NS
from backend.dashboards import document, plan, widgets
from backend.metrics import scans
from benchmarks.synthetic import World

DAY_NS = 86_400 * SECOND_NS
# Several charts of the same rows, some with a filter of their own.
WIDGETS: list[dict[str, Any]] = [
    {"measures": ["cost"], "group_by": "model", "chart": "stacked"},
    {"measures": ["input_tokens", "output_tokens"]},
    {"measures": ["ttft_p50", "ttft_p95"]},
    {"measures": ["cost", "calls", "call_error_rate"], "chart": "number"},
    {"measures": ["cost"], "group_by": "user", "chart": "ranking"},
    {"measures": ["cost", "calls"], "group_by": "user", "chart": "table"},
    {"measures": ["call_latency_p95"], "group_by": "model"},
    {"measures": ["traces", "failed_traces"], "chart": "bar"},
    {"measures": ["trace_latency_p50", "trace_latency_p95"]},
    {"measures": ["traces"], "filter": "status:error", "chart": "number"},
    {"measures": ["failed_spans"], "group_by": "tool", "chart": "ranking"},
    {"measures": ["score_avg"], "group_by": "score"},
]


def dashboard_queries(world: World) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Twelve widgets, six at a time."""
    now = world.now_ns + SECOND_NS
    mixed = plan.planned(document.read_widgets(WIDGETS))

    def shown(window: widgets.Window) -> None:
        scans.forget()
        with ThreadPoolExecutor(6) as browser:
            for one in [browser.submit(widgets.answer, one, window) for one in mixed]:
                one.result()

    for name, back_ns in (("24 hours", DAY_NS), ("7 days", 7 * DAY_NS), ("14 days", world.window_ns)):
        window = widgets.Window(world.project, now - back_ns, now)
        yield f"dashboard: 12 widgets, {name}", lambda w=window: shown(w)

"""A widget: one question and the way its answer is drawn; and the overview that every project has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args
from uuid import UUID

from backend.metrics import services as metrics
from backend.metrics.view import Answer, Question, Series

Chart = Literal["line", "bar", "stacked", "ranking", "table", "number"]
CHARTS: tuple[Chart, ...] = get_args(Chart)
TRACES_SCAN = (
    "traces", "failed_traces", "trace_error_rate", "trace_latency_p50", "trace_latency_p95", "trace_latency_p99",
)  # fmt: skip
CALLS_SCAN = (
    "cost", "input_tokens", "output_tokens", "cache_read_tokens", "reasoning_tokens", "tokens", "ttft_p50", "ttft_p95",
    "tokens_per_second",
)  # fmt: skip

SCAN_TOP = 6


@dataclass(frozen=True)
class Widget:
    """`scan`, `scan_group`: what is asked instead, so that one scan serves several widgets."""

    key: str
    title: str
    measures: tuple[str, ...]
    chart: Chart = "line"
    group_by: str = ""
    top: int = 8
    scan: tuple[str, ...] = ()
    scan_group: str = ""
    size: Literal["half", "third"] = "half"

    @property
    def question_interval(self) -> str:
        return "auto" if self.chart in ("line", "bar", "stacked") else "none"


@dataclass(frozen=True)
class Window:
    """What a page of widgets looks at."""

    project_id: UUID
    start_ns: int
    end_ns: int
    filter: str = ""

    @property
    def previous(self) -> Window:
        """As long, just before."""
        return replace(self, start_ns=2 * self.start_ns - self.end_ns, end_ns=self.start_ns)


@dataclass(frozen=True)
class Tile:
    """A number with the one before; `better` says which way is good: up, down, or "" when neither is."""

    key: str
    label: str
    measure: str
    better: Literal["up", "down", ""]
    now: Series
    before: Series


OVERVIEW: tuple[Widget, ...] = (
    Widget("requests", "Requests and errors", ("traces", "failed_traces"), "bar", scan=TRACES_SCAN),
    Widget("latency", "Latency", ("trace_latency_p50", "trace_latency_p95", "trace_latency_p99"), scan=TRACES_SCAN),
    Widget("cost", "Cost by model", ("cost",), "stacked", "model", scan=CALLS_SCAN),
    Widget(
        "tokens", "Tokens by kind", ("input_tokens", "output_tokens", "cache_read_tokens", "reasoning_tokens"), "line",
        scan=CALLS_SCAN, scan_group="model",
    ),
    Widget("ttft", "Time to first token", ("ttft_p50", "ttft_p95"), scan=CALLS_SCAN, scan_group="model"),
    Widget("speed", "Tokens per second", ("tokens_per_second",), scan=CALLS_SCAN, scan_group="model"),
    Widget("users", "Cost by user", ("cost",), "ranking", "user", size="third"),
    Widget("tags", "Cost by tag", ("cost",), "ranking", "tag", size="third"),
    Widget("prompts", "Cost by prompt version", ("cost",), "ranking", "prompt_version", size="third"),
    Widget("dearest", "Dearest traces", ("cost",), "ranking", "trace", size="third"),
    Widget("slowest", "Slowest traces", ("trace_latency_p95",), "ranking", "trace", size="third"),
    Widget("scores", "Average scores", ("score_avg",), "line", "score", size="third"),
)  # fmt: skip
TILES: tuple[tuple[str, str, str, Literal["up", "down", ""]], ...] = (
    ("requests", "Requests", "traces", ""),
    ("errors", "Errors", "trace_error_rate", "down"),
    ("latency", "p95 latency", "trace_latency_p95", "down"),
    ("ttft", "First token p50", "ttft_p50", "down"),
    ("cost", "Cost", "cost", "down"),
    ("score", "Average score", "score_avg", "up"),
)


def overview_widget(key: str) -> Widget | None:
    return next((one for one in OVERVIEW if one.key == key), None)


def answer(widget: Widget, window: Window) -> Answer:
    """The widget's own measures and groups, from a scan that may hold more. Raises InvalidInput."""
    found = _ask(window, widget.scan or widget.measures, widget.scan_group or widget.group_by, widget)
    wanted = metrics.find_measures(widget.measures)
    if widget.scan_group and found.total is not None:
        return replace(found, measures=wanted, group_by="", series=[found.total], other=None)
    return replace(found, measures=wanted)


def tiles(window: Window) -> list[Tile]:
    """The numbers at the head of the overview, over time and beside those of the time before."""
    found: dict[str, tuple[Series, Series]] = {}
    for scan, group in ((TRACES_SCAN, ""), (CALLS_SCAN, "model"), (("score_avg",), "")):
        now = _total(_ask(window, scan, group, None))
        before = _total(_ask(window.previous, scan, "", None, interval="none"))
        found |= dict.fromkeys(scan, (now, before))
    return [Tile(key, label, name, better, *found[name]) for key, label, name, better in TILES]


def _total(answer: Answer) -> Series:
    return answer.total or Series("", {})


def _ask(
    window: Window, measures: tuple[str, ...], group_by: str, widget: Widget | None, *, interval: str = "auto"
) -> Answer:
    return metrics.measure(
        Question(
            window.project_id,
            window.start_ns,
            window.end_ns,
            measures,
            group_by=group_by,
            interval=widget.question_interval if widget else interval,
            filter=window.filter,
            # One number for all that share a scan; they show no percentiles of the rest.
            top=widget.top if widget and not widget.scan else SCAN_TOP,
            whole_rest=widget is not None and not widget.scan,
        )
    )

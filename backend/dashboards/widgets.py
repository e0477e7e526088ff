"""A widget: one question and the way its answer is drawn; and the overview that every project has."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Literal, get_args
from uuid import UUID

from backend.core import limits
from backend.core.times import UNITS_NS
from backend.metrics import services as metrics
from backend.metrics.distribution import Distribution, SpreadQuestion, as_histogram, distribution
from backend.metrics.view import Answer, Question, Series

Chart = Literal["line", "bar", "stacked", "ranking", "table", "number", "histogram", "heatmap"]
CHARTS: tuple[Chart, ...] = get_args(Chart)
Size = Literal["third", "half", "full"]
SIZES: tuple[Size, ...] = get_args(Size)
# These show how one number is spread (metrics/distribution.py); `measures` then holds the name of the number.
SPREADS: tuple[Chart, ...] = ("histogram", "heatmap")
OVER_TIME: tuple[Chart, ...] = ("line", "bar", "stacked")
TRACES_SCAN = (
    "traces", "failed_traces", "trace_error_rate", "trace_latency_p50", "trace_latency_p95", "trace_latency_p99",
)  # fmt: skip
CALLS_SCAN = (
    "cost", "input_tokens", "output_tokens", "cache_read_tokens", "reasoning_tokens", "tokens", "ttft_p50", "ttft_p95",
    "tokens_per_second",
)  # fmt: skip

SPENDERS = ("user", "tag", "prompt_version", "trace")

SCAN_TOP = 6
# "Now" moves on between the requests of one page; the time before is measured in steps of this.
NOW_STEP_NS = 10 * limits.SECOND_NS


@dataclass(frozen=True)
class Widget:
    """`filter` narrows the page's own. `scan`, `scan_group`, `scan_top`: what is asked instead, so that one scan serves
    several widgets (plan.py). `beside`: what the page ranks by in the same scan."""

    key: str
    title: str
    measures: tuple[str, ...]
    chart: Chart = "line"
    group_by: str = ""
    top: int = 8
    scan: tuple[str, ...] = ()
    scan_group: str = ""
    scan_top: int = SCAN_TOP
    beside: tuple[str, ...] = ()
    size: Size = "half"
    filter: str = ""

    @property
    def has_times(self) -> bool:
        """Whether it is asked over time; a ranking and a table of groups want totals only."""
        return self.chart in OVER_TIME or not self.group_by


@dataclass(frozen=True)
class Window:
    """What a page of widgets looks at. `step_ns` 0: intervals as the length asks for."""

    project_id: UUID
    start_ns: int
    end_ns: int
    filter: str = ""
    step_ns: int = 0

    def before(self, now_ns: int) -> Window:
        """As long as what of this has passed, just before, in the same intervals."""
        passed = -(-now_ns // NOW_STEP_NS) * NOW_STEP_NS
        length = min(self.end_ns, max(passed, self.start_ns + limits.SECOND_NS)) - self.start_ns
        step = self.step_ns or metrics.interval_ns("auto", self.end_ns - self.start_ns)
        return replace(self, start_ns=self.start_ns - length, end_ns=self.start_ns, step_ns=step)

    def narrowed(self, text: str) -> Window:
        """With a filter more; all of them must hold."""
        return replace(self, filter=joined(self.filter, text))


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
    Widget("users", "Cost by user", ("cost",), "ranking", "user", beside=SPENDERS, size="third"),
    Widget("tags", "Cost by tag", ("cost",), "ranking", "tag", beside=SPENDERS, size="third"),
    Widget("prompts", "Cost by prompt version", ("cost",), "ranking", "prompt_version", beside=SPENDERS, size="third"),
    Widget("dearest", "Dearest traces", ("cost",), "ranking", "trace", beside=SPENDERS, size="third"),
    Widget(
        "slowest", "Slowest traces", ("trace_latency_max",), "ranking", "trace", scan=("trace_latency_max",),
        scan_top=8, size="third",
    ),
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


def joined(text: str, more: str) -> str:
    """Both filters at once."""
    return f"({text}) ({more})" if text and more else text or more


def answer(widget: Widget, window: Window) -> Answer:
    """The widget's own measures and groups, from a scan that may hold more. Raises InvalidInput."""
    whole = not widget.scan
    found = _ask(
        window.narrowed(widget.filter),
        widget.scan or widget.measures,
        widget.scan_group or widget.group_by,
        over_time=widget.has_times,
        top=widget.top if whole else widget.scan_top,
        whole_rest=whole,
        beside=widget.beside,
    )
    wanted = metrics.find_measures(widget.measures)
    if widget.scan_group and found.total is not None:
        return replace(found, measures=wanted, group_by="", series=[found.total], other=None)
    return replace(found, measures=wanted)


def spread(widget: Widget, window: Window) -> Distribution:
    """What a histogram or a heatmap draws. Without groups both come from one scan. Raises InvalidInput."""
    found = distribution(
        SpreadQuestion(
            window.project_id,
            window.start_ns,
            window.end_ns,
            widget.measures[0],
            interval="none" if widget.group_by else "auto",
            filter=joined(window.filter, widget.filter),
            group_by=widget.group_by,
            top=widget.top,
        )
    )
    return as_histogram(found) if widget.chart == "histogram" and found.starts else found


def tiles(window: Window) -> list[Tile]:
    """The numbers at the head of the overview, over time and beside those of the time before."""
    found: dict[str, tuple[Series, Series]] = {}
    earlier, shown = window.before(time.time_ns()), [name for _, _, name, _ in TILES]
    for scan, group in ((TRACES_SCAN, ""), (CALLS_SCAN, "model"), (("score_avg",), "")):
        now = _total(_ask(window, scan, group))
        before = _total(_ask(earlier, tuple(name for name in scan if name in shown), "", over_time=False))
        found |= dict.fromkeys(scan, (now, before))
    return [Tile(key, label, name, better, *found[name]) for key, label, name, better in TILES]


def _total(answer: Answer) -> Series:
    return answer.total or Series("", {})


def _ask(
    window: Window,
    measures: tuple[str, ...],
    group_by: str,
    *,
    over_time: bool = True,
    top: int = SCAN_TOP,
    whole_rest: bool = False,
    beside: tuple[str, ...] = (),
) -> Answer:
    unit = "s" if window.step_ns % UNITS_NS["m"] else "m"
    step = f"{window.step_ns // UNITS_NS[unit]}{unit}"
    return metrics.measure(
        Question(
            window.project_id,
            window.start_ns,
            window.end_ns,
            measures,
            group_by=group_by,
            interval="none" if not over_time else step if window.step_ns else "auto",
            filter=window.filter,
            # Widgets that share a scan ask for as many groups, and show no percentiles of the rest.
            top=top,
            whole_rest=whole_rest,
            beside=beside,
        )
    )

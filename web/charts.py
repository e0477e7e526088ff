"""Charts as plain data for a template that draws SVG: pure functions of a series, so that tests compare values."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from backend.intake.view import IntakePoint
from backend.traces.histogram import Histogram, Interval

# Pixels. Widths are per cent of the plot, so that text keeps its size on any screen.
HEIGHT, TOP, BOTTOM = 180, 10, 22
X_LABELS = 6
# One rejected span among thousands must still be seen.
MIN_BAR = 2.0


@dataclass(frozen=True)
class Bar:
    """x and width in per cent, y and height in pixels."""

    x: float
    y: float
    width: float
    height: float
    kind: str  # stored, waiting, rejected
    point: IntakePoint


@dataclass(frozen=True)
class BarChart:
    bars: list[Bar]
    y_ticks: list[tuple[float, int]]  # (y, value)
    x_ticks: list[tuple[float, int]]  # (x, ns)
    height: int = HEIGHT


def intake_chart(series: Sequence[IntakePoint]) -> BarChart:
    """Stacked bars over time: stored, received but not yet stored, rejected."""
    top = nice_ceiling(max((max(p.received, p.stored + p.rejected) for p in series), default=0))
    plot = HEIGHT - TOP - BOTTOM
    step = 100 / max(len(series), 1)
    bars: list[Bar] = []
    for index, point in enumerate(series):
        y = float(TOP + plot)
        waiting = max(point.received - point.stored - point.rejected, 0)
        for kind, value in (("stored", point.stored), ("waiting", waiting), ("rejected", point.rejected)):
            if value:
                height = max(value / top * plot, MIN_BAR)
                y -= height
                bars.append(
                    Bar(round(index * step, 3), round(y, 2), round(step * 0.92, 3), round(height, 2), kind, point)
                )
    every = max(-(-len(series) // X_LABELS), 1)
    return BarChart(
        bars=bars,
        y_ticks=[(round(TOP + plot * (1 - part / 2), 2), top * part // 2) for part in (0, 1, 2)],
        x_ticks=[(round(i * step, 3), series[i].start_ns) for i in range(0, len(series), every)],
    )


def nice_ceiling(value: int) -> int:
    """The next of 2, 4, 10, 20, 40, 100, …: even, so that the middle tick is whole."""
    magnitude = 1
    while True:
        for step in (2, 4, 10):
            if value <= step * magnitude:
                return step * magnitude
        magnitude *= 10


# --- traces over time: a strip above the list ---
STRIP_HEIGHT = 56
STRIP_TOP = 6


@dataclass(frozen=True)
class StripBar:
    """x and width in per cent, y and heights in pixels; `failed_height` is the lower part of the bar."""

    x: float
    width: float
    y: float
    height: float
    failed_y: float
    failed_height: float
    interval: Interval


@dataclass(frozen=True)
class Strip:
    """Bars over [start_ns, end_ns); intervals that lie in the future and are empty are left out."""

    bars: list[StripBar]
    start_ns: int
    end_ns: int
    x_ticks: list[tuple[float, int]]  # (x, ns)
    height: int = STRIP_HEIGHT


def traces_chart(histogram: Histogram, now_ns: int | None = None) -> Strip:
    """One bar an interval, the failed part at its foot."""
    now = time.time_ns() if now_ns is None else now_ns
    intervals = list(histogram.intervals)
    while len(intervals) > 1 and intervals[-1].start_ns > now and not intervals[-1].traces:
        intervals.pop()
    most = max((one.traces for one in intervals), default=0) or 1
    plot, step = STRIP_HEIGHT - STRIP_TOP, 100 / max(len(intervals), 1)
    bars: list[StripBar] = []
    for index, one in enumerate(intervals):
        height = max(one.traces / most * plot, MIN_BAR) if one.traces else 0.0
        failed = max(one.failed / one.traces * height, MIN_BAR) if one.failed else 0.0
        bars.append(
            StripBar(
                x=round(index * step, 3),
                width=round(step, 3),
                y=round(STRIP_HEIGHT - height, 2),
                height=round(height, 2),
                failed_y=round(STRIP_HEIGHT - failed, 2),
                failed_height=round(failed, 2),
                interval=one,
            )
        )
    every = max(-(-len(intervals) // X_LABELS), 1)
    return Strip(
        bars=bars,
        start_ns=intervals[0].start_ns if intervals else 0,
        end_ns=intervals[-1].end_ns if intervals else 0,
        x_ticks=[(round(i * step, 3), intervals[i].start_ns) for i in range(0, len(intervals), every)],
    )

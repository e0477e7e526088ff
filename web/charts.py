"""Charts as plain data for a template that draws SVG: pure functions of a series, so that tests compare values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend.intake.view import IntakePoint

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

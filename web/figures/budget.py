"""A budget drawn: what is spent over the period, the amount, and the forecast with its band; and a bar for lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from backend.budgets.view import Line, State
from backend.core.limits import SECOND_NS
from web import formats
from web.figures.over_time import MS, layout
from web.figures.units import axis, text

LEVEL_COLOUR = {"ok": "--accent", "near": "--warn", "over": "--bad"}


@dataclass(frozen=True)
class Bar:
    """Per cent of the amount, cut at 100: `spent`, up to where the forecast goes, and the thresholds below 100."""

    spent: float
    forecast: float
    marks: list[float]
    level: str


@dataclass(frozen=True)
class Row:
    """A slot in words. `foretold`: not spent yet."""

    label: str
    spent: str
    total: str
    low: str
    high: str
    foretold: bool


def bar(line: Line, thresholds: Sequence[int]) -> Bar:
    end = line.end.expected / line.amount if line.end else line.share
    marks = [float(one) for one in thresholds if one < 100]
    return Bar(_per_cent(line.share), _per_cent(end), marks, line.level)


def burn_up(state: State, line: Line, *, label: str) -> dict[str, Any]:
    """For Plotly; colours are names of tokens, times milliseconds since 1970."""
    start, end = state.period.start_ns // MS, state.period.end_ns // MS
    largest = max([line.amount, line.spent, *(one.total.high or one.total.expected for one in line.coming)])
    _, ticks = axis("usd", largest)
    drawn = layout(ticks, "line", [start], end - start)
    # The period is the whole chart: nothing to zoom into.
    drawn |= {"dragmode": False, "height": 300}
    drawn["xaxis"]["fixedrange"] = True
    lines = [*_band(state, line), *_limits(state, line), _spent(state, line), *_forecast(state, line)]
    return {"data": lines, "layout": drawn, "step": 0, "label": label}


def rows(state: State, line: Line) -> list[Row]:
    """As a table, from the beginning of the period to its end."""
    zone, kind = ZoneInfo(state.budget.zone), state.period.kind
    found = [
        Row(_label(one.start_ns, zone, kind), _money(one.spent), _money(one.total), "", "", foretold=False)
        for one in line.slots
    ]
    before = line.spent
    for one in line.coming:
        rest = one.start_ns == state.now_ns and any(slot.end_ns == state.now_ns for slot in line.slots)
        label = _label(one.start_ns, zone, kind)
        found.append(
            Row(
                f"rest of {label}" if rest else label,
                _money(one.total.expected - before),
                _money(one.total.expected),
                text(one.total.low, "usd"),
                text(one.total.high, "usd"),
                foretold=True,
            )
        )
        before = one.total.expected
    return found


def day_label(on: date) -> str:
    return f"{on:%a} {on.day} {on:%b}"


def clock_label(moment_ns: int, zone_name: str) -> str:
    return f"{_local(moment_ns, ZoneInfo(zone_name)):%H:%M}"


def _spent(state: State, line: Line) -> dict[str, Any]:
    points = [(state.period.start_ns, 0.0), *((one.end_ns, one.total) for one in line.slots)]
    return _line("spent", points, {"color": "--accent", "width": 2.2})


def _forecast(state: State, line: Line) -> list[dict[str, Any]]:
    if not line.coming:
        return []
    points = [(state.now_ns, line.spent), *((one.end_ns, one.total.expected) for one in line.coming)]
    return [_line("forecast", points, {"color": "--accent", "width": 1.6, "dash": "dash"})]


def _band(state: State, line: Line) -> list[dict[str, Any]]:
    known = [
        (one.end_ns, one.total.low, one.total.high)
        for one in line.coming
        if one.total.low is not None and one.total.high is not None
    ]
    if not known:
        return []
    low = [(state.now_ns, line.spent), *((end, low) for end, low, _ in known)]
    high = [(state.now_ns, line.spent), *((end, high) for end, _, high in known)]
    edge = {"width": 0, "color": "--accent-weak"}
    return [_line("low", low, edge), _line("high", high, edge) | {"fill": "tonexty", "fillcolor": "--accent-weak"}]


def _limits(state: State, line: Line) -> list[dict[str, Any]]:
    ends = (state.period.start_ns, state.period.end_ns)
    found: list[dict[str, Any]] = []
    for threshold in state.budget.thresholds:
        if threshold != 100:
            level = line.amount * threshold / 100
            found.append(
                _line(
                    f"{threshold} %",
                    [(at, level) for at in ends],
                    {"color": "--line-strong", "width": 1, "dash": "dot"},
                )
                | {"hoverinfo": "skip", "hovertemplate": None}
            )
    return [*found, _line("budget", [(at, line.amount) for at in ends], {"color": "--bad", "width": 1.6})]


def _line(name: str, points: Sequence[tuple[int, float]], line: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": [at // MS for at, _ in points],
        "y": [value for _, value in points],
        "text": [_money(value) for _, value in points],
        "hovertemplate": "%{text}",
        "line": line,
        "meta": {},
    }


def _label(start_ns: int, zone: ZoneInfo, kind: str) -> str:
    local = _local(start_ns, zone)
    return f"{local:%H:00}" if kind == "day" else day_label(local.date())


def _local(moment_ns: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(moment_ns // SECOND_NS, UTC).astimezone(zone)


def _money(value: float) -> str:
    return formats.money(value)


def _per_cent(share: float) -> float:
    return round(min(max(share, 0.0), 1.0) * 100, 1)

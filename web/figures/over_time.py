"""Lines, bars and stacked bars over time.

Colours are names of tokens (--accent): the browser puts in those of its theme.

Times are milliseconds since 1970: the browser writes them in the reader's zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.metrics.services import Measure
from backend.metrics.view import Answer, Series, Value
from web.figures.units import axis, text

PALETTE = (
    "--accent", "--llm", "--retriever", "--tool", "--guardrail", "--evaluator", "--embedding", "--prompt", "--chain",
)  # fmt: skip
# What is always shown in one colour, whatever stands beside it.
OWN_COLOUR = {
    "failed_traces": "--bad", "failed_calls": "--bad", "failed_spans": "--bad",
    "trace_latency_p50": "--retriever", "trace_latency_p95": "--accent", "trace_latency_p99": "--bad",
    "ttft_p50": "--retriever", "ttft_p95": "--accent", "tokens_per_second": "--llm",
}  # fmt: skip
REST_COLOUR = "--span"
NAMES = {"traces": "requests", "failed_traces": "with errors"}
MS = 1_000_000


Line = tuple[str, str, str | None, list[Value]]


def over_time(
    answer: Answer,
    kind: str,
    *,
    label: str,
    other: str = "others",
    nothing: str = "(none)",
    before: Answer | None = None,
    shift_ns: int = 0,
) -> dict[str, Any]:
    """`kind`: line, bar (one over another, the second in front of the first) or stacked.

    `before`: the same of an earlier time, drawn dashed, `shift_ns` later than it was.
    """
    lines = series_of(answer, other=other, nothing=nothing)
    dashed = earlier(answer, before, kind) if before else []
    unit = answer.measures[0].unit
    largest = max((v for _, _, _, values in (*lines, *dashed) for v in values if v is not None), default=0)
    scale, ticks = axis(unit, float(largest))
    starts = [start // MS for start in answer.starts]
    traces = [_trace(kind, name, colour, starts, values, scale, unit, group) for name, colour, group, values in lines]
    if before is not None:
        # A bar stands over its interval, so what is compared with it goes through the middle.
        shift = shift_ns // MS + (0 if kind == "line" else before.step_ns // MS // 2)
        then = [start // MS + shift for start in before.starts]
        for name, colour, group, values in dashed:
            made = _trace("line", name, colour, then, values, scale, unit, group)
            made["line"] |= {"dash": "dot", "width": 1.3}
            made["meta"]["shift"] = shift
            traces.append(made)
    return {
        "data": traces,
        "layout": layout(ticks, kind, starts, answer.step_ns // MS),
        "step": answer.step_ns // MS,
        "label": label,
    }


def series_of(answer: Answer, *, other: str = "others", nothing: str = "(none)") -> list[Line]:
    """(name, colour token, group, values): one for each measure of what isn't grouped, else one for each group.

    group is None where a click can't narrow down: all others together, or nothing grouped.
    """
    if not answer.group_by:
        (only,) = answer.series or [Series("", {})]
        names = [_name(one) for one in answer.measures]
        if len(set(names)) < len(names):  # two kinds of p95
            names = [one.label for one in answer.measures]
        return [
            (names[n], OWN_COLOUR.get(one.name, PALETTE[n % len(PALETTE)]), None, only.values.get(one.name, []))
            for n, one in enumerate(answer.measures)
        ]
    name = answer.measures[0].name
    lines: list[Line] = [
        (one.group or nothing, PALETTE[n % len(PALETTE)], one.group or None, one.values.get(name, []))
        for n, one in enumerate(answer.series)
    ]
    if answer.other is not None:
        lines.append((other, REST_COLOUR, None, answer.other.values.get(name, [])))
    return lines


def earlier(answer: Answer, before: Answer, kind: str) -> list[Line]:
    """The lines of the time before, in the colours of now. Of groups that are stacked, their sum."""
    then = {name: (group, values) for name, _, group, values in series_of(before)}
    if answer.group_by and kind != "line":
        values = before.total.values.get(answer.measures[0].name, []) if before.total else []
        return [("all, before", "--text", None, values)] if values else []
    lines = [(f"{name}, before", colour, *then[name]) for name, colour, _, _ in series_of(answer) if name in then]
    if kind != "line":  # over the bars of its own colour it would not be seen
        lines[:1] = [(name, "--text", group, values) for name, _, group, values in lines[:1]]
    return lines


def _name(measure: Measure) -> str:
    return NAMES.get(measure.name, measure.label.rsplit(", ", 1)[-1].lower())


def _trace(
    kind: str,
    name: str,
    colour: str,
    starts: Sequence[int],
    values: Sequence[Value],
    scale: float,
    unit: str,
    group: str | None,
) -> dict[str, Any]:
    made: dict[str, Any] = {
        "name": name,
        "x": list(starts),
        "y": [None if value is None else value / scale for value in values],
        "text": [text(value, unit) for value in values],
        "hovertemplate": "%{text}",
        "meta": {"group": group},
    }
    if kind == "line":
        known = sum(value is not None for value in values)
        mode = "lines+markers" if known < 3 or _has_islands(values) else "lines"
        return made | {
            "type": "scatter",
            "mode": mode,
            "line": {"color": colour, "width": 1.6},
            "marker": {"size": 4, "color": colour},
        }
    # With an offset of 0 a bar stands over its interval, not around its beginning.
    return made | {"type": "bar", "offset": 0, "textposition": "none", "marker": {"color": colour}}


def _has_islands(values: Sequence[Value]) -> bool:
    """A point between two gaps has no line; it must be seen all the same."""
    known = [False, *(value is not None for value in values), False]
    return any(known[i] and not known[i - 1] and not known[i + 1] for i in range(1, len(known) - 1))


def layout(ticks: dict[str, object], kind: str, starts: Sequence[int], step: int) -> dict[str, Any]:
    quiet = {"gridcolor": "--line", "zerolinecolor": "--line", "linecolor": "--line", "fixedrange": True}
    x: dict[str, Any] = {**quiet, "type": "date", "showgrid": False, "fixedrange": False, "nticks": 8, "tickangle": 0}
    if starts:
        x["range"] = [starts[0], starts[-1] + step]
    return {
        "margin": {"l": 48, "r": 8, "t": 6, "b": 34},
        "height": 220,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"size": 11, "color": "--text-3"},
        "showlegend": False,
        "hovermode": "x unified",
        "hoverlabel": {"bgcolor": "--raised", "bordercolor": "--line-strong", "font": {"size": 11, "color": "--text"}},
        "barmode": "stack" if kind == "stacked" else "overlay",
        "bargap": 0.12,
        "dragmode": "zoom",
        "xaxis": x,
        "yaxis": {**quiet, **ticks, "rangemode": "tozero", "nticks": 5},
    }

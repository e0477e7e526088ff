"""The same numbers for people who prefer reading: tables, rankings and sparklines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend.metrics.view import Answer, Series, Value
from web.figures.over_time import earlier, series_of
from web.figures.units import better, change, is_good, text


@dataclass(frozen=True)
class Rank:
    """One bar of a ranking; width in per cent of the largest. `group` is None for all others together."""

    label: str
    group: str | None
    value: str
    width: float
    change: str = ""


@dataclass(frozen=True)
class Number:
    """`good`: whether the change is to the better; None when neither. `spark`: the points of a polyline."""

    measure: str
    label: str
    value: str
    before: str
    change: str
    good: bool | None
    spark: str


@dataclass(frozen=True)
class Table:
    """`rows`: when the interval begins (None for totals), and a text a column."""

    head: list[str]
    rows: list[tuple[int | None, str, list[str]]]


def table(answer: Answer, before: Answer | None = None, kind: str = "line") -> Table:
    """Over time: a row an interval with anything in it, the latest first. Totals: a row a group, with the changes."""
    unit = answer.measures[0].unit
    if answer.starts:
        lines = [*series_of(answer), *(earlier(answer, before, kind) if before else [])]
        units = [unit] * len(lines) if answer.group_by else [one.unit for one in answer.measures] * 2
        rows: list[tuple[int | None, str, list[str]]] = [
            (start, "", [text(_at(values, n), one) for (_, _, _, values), one in zip(lines, units, strict=False)])
            for n, start in enumerate(answer.starts)
            if any(_at(values, n) for _, _, _, values in lines)
        ]
        return Table([name for name, _, _, _ in lines], rows[::-1])
    then = {one.group: one.totals for one in before.series} if before else {}
    parts = [*answer.series, *([answer.other] if answer.other else [])]
    names = [*(one.group or "(none)" for one in answer.series), "others"]
    cells = [
        [_cell(one.totals.get(m.name), then.get(one.group, {}).get(m.name), m.unit) for m in answer.measures]
        for one in parts
    ]
    return Table(
        [m.label for m in answer.measures], [(None, name, row) for name, row in zip(names, cells, strict=False)]
    )


def _at(values: Sequence[Value], n: int) -> Value:
    """The time before may have an interval less."""
    return values[n] if n < len(values) else None


def _cell(now: Value, before: Value, unit: str) -> str:
    written = change(now, before, unit)
    return f"{text(now, unit)} ({written})" if written else text(now, unit)


def numbers(answer: Answer, before: Answer | None = None) -> list[Number]:
    """One a measure, of everything together."""
    now, then = _whole(answer), _whole(before) if before else None
    found: list[Number] = []
    for one in answer.measures:
        value, old = now.totals.get(one.name), then.totals.get(one.name) if then else None
        found.append(
            Number(
                measure=one.name,
                label=one.label,
                value=text(value, one.unit),
                before=text(old, one.unit) if then else "",
                change=change(value, old, one.unit),
                good=is_good(value, old, one.unit, better(one.name)),
                spark=sparkline(now.values.get(one.name, [])),
            )
        )
    return found


def _whole(answer: Answer) -> Series:
    return answer.total or next(iter(answer.series), Series("", {}))


def ranking(answer: Answer, before: Answer | None = None) -> list[Rank]:
    """The groups by the first measure; those of which nobody gave a number, or 0, are left out."""
    measure = answer.measures[0]
    then = {one.group: one.totals.get(measure.name) for one in before.series} if before else {}
    found = [(one.group, one.totals.get(measure.name)) for one in answer.series]
    most = max((value for _, value in found if value), default=0)
    ranks = [
        Rank(
            group or "(none)",
            group,
            text(value, measure.unit),
            round(100 * value / most, 1),
            change(value, then.get(group), measure.unit),
        )
        for group, value in found
        if value
    ]
    rest = answer.other.totals.get(measure.name) if answer.other and measure.adds else None
    if rest:
        ranks.append(Rank("others", None, text(rest, measure.unit), 0.0))
    return ranks


def sparkline(values: Sequence[Value], width: int = 100, height: int = 24) -> str:
    """The points of an SVG polyline; gaps are bridged. "" for fewer than two points."""
    known = [(n, float(value)) for n, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return ""
    low, high = min(v for _, v in known), max(v for _, v in known)
    span = (high - low) or 1.0
    last = max(len(values) - 1, 1)
    return " ".join(f"{n * width / last:.1f},{height - 2 - (v - low) / span * (height - 4):.1f}" for n, v in known)

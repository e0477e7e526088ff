"""The same numbers for people who prefer reading: tables, rankings and sparklines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend.metrics.view import Answer, Value
from web.figures.over_time import series_of
from web.figures.units import text


@dataclass(frozen=True)
class Rank:
    """One bar of a ranking; width in per cent of the largest. `group` is None for all others together."""

    label: str
    group: str | None
    value: str
    width: float


@dataclass(frozen=True)
class Table:
    """`rows`: when the interval begins (None for totals), and a text a column."""

    head: list[str]
    rows: list[tuple[int | None, str, list[str]]]


def table(answer: Answer) -> Table:
    """Over time: a row an interval with anything in it, the latest first. Totals: a row a group."""
    unit = answer.measures[0].unit
    if answer.starts:
        lines = series_of(answer, other="others", nothing="(none)")
        rows: list[tuple[int | None, str, list[str]]] = [
            (start, "", [text(values[n], unit) for _, _, _, values in lines])
            for n, start in enumerate(answer.starts)
            if any(values[n] for _, _, _, values in lines)
        ]
        return Table([name for name, _, _, _ in lines], rows[::-1])
    parts = [*answer.series, *([answer.other] if answer.other else [])]
    names = [*(one.group or "(none)" for one in answer.series), "others"]
    cells = [[text(one.totals.get(m.name), m.unit) for m in answer.measures] for one in parts]
    return Table(
        [m.label for m in answer.measures], [(None, name, row) for name, row in zip(names, cells, strict=False)]
    )


def ranking(answer: Answer) -> list[Rank]:
    """The groups by the first measure; those of which nobody gave a number, or 0, are left out."""
    measure = answer.measures[0]
    found = [(one.group, one.totals.get(measure.name)) for one in answer.series]
    most = max((value for _, value in found if value), default=0)
    ranks = [
        Rank(group or "(none)", group, text(value, measure.unit), round(100 * value / most, 1))
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

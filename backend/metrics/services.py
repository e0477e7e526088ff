"""Metrics: a question in, series and totals out; what dashboards and the API show comes from here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from backend.core import limits
from backend.core.errors import InvalidInput
from backend.core.times import UNITS_NS
from backend.metrics import facts
from backend.metrics.scans import shared
from backend.metrics.view import Answer, Question, Series, Value
from backend.store import client, filter_edit
from backend.store.client import Row
from backend.store.filter_fields import suggestion
from backend.store.filters import compile_filter
from backend.store.measures import DIMENSION, DIMENSIONS, FAMILIES, KEYED, MEASURE, MEASURES, Dimension, Family, Measure
from backend.store.queries import metrics as queries
from backend.store.queries import rankings
from backend.store.queries.metrics import OTHER, Wanted
from backend.traces.histogram import step_for

__all__ = [
    "DIMENSIONS",
    "FAMILIES",
    "MEASURE",
    "MEASURES",
    "Dimension",
    "Family",
    "Measure",
    "dimensions_of",
    "measure",
]
INTERVAL = re.compile(r"(\d{1,5})([smhdw])")


def measure(question: Question) -> Answer:
    """Raises InvalidInput with the wrong parameter: measure, group_by, interval, filter, from, top."""
    wanted = _wanted(question)
    if not 1 <= question.top <= limits.METRIC_GROUPS:
        raise InvalidInput(f"top must be a number from 1 to {limits.METRIC_GROUPS}.", field="top")
    if question.group_by == "":
        return _answer(question, wanted, _cells(question, wanted, None), [""])
    if wanted.step_ns == 0 and (not question.whole_rest or all(one.adds for one in wanted.measures)):
        return _ranking(question, wanted)
    if wanted.group is not None and not wanted.group.many:
        rows = _cells(question, wanted, None)
        groups = _ranked(rows)
        if len(rows) <= queries.MOST_CELLS:
            if len(groups) <= question.top:
                return _answer(question, wanted, rows, groups)
            if not question.whole_rest or all(one.adds for one in wanted.measures):
                return _with_rest(_answer(question, wanted, rows, groups[: question.top]))
    first = replace(wanted, measures=wanted.measures[:1])
    top = _top(question, first)
    groups = [str(row["g"]) for row in top if not row["all_groups"]][: question.top]
    return _answer(question, wanted, _cells(question, wanted, groups), groups)


def dimensions_of(family: Family) -> list[Dimension]:
    """What rows of this family can be grouped by, besides metadata.KEY, attr.KEY and resource.KEY."""
    return [one for one in DIMENSIONS if family in one.families]


def check_filter(text: str) -> None:
    """Raises InvalidInput when it is no filter."""
    if text.strip():
        compile_filter(text)


def narrowed(text: str, group_by: str, value: str) -> str | None:
    """The filter that shows the traces behind one group; None when the filter bar has no field for it."""
    prefix, dot, _ = group_by.partition(".")
    known = KEYED.get(prefix) if dot else DIMENSION.get(group_by)
    if known is None or not known.field or not value:
        return None
    try:
        return filter_edit.add(text, group_by if dot else known.field, value)
    except InvalidInput:  # too long, or a value with control characters
        return None


def find_measures(names: Sequence[str]) -> tuple[Measure, ...]:
    """Raises InvalidInput for unknown ones and for measures of different families."""
    found: list[Measure] = []
    for name in names:
        if name not in MEASURE:
            hint = suggestion(name, list(MEASURE)) or f" Known: {', '.join(MEASURE)}."
            raise InvalidInput(f'There is no measure "{name[:60]}".{hint}', field="measure")
        found.append(MEASURE[name])
    if not found:
        raise InvalidInput(f"Name a measure: {', '.join(MEASURE)}.", field="measure")
    other = next((one for one in found if one.family != found[0].family), None)
    if other is not None:
        raise InvalidInput(
            f"{found[0].name} is of {found[0].family}, {other.name} of {other.family}: ask for them one by one.",
            field="measure",
        )
    return tuple(dict.fromkeys(found))


def find_group(name: str, family: Family) -> tuple[Dimension | None, str]:
    """The dimension and, for metadata.KEY and the like, the key. Raises InvalidInput."""
    if not name:
        return None, ""
    prefix, dot, key = name.partition(".")
    if dot and key and prefix in KEYED and family in KEYED[prefix].families:
        return KEYED[prefix], key[: limits.MAX_FILTER_CHARS]
    known = [one.name for one in dimensions_of(family)]
    if name not in known:
        if name in DIMENSION:
            hint = f" {family.capitalize()} can be grouped by {', '.join(known)}."
        else:
            hint = suggestion(name, known) or f" Known: {', '.join(known)}, metadata.KEY, attr.KEY, resource.KEY."
        raise InvalidInput(f'There is no grouping of {family} by "{name[:60]}".{hint}', field="group_by")
    return DIMENSION[name], ""


def interval_ns(written: str, length_ns: int) -> int:
    """auto, none (0) or a length such as 15m. Raises InvalidInput."""
    if written in ("", "auto"):
        return step_for(length_ns)
    if written == "none":
        return 0
    found = INTERVAL.fullmatch(written)
    step = int(found[1]) * UNITS_NS[found[2]] if found else 0
    if step <= 0:
        raise InvalidInput("Write an interval like 5m, 1h or 1d, or auto, or none.", field="interval")
    if length_ns > step * limits.METRIC_INTERVALS:
        raise InvalidInput(
            f"This is more than {limits.METRIC_INTERVALS} intervals: choose a longer one or a shorter time range.",
            field="interval",
        )
    return step


def _wanted(question: Question) -> Wanted:
    if question.start_ns >= question.end_ns:
        raise InvalidInput("The time range ends before it begins.", field="from")
    measures = find_measures(question.measures)
    group, key = find_group(question.group_by, measures[0].family)
    step = interval_ns(question.interval, question.end_ns - question.start_ns)
    of = "traces" if measures[0].family in ("traces", "scores") else "spans"
    return Wanted(
        family=measures[0].family,
        measures=measures,
        group=group,
        group_key=key,
        matching=compile_filter(question.filter, of) if question.filter.strip() else None,
        from_ns=max(question.start_ns, 0),
        to_ns=question.end_ns,
        origin_ns=question.start_ns - question.start_ns % step if step else 0,
        step_ns=step,
    )


def _cells(question: Question, wanted: Wanted, top: list[str] | None) -> list[Row]:
    return shared(
        (question.project_id, "cells", wanted_key(wanted), tuple(top) if top is not None else None),
        lambda: queries.cells(client.current(), question.project_id, facts.used_for(question.project_id, wanted), top),
    )


def _top(question: Question, wanted: Wanted) -> list[Row]:
    return shared(
        (question.project_id, "top", wanted_key(wanted), question.top),
        lambda: queries.top_groups(
            client.current(), question.project_id, facts.used_for(question.project_id, wanted), question.top + 1
        ),
    )


def _beside(question: Question, wanted: Wanted) -> list[Row]:
    """The ranking, with those by the other groupings made in the same scan."""
    names = sorted(set(question.beside))
    groups = [group for group, _ in (find_group(name, wanted.family) for name in names) if group is not None]
    found = shared(
        (question.project_id, "beside", tuple(names), wanted_key(replace(wanted, group=None))),
        lambda: rankings.top_of_each(
            client.current(),
            question.project_id,
            facts.used_for(question.project_id, wanted),
            groups,
            limits.METRIC_GROUPS + 1,
        ),
    )
    return found[question.group_by]


def wanted_key(wanted: Wanted) -> tuple[object, ...]:
    """Equal for equal scans."""
    matching = (wanted.matching.where, repr(wanted.matching.params)) if wanted.matching else None
    names = tuple(one.name for one in wanted.measures)
    group = wanted.group.name if wanted.group else ""
    times = (wanted.from_ns, wanted.to_ns, wanted.origin_ns, wanted.step_ns)
    return (wanted.family, names, group, wanted.group_key, matching, times)


def _ranked(rows: list[Row]) -> list[str]:
    """Groups by their total of the first measure, largest first; those without a number last."""
    totals = [row for row in rows if row["all_time"] and not row["all_groups"]]
    totals.sort(key=lambda row: (row["m0"] is None, -(row["m0"] or 0), row["g"]))
    return [str(row["g"]) for row in totals]


def _ranking(question: Question, wanted: Wanted) -> Answer:
    """Totals in one scan: what is not among the top is the difference, of totals that add up."""
    rows = _beside(question, wanted) if question.group_by in question.beside else _top(question, wanted)
    groups = [row for row in rows if not row["all_groups"]]
    shown = [Series(str(row["g"]), _numbers(wanted, row)) for row in groups[: question.top]]
    total = next((_numbers(wanted, row) for row in rows if row["all_groups"]), _numbers(wanted, None))
    other = None
    several = wanted.group is not None and wanted.group.several
    if len(groups) > question.top and not several:
        rest = {
            one.name: _minus(total[one.name], [part.totals[one.name] for part in shown]) if one.adds else None
            for one in wanted.measures
        }
        other = Series(OTHER, rest) if any(one.adds for one in wanted.measures) else None
    return Answer(wanted.measures, question.group_by, 0, [], shown, other, None if several else Series("", total))


def _minus(total: Value, parts: list[Value]) -> Value:
    return None if total is None else total - sum(part for part in parts if part is not None)


def _answer(question: Question, wanted: Wanted, rows: list[Row], groups: list[str]) -> Answer:
    starts: list[int] = []
    if wanted.step_ns:
        starts = list(range(wanted.origin_ns, question.end_ns, wanted.step_ns))
    by_group: dict[str | None, dict[int | None, Row]] = {}
    for row in rows:
        group = None if row["all_groups"] else str(row["g"])
        by_group.setdefault(group, {})[None if row["all_time"] else int(row["b"])] = row
    several = wanted.group is not None and wanted.group.several

    def series(group: str | None) -> Series:
        found = by_group.get(group, {})
        values: dict[str, list[Value]] = {one.name: [] for one in wanted.measures}
        for number in range(len(starts)):
            for name, value in _numbers(wanted, found.get(number)).items():
                values[name].append(value)
        return Series(group or "", _numbers(wanted, found.get(None)), values)

    shown = [series(group) for group in groups]
    other = series(OTHER) if OTHER in by_group else None
    total = None if several else series(None)
    return Answer(wanted.measures, question.group_by, wanted.step_ns, starts, shown, other, total)


def _with_rest(answer: Answer) -> Answer:
    """What is not among the series as the difference to the total, for measures that add up."""
    if answer.total is None:
        return answer
    totals: dict[str, Value] = {}
    values: dict[str, list[Value]] = {}
    for one in answer.measures:
        if not one.adds:
            totals[one.name], values[one.name] = None, [None] * len(answer.starts)
            continue
        name = one.name
        totals[name] = _minus(answer.total.totals[name], [part.totals[name] for part in answer.series])
        values[name] = [
            _minus(whole, [part.values[name][n] for part in answer.series])
            for n, whole in enumerate(answer.total.values[name])
        ]
    return replace(answer, other=Series(OTHER, totals, values))


def _numbers(wanted: Wanted, row: Row | None) -> dict[str, Value]:
    """Where nothing is, counts are 0 and everything else is not given."""
    if row is None:
        return {one.name: 0 if one.unit == "count" else None for one in wanted.measures}
    return {one.name: row[f"m{number}"] for number, one in enumerate(wanted.measures)}

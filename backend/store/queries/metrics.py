"""Metrics: any measures of one family, over time, by group, in one scan of its rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from backend.conventions.metadata import attribute_keys
from backend.store.client import Row, Store
from backend.store.facts import AHEAD_NS, BACK_NS, Facts
from backend.store.filters import Compiled
from backend.store.measures import MEASURES, Dimension, Family, Measure
from backend.store.queries.counted import CALL_COLUMNS, FROM_ROOTS_FINAL, FROM_SPANS, FROM_SPANS_FINAL, counted_calls
from backend.store.queries.facts import fact_rows, value_of
from backend.store.queries.traces import HOUR_NS, LATER_NS

# A group that holds what is beyond the top; no value has a NUL in it.
OTHER = "\0other"
# More cells than any chart shows; a question that makes more is asked in two steps.
MOST_CELLS = 20_000
MONTH_NS = 30 * 24 * HOUR_NS

LATENCIES_OF_TRACES = frozenset(one.name for one in MEASURES if one.family == "traces" and one.unit == "ns")

DIGITS: tuple[LiteralString, ...] = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")

FAILED: LiteralString = "(SELECT trace_id" + FROM_SPANS + " AND status_code = 2)"
SCORES: LiteralString = """
FROM scores FINAL
WHERE project_id = {project_id:UUID} AND deleted = 0 AND data_type IN ('numeric', 'boolean')
  AND created_at >= fromUnixTimestamp64Nano({scan_from:Int64}) AND created_at < fromUnixTimestamp64Nano({scan_to:Int64})"""
# Scores are given later than the trace began, so the trace is looked for in a month before as well.
SCORED: LiteralString = """
  AND trace_id IN (SELECT trace_id FROM spans
    WHERE project_id = {project_id:UUID} AND start_time < fromUnixTimestamp64Nano({scan_to:Int64})
      AND start_time >= fromUnixTimestamp64Nano({scan_from:Int64}) - INTERVAL 30 DAY AND ("""
SPANS_OF_SCORES: LiteralString = """
FROM spans
  WHERE project_id = {project_id:UUID} AND start_time < fromUnixTimestamp64Nano({scan_to:Int64})
    AND start_time >= fromUnixTimestamp64Nano({scan_from:Int64}) - INTERVAL 30 DAY"""

# Some senders end a trace with a second root: the first one is the trace's.
ONE_A_TRACE: LiteralString = " ORDER BY start_time, span_id LIMIT 1 BY trace_id"
START_NS: LiteralString = "toUnixTimestamp64Nano(start_time) AS start_ns, "
TRACE_COLUMNS: dict[LiteralString, LiteralString] = {
    "trace_id": "trace_id",
    "span_id": "span_id",
    "start_ns": "toUnixTimestamp64Nano(start_time) AS start_ns",
    "failed": "trace_id IN " + FAILED + " AS failed",
    "lasted_ns": "toInt64(duration_ns) AS lasted_ns",
}
WORD = re.compile(r"[a-z_]+")
BUCKET: LiteralString = "if({step_ns:Int64} = 0, 0, intDiv(start_ns - {origin_ns:Int64}, greatest({step_ns:Int64}, 1)))"


@dataclass(frozen=True)
class Wanted:
    """`step_ns` 0: no buckets, only totals. Buckets count from `origin_ns`. `group_key`: of metadata.KEY and the like.

    `facts`: what begins before their end is read there. `left_out`: calls in [scan_from_ns, to_ns) that don't count.
    """

    family: Family
    measures: tuple[Measure, ...]
    group: Dimension | None
    group_key: str
    matching: Compiled | None
    from_ns: int
    to_ns: int
    origin_ns: int
    step_ns: int
    facts: Facts | None = None
    left_out: tuple[int, ...] | None = None

    @property
    def scan_from_ns(self) -> int:
        """From where spans are read: what began before the end of the facts may say something of what began later."""
        return self.from_ns if self.facts is None else max(self.from_ns, self.facts.until_ns - BACK_NS)


def cells(store: Store, project_id: UUID, wanted: Wanted, top: Sequence[str] | None) -> list[Row]:
    """Rows of grp, bucket, all_groups, all_time and m0, m1, …: every group and bucket, and what they are together.

    `top`: these groups apart, all others as OTHER; None: every group apart. More than MOST_CELLS rows are cut off.
    """
    grp: LiteralString = "grp"
    params = params_of(project_id, wanted)
    if top is not None and wanted.group is not None and not wanted.group.several:
        grp = "if(grp IN {top:Array(String)}, grp, {other:String})"
        params |= {"top": list(top), "other": OTHER}
    elif top is not None:
        grp = "if(grp IN {top:Array(String)}, grp, '')"
        params["top"] = list(top)
    sql: LiteralString = (
        "SELECT g, b, grouping(g) AS all_groups, grouping(b) AS all_time"
        + aggregates_of(wanted.measures)
        + "\nFROM (SELECT *, "
        + grp
        + " AS g, "
        + BUCKET
        + " AS b FROM ("
        + rows_of(wanted)
        + "))\nGROUP BY g, b WITH CUBE\nORDER BY all_groups DESC, all_time DESC LIMIT {cells:UInt32}"
    )
    return store.read(sql, {**params, "cells": MOST_CELLS + 1})


def top_groups(store: Store, project_id: UUID, wanted: Wanted, limit: int) -> list[Row]:
    """Rows of g, all_groups and m0, m1, …: the groups with most of the first measure, and the total of all groups.

    The slowest traces come without the total: they are one row each, and need no groups to be found.
    """
    params = {**params_of(project_id, wanted), "top_limit": limit + 1}
    if wanted.group is not None and wanted.group.name == "trace" and wanted.measures[0].name in LATENCIES_OF_TRACES:
        slowest: LiteralString = (
            "SELECT grp AS g, 0 AS all_groups"
            + aggregates_of(wanted.measures)
            + "\nFROM (SELECT * FROM ("
            + rows_of(wanted)
            + ") ORDER BY lasted_ns DESC, grp LIMIT {top_limit:UInt32})\nGROUP BY grp ORDER BY m0 DESC, g"
        )
        return store.read(slowest, params)
    sql: LiteralString = (
        "SELECT grp AS g, grouping(grp) AS all_groups"
        + aggregates_of(wanted.measures)
        + "\nFROM ("
        + rows_of(wanted)
        + ")\nGROUP BY grp WITH ROLLUP\nORDER BY all_groups DESC, m0 DESC NULLS LAST, g LIMIT {top_limit:UInt32}"
    )
    return store.read(sql, params)


def aggregates_of(measures: Sequence[Measure]) -> LiteralString:
    """Columns m0, m1, … after others."""
    columns: list[LiteralString] = []
    for number, measure in enumerate(measures):
        name: LiteralString = "".join([DIGITS[int(digit)] for digit in str(number)])
        columns.append(",\n  " + measure.sql + " AS m" + name)
    return "".join(columns)


def params_of(project_id: UUID, wanted: Wanted) -> dict[str, object]:
    """What rows_of and BUCKET bind."""
    back = MONTH_NS if wanted.family == "scores" else HOUR_NS
    return {
        **_of_facts(wanted),
        **(wanted.matching.within(max(wanted.from_ns - back, 0), wanted.to_ns + LATER_NS) if wanted.matching else {}),
        "project_id": project_id,
        "scan_from": wanted.scan_from_ns,
        "scan_to": wanted.to_ns,
        "origin_ns": wanted.origin_ns,
        "step_ns": wanted.step_ns,
        "left_out": list(wanted.left_out or ()),
        "group_keys": attribute_keys(wanted.group_key) if _is_metadata(wanted) else [wanted.group_key],
    }


def _of_facts(wanted: Wanted) -> dict[str, object]:
    if wanted.facts is None:
        return {}
    until = wanted.facts.until_ns
    return {
        "facts_from": wanted.from_ns,
        "facts_to": until,
        "facts_near": min(until + AHEAD_NS, wanted.to_ns),
    }


def _is_metadata(wanted: Wanted) -> bool:
    return wanted.group is not None and wanted.group.name == "metadata"


def rows_of(wanted: Wanted) -> LiteralString:
    """The rows of the family as a SELECT: trace_id, start_ns, what its measures read (without measures all), and grp."""
    columns = columns_of(wanted)
    if wanted.facts is None:
        return _span_rows(wanted, columns)
    facts = fact_rows(wanted.family, columns, value_of(wanted.group) + " AS grp", wanted.matching)
    return with_later(wanted.facts, facts, [*columns, "grp"], _span_rows(wanted, columns))


def with_later(
    known: Facts, facts: LiteralString, columns: Sequence[LiteralString], rows: LiteralString
) -> LiteralString:
    """Rows from facts, and behind them `columns` of those `rows` from spans that began later."""
    if known.whole:
        return facts
    return (
        facts + "\nUNION ALL SELECT " + ", ".join(columns) + " FROM (" + rows + ") WHERE start_ns >= {facts_to:Int64}"
    )


def columns_of(wanted: Wanted) -> list[LiteralString]:
    """Columns of the family's rows that the measures name. Others would be analysed for nothing."""
    named = set(WORD.findall(" ".join(one.sql for one in wanted.measures)))
    known = CALL_COLUMNS if wanted.family == "calls" else TRACE_COLUMNS
    return [name for name in known if not named or name in named or name in ("trace_id", "start_ns")]


def _span_rows(wanted: Wanted, columns: Sequence[LiteralString]) -> LiteralString:
    group = wanted.group
    of_trace = group is not None and group.of_trace
    own: LiteralString = "''" if group is None or of_trace else group.sql
    where: LiteralString = wanted.matching.where if wanted.matching else "1"
    rows = family_rows(wanted.family, own, where, columns, wanted.left_out)
    if group is None or not of_trace:
        return rows
    return (
        "SELECT own.* REPLACE(arrayJoin(if(empty(values), [''], values)) AS grp) FROM ("
        + rows
        + ") AS own LEFT JOIN ("
        + values_of_traces(group, wanted.family)
        + ") AS whole ON own.trace_id = whole.trace_id"
    )


def family_rows(
    family: Family,
    group: LiteralString,
    where: LiteralString,
    columns: Sequence[LiteralString],
    left_out: Sequence[int] | None,
) -> LiteralString:
    """The rows as a SELECT, grouped by what each span (or score) itself says. `columns`: of calls and traces."""
    if family == "calls":
        return counted_calls(group=group, matching=where, columns=columns, left_out=left_out)
    grp: LiteralString = "toString(" + group + ") AS grp"
    if family == "scores":
        among: LiteralString = "" if where == "1" else SCORED + where + "))"
        return "SELECT trace_id, toUnixTimestamp64Nano(created_at) AS start_ns, value, " + grp + SCORES + among
    if family == "traces":
        matches: LiteralString = (
            "" if where == "1" else " AND trace_id IN (SELECT trace_id" + FROM_SPANS + " AND (" + where + "))"
        )
        read: list[LiteralString] = [TRACE_COLUMNS[name] for name in columns]
        return "SELECT " + ", ".join(read) + ", " + grp + FROM_ROOTS_FINAL + matches + ONE_A_TRACE
    some: LiteralString = "status_code = 2 AS failed, user_id, session_id, toInt64(duration_ns) AS lasted_ns, "
    return "SELECT trace_id, span_id, " + START_NS + some + grp + FROM_SPANS_FINAL + " AND (" + where + ")"


def values_of_traces(group: Dimension, family: Family) -> LiteralString:
    """trace_id, values: what the spans of each trace say. Of several users of a trace the first one counts."""
    if group.several:
        value: LiteralString = "groupUniqArrayArray(" + group.sql + ")"
        given: LiteralString = "notEmpty(" + group.sql + ")"
    else:
        value = "[toString(argMin(" + group.sql + ", start_time))]"
        given = group.sql + " != ''"
    if family == "scores":
        within: LiteralString = SPANS_OF_SCORES
        return "SELECT trace_id, " + value + " AS values" + within + " AND " + given + " GROUP BY trace_id"
    return "SELECT trace_id, " + value + " AS values" + FROM_SPANS + " AND " + given + " GROUP BY trace_id"

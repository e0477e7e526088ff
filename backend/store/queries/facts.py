"""Rows of a family of metrics from facts (backend/store/facts.py), with the columns that its rows from spans have.

Binds project_id, facts_from and facts_to (nanoseconds); and facts_near where a filter asks for spans.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString

from backend.store.filter_fields import STATES
from backend.store.filters import Compiled
from backend.store.measures import DIMENSIONS, KEYED, Dimension, Family
from backend.store.queries.counted import FROM_SPANS

# What the whole trace says, by the name of the grouping.
WHOLE: dict[str, LiteralString] = {
    "user": "whole_user",
    "session": "whole_session",
    "tag": "whole_tags",
    "trace_name": "whole_name",
    "environment": "whole_environment",
    "release": "whole_release",
}
assert set(WHOLE) == {one.name for one in DIMENSIONS if one.of_trace}, "each grouping by the trace has its column"
# Fields of the filter language whose columns the facts of calls have. Those of the trace ask the spans anyway.
FIELDS = frozenset(
    {
        "type", "name", "status", "error", "model", "request_model", "response_model", "provider", "operation", "trace",
        "span", "service", "scope", "agent", "prompt", "latency", "ttft", "tokens", "input_tokens", "output_tokens",
    }
)  # fmt: skip
_HOURS: LiteralString = """
WHERE project_id = {project_id:UUID}
  AND hour >= toStartOfHour(fromUnixTimestamp64Nano({facts_from:Int64}, 'UTC')) AND hour < fromUnixTimestamp64Nano({facts_to:Int64}, 'UTC')"""
# An hour that is made anew meanwhile is read as it is then.
_WITHIN: LiteralString = (
    _HOURS
    + "\n  AND start_ns >= {facts_from:Int64} AND start_ns < {facts_to:Int64} AND version IN (SELECT version FROM fact_hours FINAL"
    + _HOURS
    + ")"
)
_FROM_SPANS: LiteralString = FROM_SPANS.replace("{scan_from:", "{facts_from:").replace("{scan_to:", "{facts_near:")
# The columns that rows from spans have, too.
_LASTED: LiteralString = "toInt64(duration_ns) AS lasted_ns"
_TRACES: dict[LiteralString, LiteralString] = {
    "trace_id": "trace_id",
    "span_id": "span_id",
    "start_ns": "start_ns",
    "failed": "failed",
    "lasted_ns": _LASTED,
}
_CALLS: dict[LiteralString, LiteralString] = {
    **_TRACES,
    "used": "used",
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cache_read_tokens": "cache_read_tokens",
    "cache_write_tokens": "cache_write_tokens",
    "reasoning_tokens": "reasoning_tokens",
    "tokens": "tokens",
    "cost": "cost",
    "ttft_ns": "time_to_first_token_ns AS ttft_ns",
}


def can_tell(family: Family, group: Dimension | None, matching: Compiled | None) -> bool:
    """Whether facts have what is asked for."""
    if family not in ("calls", "traces") or (group is not None and group.name in KEYED):
        return False
    return family == "traces" or matching is None or matching.fields <= FIELDS


def fact_rows(
    family: Family, columns: Sequence[LiteralString], more: LiteralString, matching: Compiled | None
) -> LiteralString:
    """The rows as a SELECT: `columns` of the family, then `more`."""
    where: LiteralString = matching.where if matching else "1"
    told = _CALLS if family == "calls" else _TRACES
    read: list[LiteralString] = [told[name] for name in columns]
    select: LiteralString = "SELECT " + ", ".join(read) + ", " + more
    if family == "calls":
        return select + "\nFROM call_facts" + _WITHIN + " AND (" + where + ")"
    among: LiteralString = ""
    if (
        where.strip("()") == STATES["error"]
    ):  # asked most of all filters of traces, and known: one has failed when a span has
        among = " AND failed"
    elif where != "1":
        among = " AND trace_id IN (SELECT trace_id" + _FROM_SPANS + " AND (" + where + "))"
    return select + "\nFROM trace_facts" + _WITHIN + among


def value_of(group: Dimension | None) -> LiteralString:
    """A row's value of the grouping, as text; of several values one row each."""
    if group is None:
        return "''"
    column = column_of(group)
    if group.several:
        return "toString(arrayJoin(if(empty(" + column + "), [''], " + column + ")))"
    return "toString(" + column + ")"


def column_of(group: Dimension) -> LiteralString:
    """SQL over a row: a text, or an array of them."""
    return WHOLE[group.name] if group.of_trace else group.sql

"""How many traces begin in each interval of a window, and in how many of them a span failed."""

from __future__ import annotations

from typing import LiteralString
from uuid import UUID

from backend.store.client import Row, Store
from backend.store.filters import Compiled
from backend.store.queries.traces import LATER_NS, any_span, few_matching

HOUR_NS = 3_600_000_000_000

# As the list has it: a trace begins with its root, one whose root has not come with its first span.
HEAD: LiteralString = """
SELECT intDiv(start_ns - {origin_ns:Int64}, {step_ns:Int64}) AS bucket, count() AS traces, countIf(failed) AS failed
FROM (
  SELECT toUnixTimestamp64Nano(if(countIf(parent_span_id = '') > 0, minIf(start_time, parent_span_id = ''), min(start_time))) AS start_ns,
    max(status_code = 2) AS failed
  FROM spans
  WHERE project_id = {project_id:UUID}
    AND start_time >= fromUnixTimestamp64Nano({scan_from:Int64}) AND start_time < fromUnixTimestamp64Nano({scan_to:Int64})
    AND toStartOfMinute(start_time) >= toStartOfMinute(fromUnixTimestamp64Nano({scan_from:Int64}))
    AND toStartOfMinute(start_time) <= toStartOfMinute(fromUnixTimestamp64Nano({scan_to:Int64}))"""
IN_FEW: LiteralString = " AND trace_id IN {trace_ids:Array(String)}"
TAIL: LiteralString = """
  GROUP BY trace_id
  HAVING start_ns >= {from_ns:Int64} AND start_ns < {to_ns:Int64}"""
BY_BUCKET: LiteralString = ")\nGROUP BY bucket ORDER BY bucket"


def traces_over_time(
    store: Store,
    project_id: UUID,
    from_ns: int,
    to_ns: int,
    *,
    origin_ns: int,
    step_ns: int,
    matching: Compiled | None,
) -> list[Row]:
    """bucket (0 begins at `origin_ns`), traces, failed; intervals without traces are left out."""
    params: dict[str, object] = {
        "project_id": project_id,
        "from_ns": from_ns,
        "to_ns": to_ns,
        "origin_ns": origin_ns,
        "step_ns": step_ns,
        "scan_from": max(from_ns - HOUR_NS, 0),
        "scan_to": to_ns + HOUR_NS,
    }
    if matching is None:
        return store.read(HEAD + TAIL + BY_BUCKET, params)
    few = few_matching(store, project_id, from_ns, to_ns, matching)
    if few is not None:
        return store.read(HEAD + IN_FEW + TAIL + BY_BUCKET, {**params, "trace_ids": few}) if few else []
    # One look at all spans, which also tells those that match: cheaper than finding so many traces first.
    return store.read(
        HEAD + TAIL + any_span(matching) + BY_BUCKET, {**matching.within(from_ns - HOUR_NS, to_ns + LATER_NS), **params}
    )

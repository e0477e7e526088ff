"""The traces list: which traces begin in a time range, newest (or oldest) first, and their rows.

Two steps, so that a page costs what a page holds. `trace_starts` finds the traces of a slice of time from four light
columns, without FINAL: a span that is there twice has the same start. `trace_rows` reads the rows of those found.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString, cast
from uuid import UUID

from backend.store.client import Row, Store
from backend.store.filters import Compiled
from backend.store.prices import COST
from backend.store.queries.counted import HAS_USAGE

HOUR_NS = 3_600_000_000_000
# Spans of a trace are looked for this long after its beginning.
LATER_NS = 24 * HOUR_NS

# A trace begins where its root begins; one whose root has not come, where its first span begins.
STARTS_HEAD: LiteralString = """
SELECT trace_id, toUnixTimestamp64Nano(if(countIf(parent_span_id = '') > 0, minIf(start_time, parent_span_id = ''), min(start_time))) AS start_ns
FROM spans
WHERE project_id = {project_id:UUID}
  AND start_time >= fromUnixTimestamp64Nano({scan_from:Int64}) AND start_time < fromUnixTimestamp64Nano({scan_to:Int64})
  AND toStartOfMinute(start_time) >= toStartOfMinute(fromUnixTimestamp64Nano({scan_from:Int64}))
  AND toStartOfMinute(start_time) <= toStartOfMinute(fromUnixTimestamp64Nano({scan_to:Int64}))
"""
GROUPED: LiteralString = """
GROUP BY trace_id
HAVING start_ns >= {from_ns:Int64} AND start_ns < {to_ns:Int64}"""

MATCHING: LiteralString = """
SELECT DISTINCT trace_id FROM spans
WHERE project_id = {project_id:UUID}
  AND start_time >= fromUnixTimestamp64Nano({scan_from:Int64}) AND start_time < fromUnixTimestamp64Nano({scan_to:Int64})
  AND toStartOfMinute(start_time) >= toStartOfMinute(fromUnixTimestamp64Nano({scan_from:Int64}))
  AND toStartOfMinute(start_time) <= toStartOfMinute(fromUnixTimestamp64Nano({scan_to:Int64}))
  AND ("""
FEW: LiteralString = ") LIMIT {few:UInt32}"
IN_FEW: LiteralString = " AND trace_id IN {trace_ids:Array(String)}"
# More ids than these are not worth sending back and forth; the statement finds them itself.
MANY_MATCHES = 2_000

NEWEST: LiteralString = """
 AND (start_ns, trace_id) < ({after_ns:Int64}, {after_id:String})
ORDER BY start_ns DESC, trace_id DESC LIMIT {limit:UInt32}"""
OLDEST: LiteralString = """
 AND (start_ns, trace_id) > ({after_ns:Int64}, {after_id:String})
ORDER BY start_ns, trace_id LIMIT {limit:UInt32}"""

# By how long a trace takes, as its row says it: from the first span's beginning to the last one's end.
SLOWEST_HEAD: LiteralString = """
SELECT trace_id,
  toUnixTimestamp64Nano(if(countIf(parent_span_id = '') > 0, minIf(start_time, parent_span_id = ''), min(start_time))) AS start_ns,
  max(toUnixTimestamp64Nano(start_time) + toInt64(duration_ns)) - toUnixTimestamp64Nano(min(start_time)) AS lasted_ns
FROM spans
WHERE project_id = {project_id:UUID}
  AND start_time >= fromUnixTimestamp64Nano({scan_from:Int64}) AND start_time < fromUnixTimestamp64Nano({scan_to:Int64})
  AND toStartOfMinute(start_time) >= toStartOfMinute(fromUnixTimestamp64Nano({scan_from:Int64}))
  AND toStartOfMinute(start_time) <= toStartOfMinute(fromUnixTimestamp64Nano({scan_to:Int64}))
"""
SLOWEST: LiteralString = """
 AND (lasted_ns, trace_id) < ({after_ns:Int64}, {after_id:String})
ORDER BY lasted_ns DESC, trace_id DESC LIMIT {limit:UInt32}"""

ROWS: LiteralString = (
    """
WITH """
    + COST
    + """,
  parent_span_id = '' AS is_root,
  """
    + HAS_USAGE
    + """ AS has_usage,
  (is_root ? 0 : 1, start_time, span_id) AS headness
SELECT trace_id,
  argMin((span_id, name, type, toUnixTimestamp64Nano(start_time), status_code, input_preview, output_preview, service_name, environment, is_root), headness) AS head,
  toUnixTimestamp64Nano(min(start_time)) AS first_ns,
  max(toUnixTimestamp64Nano(start_time) + toInt64(duration_ns)) AS end_ns,
  countIf(pending) AS pending_count,
  toUnixTimestamp64Nano(max(received_at)) AS heard_ns,
  count() AS span_count,
  countIf(status_code = 2) AS error_count,
  groupArrayIf({calls:UInt32})((span_id, parent_span_id, type, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, total_tokens, cost_total, cost_input, cost_output, reported_cost >= 0, response_id, audio_input_tokens, audio_output_tokens), has_usage) AS calls,
  groupUniqArrayIf(6)(used_model, used_model != '' AND type IN ('llm', 'embedding')) AS models,
  argMinIf(session_id, start_time, session_id != '') AS first_session_id,
  argMinIf(user_id, start_time, user_id != '') AS first_user_id,
  argMinIf(trace_name, start_time, trace_name != '') AS first_trace_name,
  arraySort(groupUniqArrayArray(20)(tags)) AS all_tags,
  argMinIf(input_preview, headness, input_preview != '') AS first_input,
  argMaxIf(output_preview, toUnixTimestamp64Nano(start_time) + toInt64(duration_ns), output_preview != '') AS last_output
FROM spans FINAL
-- Safe before FINAL: versions of one span have one trace_id. It spares reading the other columns of all other traces.
PREWHERE trace_id IN {trace_ids:Array(String)}
WHERE project_id = {project_id:UUID}
  AND start_time >= fromUnixTimestamp64Nano({scan_from:Int64}) AND start_time < fromUnixTimestamp64Nano({scan_to:Int64})
  AND toStartOfMinute(start_time) >= toStartOfMinute(fromUnixTimestamp64Nano({scan_from:Int64}))
  AND toStartOfMinute(start_time) <= toStartOfMinute(fromUnixTimestamp64Nano({scan_to:Int64}))
GROUP BY trace_id"""
)

BOUNDS_OF: LiteralString = """
SELECT count() AS spans, toUnixTimestamp64Nano(min(start_time)) AS first_ns, toUnixTimestamp64Nano(max(start_time)) AS last_ns
FROM spans WHERE project_id = {project_id:UUID} AND trace_id IN {trace_ids:Array(String)}"""

# A trace with more model calls than this gets its totals from these; the trace page counts all.
CALLS_PER_ROW = 5_000


def few_matching(store: Store, project_id: UUID, from_ns: int, to_ns: int, matching: Compiled) -> list[str] | None:
    """All traces with a span in the window that matches; None when they are too many to be sent back and forth."""
    near = matching.within(from_ns - HOUR_NS, to_ns + LATER_NS)
    params = {**near, **_scan(project_id, from_ns, to_ns), "few": MANY_MATCHES}
    found = store.read(MATCHING + matching.where + FEW, params)
    return [str(row["trace_id"]) for row in found] if len(found) < MANY_MATCHES else None


def trace_starts(
    store: Store,
    project_id: UUID,
    from_ns: int,
    to_ns: int,
    *,
    newest: bool,
    after: tuple[int, str],
    limit: int,
    matching: Compiled | None = None,
    few: Sequence[str] | None = None,
) -> list[tuple[int, str]]:
    """(start_ns, trace_id) of traces that begin in [from_ns, to_ns), those past `after` in the order asked for.

    `few`: what `few_matching` found; without it, all that match are looked for in the same statement.
    """
    params = {**_scan(project_id, from_ns, to_ns), **_past(after, limit), "from_ns": from_ns, "to_ns": to_ns}
    spans, traces = _among(params, matching, few)
    sql = STARTS_HEAD + spans + GROUPED + traces + (NEWEST if newest else OLDEST)
    return [(int(row["start_ns"]), str(row["trace_id"])) for row in store.read(sql, params)]


def slowest_traces(
    store: Store,
    project_id: UUID,
    from_ns: int,
    to_ns: int,
    *,
    after: tuple[int, str],
    limit: int,
    matching: Compiled | None = None,
    few: Sequence[str] | None = None,
) -> list[tuple[int, int, str]]:
    """(lasted_ns, start_ns, trace_id) of traces that begin in [from_ns, to_ns) and come after `after`, longest first."""
    params = {**_scan(project_id, from_ns, to_ns), **_past(after, limit), "from_ns": from_ns, "to_ns": to_ns}
    params["scan_to"] = to_ns + LATER_NS  # as far as the rows look
    spans, traces = _among(params, matching, few)
    sql = SLOWEST_HEAD + spans + GROUPED + traces + SLOWEST
    return [(int(row["lasted_ns"]), int(row["start_ns"]), str(row["trace_id"])) for row in store.read(sql, params)]


def _among(
    params: dict[str, object], matching: Compiled | None, few: Sequence[str] | None
) -> tuple[LiteralString, LiteralString]:
    """Conditions on spans and on traces that keep those of a filter; their parameters go into `params`."""
    if few is not None:
        params["trace_ids"] = list(few)  # the bloom filter of trace_id then skips most of the window
        return IN_FEW, ""
    if matching is None:
        return "", ""
    from_ns, to_ns = cast(int, params["from_ns"]), cast(int, params["to_ns"])
    params.update(matching.within(from_ns - HOUR_NS, to_ns + LATER_NS))
    return "", any_span(matching)


def any_span(matching: Compiled) -> LiteralString:
    """For the HAVING of a statement that groups spans by trace: whether a span of the trace matches.

    A search for words only ignores case, and only uses its index, in a WHERE.
    """
    if matching.searches:
        return " AND trace_id IN (" + MATCHING + matching.where + "))"
    return " AND countIf(" + matching.where + ") > 0"


def _scan(project_id: UUID, from_ns: int, to_ns: int) -> dict[str, object]:
    # An hour more on both sides: a trace's own root or first span decides, not the edge of the slice.
    return {"project_id": project_id, "scan_from": max(from_ns - HOUR_NS, 0), "scan_to": to_ns + HOUR_NS}


def _past(after: tuple[int, str], limit: int) -> dict[str, object]:
    return {"after_ns": after[0], "after_id": after[1], "limit": limit}


def bounds_of(store: Store, project_id: UUID, trace_ids: Sequence[str]) -> tuple[int, int] | None:
    """When the first and the last span of these traces begin; None when there are none."""
    row = store.read(BOUNDS_OF, {"project_id": project_id, "trace_ids": list(trace_ids)})[0]
    return (int(row["first_ns"]), int(row["last_ns"])) if row["spans"] else None


def trace_rows(store: Store, project_id: UUID, trace_ids: Sequence[str], from_ns: int, to_ns: int) -> dict[str, Row]:
    """One row a trace, by trace_id. Spans outside [from_ns - 1 h, to_ns + 24 h) are not looked for."""
    if not trace_ids:
        return {}
    params = {
        "project_id": project_id,
        "trace_ids": list(trace_ids),
        "scan_from": max(from_ns - HOUR_NS, 0),
        "scan_to": to_ns + LATER_NS,
        "calls": CALLS_PER_ROW,
    }
    return {str(row["trace_id"]): row for row in store.read(ROWS, params)}

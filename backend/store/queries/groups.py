"""Traces grouped by the session or the user that their spans name: which there are, and what each sums up to.

As in the traces list, two steps: `newest_groups` finds the ids of a page in growing slices of time, `group_rows` reads
what the page shows of them. A trace belongs to every session (user) that a span of it names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, LiteralString, cast
from uuid import UUID

from backend.store.client import Row, Store
from backend.store.filters import Compiled
from backend.store.prices import COST
from backend.store.queries.counted import ALL_TOKENS, HAS_USAGE, IS_CALL
from backend.store.queries.traces import CALLS_PER_ROW, HOUR_NS, LATER_NS, MANY_MATCHES

Kind = Literal["session", "user"]
COLUMN: Mapping[Kind, LiteralString] = {"session": "session_id", "user": "user_id"}

WINDOW: LiteralString = """
  AND start_time >= fromUnixTimestamp64Nano({from_ns:Int64}) AND start_time < fromUnixTimestamp64Nano({to_ns:Int64})
  AND toStartOfMinute(start_time) >= toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}))
  AND toStartOfMinute(start_time) <= toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}))"""
OF_PROJECT_ONLY: LiteralString = "\nFROM spans WHERE project_id = {project_id:UUID}"
OF_PROJECT: LiteralString = OF_PROJECT_ONLY + WINDOW
# Spans that decide whether a trace matches: those of the window in [seek_from, seek_to).
SOUGHT: LiteralString = """
  AND start_time >= fromUnixTimestamp64Nano({seek_from:Int64}) AND start_time < fromUnixTimestamp64Nano({seek_to:Int64})
  AND toStartOfMinute(start_time) >= toStartOfMinute(fromUnixTimestamp64Nano({seek_from:Int64}))
  AND toStartOfMinute(start_time) <= toStartOfMinute(fromUnixTimestamp64Nano({seek_to:Int64}))"""
MATCHING: LiteralString = "SELECT DISTINCT trace_id FROM spans WHERE project_id = {project_id:UUID}" + SOUGHT
SLICE: LiteralString = " AND start_time >= fromUnixTimestamp64Nano({edge_ns:Int64}) AND toStartOfMinute(start_time) >= toStartOfMinute(fromUnixTimestamp64Nano({edge_ns:Int64}))"
PAST: LiteralString = """
GROUP BY id HAVING (last_ns, id) < ({after_ns:Int64}, {after_id:String})
ORDER BY last_ns DESC, id DESC LIMIT {limit:UInt32}"""

BOUNDS_HEAD: LiteralString = """
SELECT count() AS spans, toUnixTimestamp64Nano(min(start_time)) AS first_ns, toUnixTimestamp64Nano(max(start_time)) AS last_ns
FROM spans WHERE project_id = {project_id:UUID} AND """

# What counts in a trace's total (backend/traces/totals.py, docs/decisions/0006), on the calls of one trace as an array.
# A call: (start, span, parent, is a model's, same call, input, output, total, cost). One level of query a step: an alias
# that others use is worked out by the engine's analyser again for each use (145 ms of CPU in all, 60 in levels).
CALLS: LiteralString = (
    """
        arraySort(groupArrayIf({calls:UInt32})((start_time, cityHash64(span_id), cityHash64(parent_span_id), """
    + IS_CALL
    + """,
          if(response_id = '', cityHash64(span_id), cityHash64(response_id, 'response')), input_tokens, output_tokens,
          """
    + ALL_TOKENS
    + ", cost_total), "
    + HAS_USAGE
    + ")) AS every"
)
COUNTED: LiteralString = """
    SELECT * EXCEPT deepest, arrayFilter((c, n) -> n = 1, deepest, arrayEnumerateUniq(deepest.5)) AS counted FROM (
    SELECT * EXCEPT (models, parents), arrayFilter((c, n) -> n = 1, models, arraySlice(arrayEnumerateUniq(arrayConcat(parents, models.2)), length(parents) + 1)) AS deepest FROM (
    SELECT *, arrayDistinct(models.3) AS parents FROM (
    SELECT * EXCEPT every, if(has(every.4, 1), arrayFilter(c -> c.4 = 1, every), every) AS models FROM ("""

ROWS_HEAD: LiteralString = (
    """
SELECT id, count() AS traces, countIf(all_errors > 0) AS failed_traces, min(began_ns) AS first_ns, max(latest_ns) AS last_ns, max(ended_ns) AS end_ns,
  sum(all_spans) AS spans, sum(all_errors) AS span_errors,
  sumArray(arrayFilter(n -> n >= 0, counted.6)) AS input_tokens, sumArray(arrayFilter(n -> n >= 0, counted.7)) AS output_tokens,
  sumArray(arrayFilter(n -> n >= 0, counted.8)) AS total_tokens, sumArray(arrayFilter(n -> n >= 0, counted.9)) AS cost_total,
  countArray(arrayFilter(n -> n >= 0, counted.6)) AS with_input, countArray(arrayFilter(n -> n >= 0, counted.7)) AS with_output,
  countArray(arrayFilter(n -> n >= 0, counted.8)) AS with_total, countArray(arrayFilter(n -> n >= 0, counted.9)) AS priced_calls,
  sum(length(counted)) AS model_calls,
  argMinIf(asked, began_ns, asked != '') AS first_input,
  groupUniqArrayArray(10)(used) AS models, groupUniqArrayArray(20)(for_users) AS users, uniqExactArray(in_sessions) AS sessions
FROM (
  SELECT arrayJoin(ids) AS id, * FROM ("""
    + COUNTED
    + """
      WITH"""
    + COST
    + """
      SELECT trace_id, toUnixTimestamp64Nano(min(start_time)) AS began_ns, toUnixTimestamp64Nano(max(start_time)) AS latest_ns,
        max(toUnixTimestamp64Nano(start_time) + toInt64(duration_ns)) AS ended_ns,
        count() AS all_spans, countIf(status_code = 2) AS all_errors,
        """
)
# Previews are most of what is read; the list of users shows none.
ASKED: Mapping[Kind, LiteralString] = {
    "session": "argMinIf(input_preview, (parent_span_id != '', start_time, span_id), input_preview != '')",
    "user": "''",
}
ROWS_USED: LiteralString = (
    """ AS asked,
        groupUniqArrayIf(10)(toString(used_model), used_model != '' AND type IN ('llm', 'embedding')) AS used,
        groupUniqArrayIf(20)(user_id, user_id != '') AS for_users, groupUniqArrayIf(20)(session_id, session_id != '') AS in_sessions,"""
    + CALLS
    + """,
        groupUniqArrayIf("""
)
# The traces first: rows of other traces are then not read. A few are sent as a list, which the bloom filter can use.
ROWS_MIDDLE: LiteralString = """ IN {ids:Array(String)}) AS ids
    FROM spans FINAL
    PREWHERE project_id = {project_id:UUID} AND trace_id IN """
OF_MANY: LiteralString = "(SELECT trace_id FROM spans WHERE project_id = {project_id:UUID}"
OF_FEW: LiteralString = "({trace_ids:Array(String)}"
TRACES_HEAD: LiteralString = """
SELECT trace_id, toUnixTimestamp64Nano(min(start_time)) AS first_ns, toUnixTimestamp64Nano(max(start_time)) AS last_ns"""
TRACES_TAIL: LiteralString = " GROUP BY trace_id LIMIT {few:UInt32}"
ROWS_TAIL: LiteralString = """)
    WHERE toStartOfMinute(start_time) >= toStartOfMinute(fromUnixTimestamp64Nano({scan_from:Int64}))
      AND toStartOfMinute(start_time) <= toStartOfMinute(fromUnixTimestamp64Nano({scan_to:Int64}))
    GROUP BY trace_id))))))
GROUP BY id"""


def newest_groups(
    store: Store,
    project_id: UUID,
    kind: Kind,
    from_ns: int,
    to_ns: int,
    *,
    edge_ns: int,
    after: tuple[int, str],
    limit: int,
    matching: Compiled | None = None,
) -> list[tuple[int, str]]:
    """(last_ns, id) of sessions or users, the one whose newest span of the window began last first.

    Only spans that begin at or after `edge_ns` are looked at; a group that has none of these is not found.
    """
    column = COLUMN[kind]
    params: dict[str, object] = {
        "project_id": project_id, "from_ns": max(from_ns, 0), "to_ns": to_ns, "edge_ns": max(edge_ns, 0),
        "after_ns": after[0], "after_id": after[1], "limit": limit,
    }  # fmt: skip
    head: LiteralString = "SELECT " + column + " AS id, toUnixTimestamp64Nano(max(start_time)) AS last_ns"
    sql = head + OF_PROJECT + SLICE + " AND " + column + " != ''" + _among(params, matching, edge_ns, to_ns) + PAST
    return [(int(row["last_ns"]), str(row["id"])) for row in store.read(sql, params)]


def group_rows(
    store: Store,
    project_id: UUID,
    kind: Kind,
    ids: Sequence[str],
    from_ns: int,
    to_ns: int,
    matching: Compiled | None = None,
) -> dict[str, Row]:
    """One row a session or user, by its id: the sums of its traces that have a span of it in [from_ns, to_ns)."""
    if not ids:
        return {}
    column = COLUMN[kind]
    params: dict[str, object] = {
        "project_id": project_id,
        "ids": list(ids),
        "from_ns": max(from_ns, 0),
        "to_ns": to_ns,
        "calls": CALLS_PER_ROW,
        "few": MANY_MATCHES,
    }
    traces: LiteralString = WINDOW + " AND " + column + " IN {ids:Array(String)}"
    found = store.read(TRACES_HEAD + OF_PROJECT_ONLY + traces + TRACES_TAIL, params)
    sql = ROWS_HEAD + ASKED[kind] + ROWS_USED + "20)(" + column + ", " + column + ROWS_MIDDLE
    if len(found) < MANY_MATCHES:
        found = _those_that_match(store, params, found, matching)
        if not found:
            return {}
        params["trace_ids"] = [str(row["trace_id"]) for row in found]
        from_ns = min(int(row["first_ns"]) for row in found)
        to_ns = max(int(row["last_ns"]) for row in found)
        sql = sql + OF_FEW + ROWS_TAIL
    else:
        sql = sql + OF_MANY + traces + _among(params, matching, from_ns, to_ns) + ROWS_TAIL
    params |= {"scan_from": max(from_ns - HOUR_NS, 0), "scan_to": to_ns + LATER_NS}
    return {str(row["id"]): row for row in store.read(sql, params)}


def _those_that_match(
    store: Store, params: Mapping[str, object], found: Sequence[Row], matching: Compiled | None
) -> Sequence[Row]:
    """The traces of which a span matches, looked for near them: a page of sessions lies close together."""
    if matching is None or not found:
        return found
    first_ns, last_ns = min(int(row["first_ns"]) for row in found), max(int(row["last_ns"]) for row in found)
    own: dict[str, object] = {**params, "trace_ids": [row["trace_id"] for row in found]}
    own |= _sought(params, matching, first_ns, last_ns)
    where: LiteralString = " AND trace_id IN {trace_ids:Array(String)} AND (" + matching.where + ")"
    matched = {row["trace_id"] for row in store.read(MATCHING + where, own)}
    return [row for row in found if row["trace_id"] in matched]


def _sought(params: Mapping[str, object], matching: Compiled, first_ns: int, last_ns: int) -> dict[str, object]:
    """The filter's parameters, and bounds of the spans that decide about traces with a span in [first_ns, last_ns].

    No span outside the window decides.
    """
    low = max(cast(int, params["from_ns"]), first_ns - LATER_NS)
    high = min(cast(int, params["to_ns"]), last_ns + LATER_NS)
    return {**matching.within(low - HOUR_NS, high + LATER_NS), "seek_from": low, "seek_to": high}


def _among(params: dict[str, object], matching: Compiled | None, first_ns: int, last_ns: int) -> LiteralString:
    """Keeps spans in [first_ns, last_ns] of traces that match; the filter's parameters go into `params`."""
    if matching is None:
        return ""
    params.update(_sought(params, matching, first_ns, last_ns))
    return " AND trace_id IN (" + MATCHING + " AND (" + matching.where + "))"


def bounds_of(store: Store, project_id: UUID, kind: Kind, group_id: str) -> tuple[int, int] | None:
    """When the first and the last span of a session or user begin; None when there is none."""
    sql = BOUNDS_HEAD + COLUMN[kind] + " = {id:String}"
    row = store.read(sql, {"project_id": project_id, "id": group_id})[0]
    return (int(row["first_ns"]), int(row["last_ns"])) if row["spans"] else None

"""Model calls that count in a total, as SQL: what backend/traces/totals.py says of one trace, over many at once.

A call with usage counts when no call below it has usage; of one response id only the first call of a trace counts; a
trace without model calls counts its deepest spans with usage (docs/decisions/0006). Failed calls without usage are rows
too: they cost nothing, and are what an error rate is about.

What is left out is found first and is little. Carrying all columns of the calls through arrays instead read the spans
once, but the engine spent 160 ms on analysing such a statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from backend.store.client import Store
from backend.store.prices import COST

# Spans of a window that have ended. A statement binds project_id, scan_from and scan_to (nanoseconds).
WINDOW: LiteralString = """
  WHERE project_id = {project_id:UUID}
    AND start_time >= fromUnixTimestamp64Nano({scan_from:Int64}) AND start_time < fromUnixTimestamp64Nano({scan_to:Int64})
    AND toStartOfMinute(start_time) >= toStartOfMinute(fromUnixTimestamp64Nano({scan_from:Int64}))
    AND toStartOfMinute(start_time) <= toStartOfMinute(fromUnixTimestamp64Nano({scan_to:Int64}))
    AND NOT pending"""
FROM_SPANS: LiteralString = "\nFROM spans" + WINDOW
FROM_SPANS_FINAL: LiteralString = "\nFROM spans FINAL" + WINDOW
# A span's parent never changes between its versions, so PREWHERE is safe before FINAL and spares most of its work.
FROM_ROOTS_FINAL: LiteralString = "\nFROM spans FINAL PREWHERE parent_span_id = ''" + WINDOW

IS_CALL: LiteralString = "type IN ('llm', 'embedding', 'reranker')"
# A span that was announced and has not ended says nothing yet.
HAS_USAGE: LiteralString = (
    "((input_tokens >= 0 OR output_tokens >= 0 OR total_tokens >= 0 OR reported_cost >= 0) AND NOT pending)"
)
# As totals.py: an embedding has no output to count.
ALL_TOKENS: LiteralString = (
    "multiIf(total_tokens >= 0, total_tokens, input_tokens >= 0 AND (output_tokens >= 0 OR type = 'embedding'), "
    "input_tokens + greatest(output_tokens, 0), toInt64(-1))"
)

# Spans with usage that don't count, and failed calls around others; spans by the hash of their id. Of each trace with
# several candidates, in the order of their start: which have usage that may count, which are around such a one, which are
# deepest, and which of these answer for the first time. Every step is linear in the calls of a trace: arrayEnumerateUniq
# says n > 1 of what came before. One level of query a step: an alias used twice is analysed twice.
SPAN_HASH: LiteralString = "cityHash64(span_id)"
_LEFT_OUT: LiteralString = (
    """
SELECT trace_id, arrayJoin(arrayFilter((s, c, d, n, a) -> if(c.6, NOT (d AND n = 1), a), every.2, every, deep, arrayEnumerateUniq(answers), around))
FROM (
  SELECT trace_id, every, around, deep, arrayMap((c, d) -> if(d, c.4, c.2), every, deep) AS answers
  FROM (
    SELECT trace_id, every, around, arrayMap((u, a) -> u AND NOT a, used, around) AS deep
    FROM (
      SELECT trace_id, every, used,
        arrayMap(n -> n > 1, arraySlice(arrayEnumerateUniq(arrayConcat(parents, every.2)), length(parents) + 1)) AS around
      FROM (
        SELECT trace_id, every, used, arrayDistinct(arrayFilter((p, u) -> u, every.3, used)) AS parents
        FROM (
          SELECT trace_id, every, arrayMap(c -> c.6 AND (c.5 OR NOT any_model), every) AS used
          FROM (
            SELECT trace_id, max(is_call AND has_usage) AS any_model,
              arraySort(groupArray((start_time, span_hash, parent_hash, answer, is_call, has_usage))) AS every
            FROM (
              SELECT trace_id, start_time, """
    + SPAN_HASH
    + """ AS span_hash, cityHash64(parent_span_id) AS parent_hash,
                if(response_id = '', span_hash, cityHash64(response_id, 'response')) AS answer, """
    + IS_CALL
    + " AS is_call, "
    + HAS_USAGE
    + " AS has_usage"
    + FROM_SPANS_FINAL
    + """ AND (has_usage OR (is_call AND status_code = 2))
            )
            GROUP BY trace_id HAVING count() > 1
          )
        )
      )
    )
  )
)"""
)


# One number for a span of a trace. That two are equal among a window's calls is as good as impossible.
CALL_HASH: LiteralString = "cityHash64(trace_id, " + SPAN_HASH + ")"
FEW_LEFT_OUT: LiteralString = (
    "SELECT cityHash64(pair.1, pair.2) AS hash FROM (SELECT tuple(*) AS pair FROM ("
    + _LEFT_OUT
    + ")) LIMIT {few:UInt32}"
)
# More are not worth sending back and forth.
MANY_LEFT_OUT = 2_000


def left_out(store: Store, project_id: UUID, from_ns: int, to_ns: int) -> tuple[int, ...] | None:
    """CALL_HASH of the calls of a window that don't count; None when they are many. Several statements may use it."""
    params = {"project_id": project_id, "scan_from": from_ns, "scan_to": to_ns, "few": MANY_LEFT_OUT}
    rows = store.read(FEW_LEFT_OUT, params)
    return tuple(int(row["hash"]) for row in rows) if len(rows) < MANY_LEFT_OUT else None


# What the rows of counted calls have. `used`: has usage. -1 in a number: not given.
CALL_COLUMNS: dict[LiteralString, LiteralString] = {
    "trace_id": "trace_id",
    "span_id": "span_id",
    "start_ns": "toUnixTimestamp64Nano(start_time) AS start_ns",
    "lasted_ns": "toInt64(duration_ns) AS lasted_ns",
    "used": HAS_USAGE + " AS used",
    "failed": "status_code = 2 AS failed",
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cache_read_tokens": "cache_read_tokens",
    "cache_write_tokens": "cache_write_tokens",
    "reasoning_tokens": "reasoning_tokens",
    "tokens": ALL_TOKENS + " AS tokens",
    "cost": "cost_total AS cost",
    "ttft_ns": "time_to_first_token_ns AS ttft_ns",
}


def counted_calls(
    *,
    group: LiteralString = "''",
    matching: LiteralString = "1",
    more: LiteralString = "",
    columns: Sequence[LiteralString] = tuple(CALL_COLUMNS),
    left_out: Sequence[int] | None = None,
) -> LiteralString:
    """A SELECT with one row a counted call of the window: `columns` of CALL_COLUMNS, and `grp`.

    `group` is SQL over a span's columns; `matching` a condition on them, which doesn't change which calls count. `more`:
    further columns, each after a comma. The engine analyses what is asked for, used or not: a cost takes it 9 ms, and to
    find what is left out 40. `left_out`: what the function of that name found; the statement binds it.
    """
    if left_out is None:
        counts: LiteralString = " AND (trace_id, " + SPAN_HASH + ") NOT IN (" + _LEFT_OUT + ")"
    else:
        counts = " AND " + CALL_HASH + " NOT IN {left_out:Array(UInt64)}" if left_out else ""
    read: list[LiteralString] = [CALL_COLUMNS[name] for name in columns]
    return (
        ("WITH " + COST if "cost" in columns else "")
        + " SELECT "
        + ", ".join(read)
        + ", toString("
        + group
        + ") AS grp"
        + more
        + FROM_SPANS_FINAL
        + " AND ("
        + HAS_USAGE
        + " OR ("
        + IS_CALL
        + " AND status_code = 2))"
        + counts
        + " AND ("
        + matching
        + ")"
    )

"""Model calls that count in a total, as SQL: what backend/traces/totals.py says of one trace, over many at once.

A call with usage counts when no call below it has usage; of one response id only the first call of a trace counts; a
trace without model calls counts its deepest spans with usage (docs/decisions/0006). Failed calls without usage are rows
too: they cost nothing, and are what an error rate is about.

One scan and one GROUP BY trace_id (25 ms a day, 96 ms 14 days of 350,000 spans): dearer sets of wrappers and response
ids took 134 ms and 41 ms more.
"""

from __future__ import annotations

from typing import LiteralString

from backend.store.prices import COST

# A statement that reads spans of a window binds project_id, scan_from and scan_to (nanoseconds).
WINDOW: LiteralString = """
  WHERE project_id = {project_id:UUID}
    AND start_time >= fromUnixTimestamp64Nano({scan_from:Int64}) AND start_time < fromUnixTimestamp64Nano({scan_to:Int64})
    AND toStartOfMinute(start_time) >= toStartOfMinute(fromUnixTimestamp64Nano({scan_from:Int64}))
    AND toStartOfMinute(start_time) <= toStartOfMinute(fromUnixTimestamp64Nano({scan_to:Int64}))"""
FROM_SPANS: LiteralString = "\nFROM spans" + WINDOW
FROM_SPANS_FINAL: LiteralString = "\nFROM spans FINAL" + WINDOW
# A span's parent never changes between its versions, so PREWHERE is safe before FINAL and spares most of its work.
FROM_ROOTS_FINAL: LiteralString = "\nFROM spans FINAL PREWHERE parent_span_id = ''" + WINDOW

IS_CALL: LiteralString = "type IN ('llm', 'embedding', 'reranker')"
HAS_USAGE: LiteralString = "(input_tokens >= 0 OR output_tokens >= 0 OR total_tokens >= 0 OR reported_cost >= 0)"
# As totals.py: an embedding has no output to count.
ALL_TOKENS: LiteralString = (
    "multiIf(total_tokens >= 0, total_tokens, input_tokens >= 0 AND (output_tokens >= 0 OR type = 'embedding'), "
    "input_tokens + greatest(output_tokens, 0), toInt64(-1))"
)

# Columns of the result: start_ns and the numbers of a call (-1: not given), `used` (has usage), `failed`, `grp`.
_HEAD: LiteralString = """
SELECT trace_id, call.1 AS start_ns, call.2 AS span_id, call.6 AS used, call.7 AS failed, call.8 AS duration_ns,
  call.9 AS input, call.10 AS output, call.11 AS cache_read, call.12 AS cache_write, call.13 AS reasoning,
  call.14 AS tokens, call.15 AS cost, call.16 AS ttft_ns, call.17 AS grp
FROM (
 SELECT trace_id, arrayFilter(c -> c.18, arrayConcat(
   arrayFilter((c, n) -> indexOf(answers, answers[n]) = n, deepest, arrayEnumerate(deepest)),
   arrayFilter(c -> c.4 AND c.7 AND NOT c.6 AND NOT has(parents, c.2), every))) AS calls
 FROM (
  SELECT trace_id, every, parents, deepest, arrayMap(c -> if(c.5 = '', c.2, c.5), deepest) AS answers
  FROM (
   SELECT trace_id, every, parents, arrayFilter(c -> NOT has(parents, c.2), with_usage) AS deepest
   FROM (
    SELECT trace_id, every, with_usage, arrayMap(c -> c.3, with_usage) AS parents
    FROM (
     SELECT trace_id, every, arrayFilter(c -> c.6 AND (c.4 OR NOT any_model), every) AS with_usage
     FROM (
  SELECT trace_id,
    max(is_call AND has_usage) AS any_model,
    arraySort(groupArray((toUnixTimestamp64Nano(start_time), span_id, parent_span_id, is_call, response_id, has_usage,
      status_code = 2, toInt64(duration_ns), input_tokens, output_tokens, cache_read_tokens, cache_write_tokens,
      reasoning_tokens, all_tokens, cost_total, time_to_first_token_ns, grp_of_span, matched))) AS every
  FROM (
    WITH"""
_COLUMNS: LiteralString = (
    ",\n      "
    + IS_CALL
    + " AS is_call,\n      "
    + HAS_USAGE
    + " AS has_usage,\n      "
    + ALL_TOKENS
    + """ AS all_tokens
    SELECT trace_id, start_time, span_id, parent_span_id, is_call, response_id, has_usage, status_code, duration_ns,
      input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, all_tokens, cost_total,
      time_to_first_token_ns, """
)
_FROM: LiteralString = (
    """ AS matched
    FROM spans FINAL"""
    + WINDOW
    + " AND (has_usage OR (is_call AND status_code = 2))"
)
_TAIL: LiteralString = """
  )
  GROUP BY trace_id
))))))
ARRAY JOIN calls AS call"""


def counted_calls(*, group: LiteralString = "''", matching: LiteralString = "1") -> LiteralString:
    """A SELECT with one row a counted call of the window. `group` is SQL over a span's columns and becomes `grp`;
    `matching` a condition on them: it chooses among counted calls, and doesn't change which ones count."""
    among: LiteralString = ""
    if matching != "1":
        # Spares the traces in which nothing matches; the indexes of the filter's columns work here.
        among = " AND trace_id IN (SELECT trace_id FROM spans" + WINDOW + " AND " + matching + ")"
    columns = _COLUMNS + "toString(" + group + ") AS grp_of_span, (" + matching + ") != 0"
    return _HEAD + COST + columns + _FROM + among + _TAIL

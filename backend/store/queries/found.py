"""The text around a hit in the content of given traces. Their granules are read, and no others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from backend.store.client import Store
from backend.store.filter_search import spellings
from backend.store.queries.traces import HOUR_NS, LATER_NS

# The word that stands first in a column; case folded letter by letter, as the search does it.
SNIPPETS: LiteralString = """
SELECT trace_id, argMin(said, (start_time, span_id)) AS snippet
FROM (
  SELECT trace_id, start_time, span_id, arrayFirst(x -> x != '', arrayMap(column ->
    if(multiSearchAnyCaseInsensitiveUTF8(column, {words:Array(String)}),
      (arrayMin(arrayFilter(p -> p > 0, arrayMap(w -> positionCaseInsensitiveUTF8(column, w), {words:Array(String)}))) AS at,
       concat(if(at > {around:UInt32}, '…', ''),
         substringUTF8(column, greatest(at - {around:Int64}, 1), least(at, {around:Int64}) + {around:Int64}))).2, ''),
    [input, output, status_message])) AS said
  FROM spans
  PREWHERE trace_id IN {trace_ids:Array(String)}
  WHERE project_id = {project_id:UUID}
    AND start_time >= fromUnixTimestamp64Nano({scan_from:Int64}) AND start_time < fromUnixTimestamp64Nano({scan_to:Int64})
    AND toStartOfMinute(start_time) >= toStartOfMinute(fromUnixTimestamp64Nano({scan_from:Int64}))
    AND toStartOfMinute(start_time) <= toStartOfMinute(fromUnixTimestamp64Nano({scan_to:Int64})))
WHERE said != ''
GROUP BY trace_id"""

# More the engine does not look for at once.
MOST_NEEDLES = 250


def snippets(
    store: Store,
    project_id: UUID,
    trace_ids: Sequence[str],
    words: Sequence[str],
    from_ns: int,
    to_ns: int,
    *,
    around: int,
) -> dict[str, str]:
    """trace_id → up to `around` characters before and behind the first hit of one of the words, of its first span."""
    params = {
        "project_id": project_id,
        "trace_ids": list(trace_ids),
        "words": [spelling for word in words for spelling in spellings(word)][:MOST_NEEDLES],
        "around": around,
        "scan_from": max(from_ns - HOUR_NS, 0),
        "scan_to": to_ns + LATER_NS,
    }
    return {str(row["trace_id"]): str(row["snippet"]) for row in store.read(SNIPPETS, params)}

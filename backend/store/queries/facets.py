"""Facets of the traces list: how many traces have a span with each value of a field.

Without FINAL: a span that is there twice belongs to one trace. A window of many spans is counted from a sample of its
traces, chosen by the hash of their ids, so that a trace is in it whole or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import LiteralString
from uuid import UUID

from backend.store.client import Row, Store
from backend.store.filters import Compiled
from backend.store.queries.traces import HOUR_NS, LATER_NS

WINDOW: LiteralString = """
FROM spans
PREWHERE cityHash64(trace_id) % {sample:UInt32} = 0
WHERE project_id = {project_id:UUID}
  AND start_time >= fromUnixTimestamp64Nano({scan_from:Int64}) AND start_time < fromUnixTimestamp64Nano({scan_to:Int64})
  AND toStartOfMinute(start_time) >= toStartOfMinute(fromUnixTimestamp64Nano({scan_from:Int64}))
  AND toStartOfMinute(start_time) <= toStartOfMinute(fromUnixTimestamp64Nano({scan_to:Int64}))
  AND ("""

# What the engine would have to read; it looks at its index only.
ESTIMATE: LiteralString = "EXPLAIN ESTIMATE SELECT count()" + WINDOW

STATUS: LiteralString = "multiIf(status_code = 2, 'error', status_code = 1, 'ok', 'unset')"
# Field of the filter bar → the value of a span; `model` and `tag` have several.
VALUES: Mapping[str, LiteralString] = {
    "status": STATUS,
    "type": "toString(type)",
    "name": "toString(name)",
    "model": "arrayJoin(arrayDistinct([toString(request_model), toString(response_model)]))",
    "provider": "toString(provider)",
    "service": "toString(service_name)",
    "environment": "toString(environment)",
    "release": "toString(release)",
    "user": "user_id",
    "session": "session_id",
    "tag": "toString(arrayJoin(tags))",
    "tool": "toString(tool_name)",
    "agent": "toString(agent_name)",
    "prompt": "toString(prompt_name)",
    "error": "toString(error_type)",
}
OF_FIELD_TAIL: LiteralString = """
GROUP BY value
HAVING value != '' AND (empty({search:String}) OR positionCaseInsensitiveUTF8(value, {search:String}) > 0)
ORDER BY traces DESC, value LIMIT {limit:UInt32}"""

# One scan for all: spans with the same values are put together first, and there are few such groups.
TOGETHER_HEAD: LiteralString = (
    """
SELECT choice.1 AS field, choice.2 AS value, uniqExactMerge(ids) AS traces
FROM (
  SELECT ids, arrayJoin(arrayConcat(arrayMap(tag -> ('tag', toString(tag)), tags), [
    ('status', """
    + STATUS
    + """), ('type', toString(type)), ('name', toString(name)),
    ('model', toString(request_model)), ('model', toString(response_model)), ('provider', toString(provider)),
    ('service', toString(service_name)), ('environment', toString(environment)), ('release', toString(release)),
    ('tool', toString(tool_name)), ('agent', toString(agent_name)), ('prompt', toString(prompt_name)),
    ('error', toString(error_type))])) AS choice
  FROM (
    SELECT status_code, type, name, request_model, response_model, provider, service_name, environment, release,
      tool_name, agent_name, prompt_name, error_type, tags, uniqExactState(cityHash64(trace_id)) AS ids"""
)
TOGETHER_TAIL: LiteralString = """
    GROUP BY status_code, type, name, request_model, response_model, provider, service_name, environment, release,
      tool_name, agent_name, prompt_name, error_type, tags))
WHERE value != ''
GROUP BY field, value
ORDER BY field, traces DESC, value LIMIT {limit:UInt32} BY field"""
TOGETHER: tuple[str, ...] = (
    "status", "type", "name", "model", "provider", "service", "environment", "release", "tool", "agent", "prompt",
    "error", "tag",
)  # fmt: skip


def _params(project_id: UUID, from_ns: int, to_ns: int, matching: Compiled, sample: int) -> dict[str, object]:
    scan = {"project_id": project_id, "scan_from": max(from_ns, 0), "scan_to": to_ns, "sample": sample}
    # An hour and a day: as far as the list looks for the spans of a trace.
    return {**matching.within(from_ns - HOUR_NS, to_ns + LATER_NS), **scan}


def spans_to_read(store: Store, project_id: UUID, from_ns: int, to_ns: int, matching: Compiled) -> int:
    """About how many spans a query of this window reads."""
    rows = store.read(ESTIMATE + matching.where + ")", _params(project_id, from_ns, to_ns, matching, 1))
    return sum(int(row["rows"]) for row in rows)


def values_of_fields(
    store: Store, project_id: UUID, from_ns: int, to_ns: int, matching: Compiled, *, sample: int, limit: int
) -> list[Row]:
    """field, value, traces: the `limit` most frequent values of each field in TOGETHER, of one in `sample` traces."""
    params = {**_params(project_id, from_ns, to_ns, matching, sample), "limit": limit}
    return store.read(TOGETHER_HEAD + WINDOW + matching.where + ")" + TOGETHER_TAIL, params)


def values_of_field(
    store: Store,
    project_id: UUID,
    from_ns: int,
    to_ns: int,
    matching: Compiled,
    *,
    field: str,
    search: str,
    sample: int,
    limit: int,
) -> list[Row]:
    """value, traces: the `limit` most frequent values of one field that hold the text `search`."""
    params = {**_params(project_id, from_ns, to_ns, matching, sample), "search": search, "limit": limit}
    head: LiteralString = "SELECT " + VALUES[field] + " AS value, uniqExact(cityHash64(trace_id)) AS traces"
    return store.read(head + WINDOW + matching.where + ")" + OF_FIELD_TAIL, params)

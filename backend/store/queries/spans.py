"""The spans of one trace: light for the tree, whole for the span that is opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from backend.store.client import Profile, Row, Store
from backend.store.prices import COST

LIGHT: LiteralString = """
  trace_id, span_id, parent_span_id, name, type, kind, toUnixTimestamp64Nano(start_time) AS start_ns, duration_ns,
  status_code, status_message, error_type, service_name, scope_name, scope_version, environment, release,
  provider, operation, request_model, response_model, response_id, streaming, time_to_first_token_ns, finish_reasons,
  input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, total_tokens, reported_cost,
  audio_input_tokens, audio_output_tokens,
  cost_total, cost_input, cost_output, pending,
  session_id, user_id, tags, trace_name, tool_name, agent_name, prompt_name, prompt_version, input_preview, output_preview"""

PAYLOAD: LiteralString = """,
  temperature, max_tokens, mapping_version, input, output, input_key, output_key, attributes, resource_attributes,
  arrayMap(e -> (e.name, toUnixTimestamp64Nano(e.time), e.attributes), events) AS events, links"""

# Where the trace lies in the sort key: without it FINAL would have to look through all that the project ever sent.
WITHIN: LiteralString = """
  AND toStartOfMinute(start_time) >= toStartOfMinute(fromUnixTimestamp64Nano({first_ns:Int64}))
  AND toStartOfMinute(start_time) <= toStartOfMinute(fromUnixTimestamp64Nano({last_ns:Int64}))"""
OF_TRACE: LiteralString = (
    """
FROM spans FINAL
-- Safe before FINAL: versions of one span have one trace_id.
PREWHERE trace_id = {trace_id:String}
WHERE project_id = {project_id:UUID}"""
    + WITHIN
)
OF_SPAN: LiteralString = " AND span_id = {span_id:String}"
IN_ORDER: LiteralString = " ORDER BY start_time, span_id LIMIT {limit:UInt32}"

# No FINAL: a span that is there twice lies at the same place, and uniqExact counts it once.
BOUNDS: LiteralString = """
SELECT uniqExact(span_id) AS spans, toUnixTimestamp64Nano(min(start_time)) AS first_ns,
       toUnixTimestamp64Nano(max(start_time)) AS last_ns
FROM spans WHERE project_id = {project_id:UUID} AND trace_id = {trace_id:String}"""

LOG_EVENTS: LiteralString = """
SELECT span_id, event_name, body, attributes, toUnixTimestamp64Nano(time) AS time_ns
FROM log_events FINAL
WHERE project_id = {project_id:UUID} AND trace_id = {trace_id:String}
  AND toStartOfMinute(time) >= toStartOfMinute(fromUnixTimestamp64Nano({first_ns:Int64})) - INTERVAL 1 HOUR
  AND toStartOfMinute(time) <= toStartOfMinute(fromUnixTimestamp64Nano({last_ns:Int64})) + INTERVAL 1 DAY
ORDER BY time, event_name LIMIT 20000"""

LIGHT_SPANS: LiteralString = "WITH" + COST + "\nSELECT" + LIGHT + OF_TRACE + IN_ORDER
WHOLE_SPANS: LiteralString = "WITH" + COST + "\nSELECT" + LIGHT + PAYLOAD + OF_TRACE + IN_ORDER
WHOLE_SPAN: LiteralString = "WITH" + COST + "\nSELECT" + LIGHT + PAYLOAD + OF_TRACE + OF_SPAN + IN_ORDER


# A root that was given its input, else a model call, else whatever has content.
TELLING_SPAN: LiteralString = (
    "SELECT span_id"
    + OF_TRACE
    + """
ORDER BY multiIf(parent_span_id = '' AND input_preview != '', 0, type = 'llm' AND input_preview != '', 1,
  input_preview != '' OR output_preview != '', 2, 3), start_time, span_id LIMIT 1"""
)


@dataclass(frozen=True)
class TraceBounds:
    """How many spans a trace has, and when the first and the last of them begin."""

    spans: int
    first_ns: int
    last_ns: int


def trace_bounds(store: Store, project_id: UUID, trace_id: str) -> TraceBounds | None:
    """None when there is no such trace."""
    row = store.read(BOUNDS, {"project_id": project_id, "trace_id": trace_id})[0]
    return TraceBounds(int(row["spans"]), int(row["first_ns"]), int(row["last_ns"])) if row["spans"] else None


def _params(project_id: UUID, trace_id: str, bounds: TraceBounds) -> dict[str, object]:
    return {
        "project_id": project_id,
        "trace_id": trace_id,
        "first_ns": bounds.first_ns,
        "last_ns": bounds.last_ns,
    }


def trace_spans(
    store: Store, project_id: UUID, trace_id: str, bounds: TraceBounds, *, payloads: bool, limit: int
) -> list[Row]:
    """Spans by start time, at most `limit`."""
    params = {**_params(project_id, trace_id, bounds), "limit": limit}
    return store.read(WHOLE_SPANS if payloads else LIGHT_SPANS, params, Profile.API if payloads else Profile.UI)


def whole_span(store: Store, project_id: UUID, trace_id: str, span_id: str, bounds: TraceBounds) -> Row | None:
    params = {**_params(project_id, trace_id, bounds), "span_id": span_id, "limit": 1}
    rows = store.read(WHOLE_SPAN, params)
    return rows[0] if rows else None


def telling_span(store: Store, project_id: UUID, trace_id: str, bounds: TraceBounds) -> str | None:
    """The id of the span whose content says what the trace is about."""
    rows = store.read(TELLING_SPAN, _params(project_id, trace_id, bounds))
    return str(rows[0]["span_id"]) if rows else None


def log_events(store: Store, project_id: UUID, trace_id: str, bounds: TraceBounds) -> list[Row]:
    """GenAI events of the trace that came as logs between an hour before its first span and a day after its last."""
    return store.read(LOG_EVENTS, _params(project_id, trace_id, bounds))

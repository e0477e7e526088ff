"""The spans of one trace: light for the tree, whole for the span that is opened."""

from __future__ import annotations

from typing import LiteralString
from uuid import UUID

from backend.store.client import Profile, Row, Store
from backend.store.prices import COST

LIGHT: LiteralString = """
  trace_id, span_id, parent_span_id, name, type, kind, toUnixTimestamp64Nano(start_time) AS start_ns, duration_ns,
  status_code, status_message, error_type, service_name, scope_name, scope_version, environment, release,
  provider, operation, request_model, response_model, response_id, streaming, time_to_first_token_ns, finish_reasons,
  input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, total_tokens, reported_cost,
  cost_total, cost_input, cost_output,
  session_id, user_id, tags, trace_name, tool_name, agent_name, prompt_name, prompt_version, input_preview, output_preview"""

PAYLOAD: LiteralString = """,
  input, output, input_key, output_key, attributes, resource_attributes,
  arrayMap(e -> (e.name, toUnixTimestamp64Nano(e.time), e.attributes), events) AS events, links"""

OF_TRACE: LiteralString = """
FROM spans FINAL
WHERE project_id = {project_id:UUID} AND trace_id = {trace_id:String}"""
OF_SPAN: LiteralString = " AND span_id = {span_id:String}"
IN_ORDER: LiteralString = " ORDER BY start_time, span_id LIMIT {limit:UInt32}"

COUNT: LiteralString = """
SELECT count() AS spans FROM spans FINAL WHERE project_id = {project_id:UUID} AND trace_id = {trace_id:String}"""

LOG_EVENTS: LiteralString = """
SELECT span_id, event_name, body, attributes, toUnixTimestamp64Nano(time) AS time_ns
FROM log_events FINAL
WHERE project_id = {project_id:UUID} AND trace_id = {trace_id:String}
ORDER BY time, event_name LIMIT 20000"""

LIGHT_SPANS: LiteralString = "WITH" + COST + "\nSELECT" + LIGHT + OF_TRACE + IN_ORDER
WHOLE_SPANS: LiteralString = "WITH" + COST + "\nSELECT" + LIGHT + PAYLOAD + OF_TRACE + IN_ORDER
WHOLE_SPAN: LiteralString = "WITH" + COST + "\nSELECT" + LIGHT + PAYLOAD + OF_TRACE + OF_SPAN + IN_ORDER


def span_count(store: Store, project_id: UUID, trace_id: str) -> int:
    return int(store.read(COUNT, {"project_id": project_id, "trace_id": trace_id})[0]["spans"])


def trace_spans(store: Store, project_id: UUID, trace_id: str, *, payloads: bool, limit: int) -> list[Row]:
    """Spans by start time, at most `limit`."""
    params = {"project_id": project_id, "trace_id": trace_id, "limit": limit}
    return store.read(WHOLE_SPANS if payloads else LIGHT_SPANS, params, Profile.API if payloads else Profile.UI)


def whole_span(store: Store, project_id: UUID, trace_id: str, span_id: str) -> Row | None:
    params = {"project_id": project_id, "trace_id": trace_id, "span_id": span_id, "limit": 1}
    rows = store.read(WHOLE_SPAN, params)
    return rows[0] if rows else None


def log_events(store: Store, project_id: UUID, trace_id: str) -> list[Row]:
    """GenAI events of the trace that came as logs, by time."""
    return store.read(LOG_EVENTS, {"project_id": project_id, "trace_id": trace_id})

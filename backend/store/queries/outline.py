"""All spans of one trace in few, light columns: what its tree, its totals and its graph are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from backend.store.client import Row, Store
from backend.store.prices import COST
from backend.store.queries.spans import OF_TRACE

# Ids travel as numbers, and names as what they are in the table (LowCardinality): 100,000 spans are read in half a second.
SKINNY: LiteralString = """
  reinterpretAsUInt64(reverse(unhex(span_id))) AS id,
  if(parent_span_id = '', 0, reinterpretAsUInt64(reverse(unhex(parent_span_id)))) AS parent,
  name, type, toUnixTimestamp64Nano(start_time) AS start_ns, duration_ns, time_to_first_token_ns AS first_token_ns,
  status_code, (status_code = 2 OR error_type != '') AS failed,
  input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, total_tokens,
  audio_input_tokens, audio_output_tokens,
  cost_total, cost_input, cost_output, reported_cost >= 0 AS reported,
  if(input_tokens >= 0 OR output_tokens >= 0 OR total_tokens >= 0 OR reported_cost >= 0, response_id, '') AS response,
  toLowCardinality(multiIf(
    type = 'tool' AND tool_name != '', toString(tool_name), type = 'agent' AND agent_name != '', toString(agent_name),
    type IN ('llm', 'embedding', 'reranker') AND used_model != '', toString(used_model), toString(name))) AS label,
  toLowCardinality(multiIf(
    pending, 'has not ended',
    failed, if(error_type != '', toString(error_type), substringUTF8(status_message, 1, 80)),
    used_model != '', if(position(name, used_model) = 0 AND (request_model = '' OR position(name, request_model) = 0), toString(used_model), ''),
    tool_name != '' AND position(name, tool_name) = 0, toString(tool_name),
    agent_name != '' AND position(name, agent_name) = 0, toString(agent_name), '')) AS detail"""

OUTLINE: LiteralString = (
    "WITH" + COST + "\nSELECT" + SKINNY + OF_TRACE + " ORDER BY start_time, span_id LIMIT {limit:UInt32}"
)

# No FINAL: a span that is there twice lies at the same place. The later version decides what is cached.
STAMP: LiteralString = """
SELECT uniqExact(span_id) AS spans, toUnixTimestamp64Nano(min(start_time)) AS first_ns,
       toUnixTimestamp64Nano(max(start_time)) AS last_ns, max(version) AS version,
       toUnixTimestamp64Nano(max(received_at)) AS received_ns
FROM spans WHERE project_id = {project_id:UUID} AND trace_id = {trace_id:String}"""

HEAD: LiteralString = (
    """
WITH if(response_model != '', response_model, request_model) AS used_model, (parent_span_id = '' ? 0 : 1, start_time, span_id) AS headness
SELECT argMin(name, headness) AS root_name, argMin(status_code, headness) AS root_status, min(headness).1 = 0 AS has_root, countIf(pending) AS pending,
  argMin(span_id, headness) AS root_span_id,
  argMinIf(environment, headness, environment != '') AS environment, argMinIf(release, headness, release != '') AS release,
  argMinIf(session_id, start_time, session_id != '') AS session_id, argMinIf(user_id, start_time, user_id != '') AS user_id,
  argMinIf(trace_name, start_time, trace_name != '') AS trace_name, arraySort(groupUniqArrayArray(50)(tags)) AS tags,
  arraySort(groupUniqArrayIf(50)(used_model, used_model != '' AND type IN ('llm', 'embedding', 'reranker'))) AS models"""
    + OF_TRACE
)

FOUND: LiteralString = (
    "SELECT span_id"
    + OF_TRACE
    + """
  AND (positionCaseInsensitiveUTF8(name, {text:String}) > 0
    OR positionCaseInsensitiveUTF8(input_preview, {text:String}) > 0 OR positionCaseInsensitiveUTF8(output_preview, {text:String}) > 0
    OR positionCaseInsensitiveUTF8(tool_name, {text:String}) > 0 OR positionCaseInsensitiveUTF8(agent_name, {text:String}) > 0
    OR positionCaseInsensitiveUTF8(request_model, {text:String}) > 0 OR positionCaseInsensitiveUTF8(response_model, {text:String}) > 0
    OR positionCaseInsensitiveUTF8(error_type, {text:String}) > 0 OR positionCaseInsensitiveUTF8(status_message, {text:String}) > 0
    OR span_id = lowerUTF8({text:String}))
LIMIT {limit:UInt32}"""
)

Columns = Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class TraceStamp:
    """Where a trace lies in time, and what tells its state of now from a later one."""

    spans: int
    first_ns: int
    last_ns: int
    version: int
    received_ns: int


def trace_stamp(store: Store, project_id: UUID, trace_id: str) -> TraceStamp | None:
    """None when there is no such trace."""
    row = store.read(STAMP, {"project_id": project_id, "trace_id": trace_id})[0]
    return TraceStamp(**{name: int(value) for name, value in row.items()}) if row["spans"] else None


def _params(project_id: UUID, trace_id: str, stamp: TraceStamp) -> dict[str, object]:
    return {
        "project_id": project_id,
        "trace_id": trace_id,
        "first_ns": stamp.first_ns,
        "last_ns": stamp.last_ns,
    }


def outline_columns(store: Store, project_id: UUID, trace_id: str, stamp: TraceStamp, limit: int) -> Columns:
    """The columns of SKINNY, spans by start time, at most `limit`."""
    return store.read_columns(OUTLINE, {**_params(project_id, trace_id, stamp), "limit": limit})


def trace_head(store: Store, project_id: UUID, trace_id: str, stamp: TraceStamp) -> Row:
    return store.read(HEAD, _params(project_id, trace_id, stamp))[0]


def found_spans(
    store: Store, project_id: UUID, trace_id: str, stamp: TraceStamp, text: str, limit: int
) -> Sequence[str]:
    """Ids of spans that say `text` in a name, a preview, a model or an error."""
    params = {**_params(project_id, trace_id, stamp), "text": text, "limit": limit}
    return store.read_columns(FOUND, params).get("span_id", ())

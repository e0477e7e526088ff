"""The normalising SELECTs, made from the table in columns.py: OTLP as ClickHouse decoded it -> `spans` and `log_events`."""

from __future__ import annotations

from backend.conventions.columns import FIELDS
from backend.conventions.derived import (
    exception_type,
    failed_http,
    finish_reasons,
    input_tokens,
    output_tokens,
    preview,
    provider,
    resource_value,
    status_code,
    time_to_first_token,
    type_expression,
)
from backend.conventions.otlp_values import nanoseconds, value_map, value_text
from backend.conventions.picking import NUMBER, column, first_filled, picked, picking

# Fields that only feed other columns.
FEEDERS = frozenset(
    {
        "type_word", "error_attribute", "http_status", "ttft_seconds", "ttft_milliseconds", "first_token_at", "metadata", "parameters",
        "cost_object", "braintrust_object", "braintrust_metadata", "genkit_name", "entity_name",
    }
) | {name for field in FIELDS for name in field.also}  # fmt: skip


def span_columns() -> dict[str, str]:
    """column of `spans` -> its SQL, in an order in which later ones may use earlier ones by name."""
    plain = {f.name: column(f.name) for f in FIELDS if f.name not in FEEDERS}
    columns = {
        "project_id": "toUUID(project_id)",
        "trace_id": "lower(hex(s.trace_id))",
        "span_id": "lower(hex(s.span_id))",
        # Some SDKs write "no parent" as eight zero bytes.
        "parent_span_id": "if(s.parent_span_id = unhex('0000000000000000'), '', lower(hex(s.parent_span_id)))",
        "start_time": nanoseconds("s.start_time_unix_nano"),
        "duration_ns": "toUInt64(greatest(toInt64(s.end_time_unix_nano) - toInt64(s.start_time_unix_nano), 0))",
        "received_at": nanoseconds("received_ns"),
        "version": "received_ns",
        "name": "s.name",
        # Numbers that the enums do not know count as not given.
        "kind": "toInt8(if(s.kind <= 5, s.kind, 0))",
        "status_code": status_code(),
        "status_message": "s.status.message",
        "scope_name": "scope.name",
        "scope_version": "scope.version",
        "service_name": resource_value("service_name"),
        **plain,
        "error_type": first_filled(picked("error_attribute"), exception_type(), failed_http()),
        "time_to_first_token_ns": time_to_first_token(),
        "provider": provider(),
        "finish_reasons": finish_reasons(),
        "tags": f"arrayFilter(x -> NOT match(x, '^(seq:step|map:key|graph:step):'), {plain['tags']})",
        "output_tokens": output_tokens(),
        "input_tokens": input_tokens(),
        "type": type_expression(),
        "input_key": f"keys[pos[indexOf(fields, {NUMBER['input']})]]",
        "output_key": f"keys[pos[indexOf(fields, {NUMBER['output']})]]",
        "input_preview": preview("input", role="user"),
        "output_preview": preview("output", role="assistant"),
        "attributes": "mapFromArrays(arrayFilter(k -> k != input_key AND k != output_key, keys), "
        "arrayFilter((v, k) -> k != input_key AND k != output_key, vals, keys))",
        "resource_attributes": "mapFromArrays(resource_keys, resource_vals)",
        "events": f"arrayMap(e -> ({nanoseconds('e.time_unix_nano')}, e.name, {value_map('e.attributes')}), s.events)",
        "links": f"arrayMap(l -> (lower(hex(l.trace_id)), lower(hex(l.span_id)), {value_map('l.attributes')}), s.links)",
    }
    for name in ("environment", "release", "session_id", "user_id"):
        columns[name] = first_filled(picked(name), resource_value(name))
    return columns


def normalising_select() -> str:
    """The SELECT of the materialized view that fills `spans` from `otlp_traces`."""
    select = ",\n  ".join(f"{expression} AS {name}" for name, expression in span_columns().items())
    attributes = f"""SELECT project_id, received_ns, resource_keys, resource_vals, scope, s, s.attributes.key AS keys,
       arrayMap(x -> {value_text("x")}, s.attributes.value) AS vals
FROM (
  SELECT project_id, received_ns, resource_keys, resource_vals, ss.scope AS scope, arrayJoin(ss.spans) AS s
  FROM (
    SELECT project_id, received_at AS received_ns, rs.resource.attributes.key AS resource_keys,
           arrayMap(x -> {value_text("x")}, rs.resource.attributes.value) AS resource_vals,
           arrayJoin(rs.scope_spans) AS ss
    FROM (SELECT project_id, received_at, arrayJoin(resource_spans) AS rs FROM otlp_traces)
  )
)"""
    return f"""
SELECT
  {select}
FROM (
{picking(attributes)}
)"""


# -- logs ---------------------------------------------------------------------------------------------------------------
def normalising_log_select() -> str:
    """The SELECT that keeps GenAI events of `otlp_logs` in `log_events`; other log records are not stored."""
    return f"""
SELECT toUUID(project_id) AS project_id, lower(hex(l.trace_id)) AS trace_id, lower(hex(l.span_id)) AS span_id,
  {nanoseconds("if(l.time_unix_nano = 0, if(l.observed_time_unix_nano = 0, received_ns, l.observed_time_unix_nano), l.time_unix_nano)")} AS time,
  if(l.event_name != '', l.event_name, attributes['event.name']) AS event_name,
  l.severity_text AS severity, {value_text("l.body")} AS body, {value_map("l.attributes")} AS attributes,
  {nanoseconds("received_ns")} AS received_at, received_ns AS version
FROM (
  SELECT project_id, received_ns, arrayJoin(sl.log_records) AS l
  FROM (
    SELECT project_id, received_at AS received_ns, arrayJoin(rl.scope_logs) AS sl
    FROM (SELECT project_id, received_at, arrayJoin(resource_logs) AS rl FROM otlp_logs)
  )
)
WHERE startsWith(event_name, 'gen_ai.')"""

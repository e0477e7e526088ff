"""Rows of the store -> the dataclasses of view.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from backend.conventions.columns import MAPPING_VERSION
from backend.conventions.mapping import SAID_IN_LOGS, explain, said_in_logs
from backend.conventions.messages import render
from backend.conventions.messages.schema import LogEvent, RawSpan
from backend.store.client import Row
from backend.traces.totals import Call, cost_of, counted, given, total_cost, total_usage, usage_of
from backend.traces.view import (
    Average,
    SpanError,
    SpanEvent,
    SpanLink,
    SpanSources,
    SpanView,
    Status,
    StatusCode,
    TraceRow,
    state_of,
)

STATUS: Mapping[int, StatusCode] = {1: "ok", 2: "error"}
KIND = ("unspecified", "internal", "server", "client", "producer", "consumer")


def call_of(row: Row) -> Call:
    return Call(
        row["span_id"],
        row["parent_span_id"],
        row["type"],
        row["input_tokens"],
        row["output_tokens"],
        row["cache_read_tokens"],
        row["cache_write_tokens"],
        row["reasoning_tokens"],
        row["total_tokens"],
        row["cost_total"],
        row["cost_input"],
        row["cost_output"],
        row["reported_cost"] >= 0,
        row["response_id"],
        row["audio_input_tokens"],
        row["audio_output_tokens"],
    )


def has_usage(call: Call) -> bool:
    return max(call.input_tokens, call.output_tokens, call.total_tokens) >= 0 or call.cost_total >= 0


def trace_row(row: Row, averages: Sequence[tuple[str, float, int]] = ()) -> TraceRow:
    head: tuple[Any, ...] = row["head"]
    span_id, name, kind, start_ns, status_code, input_preview, output_preview, service, environment, is_root = head
    calls = counted(Call(*values) for values in row["calls"])
    failed = status_code == 2 if is_root else row["error_count"] > 0
    return TraceRow(
        trace_id=row["trace_id"],
        root_span_id=span_id if is_root else "",
        name=row["first_trace_name"] or name,
        type=kind,
        start_ns=start_ns if is_root else row["first_ns"],
        duration_ns=row["end_ns"] - row["first_ns"],
        status="error" if failed else STATUS.get(status_code, "unset") if is_root else "unset",
        span_count=row["span_count"],
        error_count=row["error_count"],
        usage=total_usage(calls),
        cost=total_cost(calls),
        models=sorted(row["models"]),
        service_name=service,
        environment=environment,
        session_id=row["first_session_id"],
        user_id=row["first_user_id"],
        tags=list(row["all_tags"]),
        input_preview=input_preview or row["first_input"],
        output_preview=output_preview or row["last_output"],
        scores=[Average(*values) for values in averages],
        state=state_of(row["pending_count"], row["heard_ns"]),
    )


def light_fields(row: Row) -> dict[str, Any]:
    call = call_of(row)
    failed = row["status_code"] == 2 or bool(row["error_type"])
    return {
        "trace_id": row["trace_id"],
        "span_id": row["span_id"],
        "parent_span_id": row["parent_span_id"],
        "name": row["name"],
        "type": row["type"],
        "kind": KIND[row["kind"]] if 0 <= row["kind"] < len(KIND) else KIND[0],
        "start_ns": row["start_ns"],
        "duration_ns": row["duration_ns"],
        "pending": bool(row["pending"]),
        "status": Status(STATUS.get(row["status_code"], "unset"), row["status_message"]),
        "error": SpanError(row["error_type"], row["status_message"]) if failed else None,
        "service_name": row["service_name"],
        "scope_name": row["scope_name"],
        "scope_version": row["scope_version"],
        "environment": row["environment"],
        "release": row["release"],
        "provider": row["provider"],
        "operation": row["operation"],
        "request_model": row["request_model"],
        "response_model": row["response_model"],
        "response_id": row["response_id"],
        "streaming": None if row["streaming"] < 0 else bool(row["streaming"]),
        "time_to_first_token_ns": given(row["time_to_first_token_ns"]),
        "finish_reasons": list(row["finish_reasons"]),
        "usage": usage_of(call),
        "cost": cost_of(call),
        "session_id": row["session_id"],
        "user_id": row["user_id"],
        "tags": list(row["tags"]),
        "tool_name": row["tool_name"],
        "agent_name": row["agent_name"],
        "prompt_name": row["prompt_name"],
        "prompt_version": row["prompt_version"],
        "input_preview": row["input_preview"],
        "output_preview": row["output_preview"],
    }


def light_span(row: Row) -> SpanView:
    """A span without its payload."""
    return SpanView(**light_fields(row))


def raw_span(row: Row, events: list[Row]) -> RawSpan:
    return RawSpan(
        name=row["name"],
        type=row["type"],
        scope_name=row["scope_name"],
        attributes=dict(row["attributes"]),
        input=row["input"],
        output=row["output"],
        input_key=row["input_key"],
        output_key=row["output_key"],
        events=[(name, time_ns, dict(attributes)) for name, time_ns, attributes in row["events"]],
        log_events=[LogEvent(e["event_name"], e["body"], dict(e["attributes"])) for e in events],
        status_message=row["status_message"],
        status_code=row["status_code"],
    )


def span_sources(row: Row, log_events: list[Row]) -> SpanSources:
    span = raw_span(row, log_events)
    attributes = _all_attributes(row)
    mapping = explain(replace(span, attributes=attributes), dict(row["resource_attributes"]), row)
    return SpanSources(row["trace_id"], row["span_id"], mapping, row["mapping_version"], MAPPING_VERSION)


def _all_attributes(row: Row) -> dict[str, str]:
    """With the two that are stored as input and output."""
    kept_apart = {row["input_key"]: row["input"], row["output_key"]: row["output"]}
    return {**row["attributes"], **{key: value for key, value in kept_apart.items() if key}}


def whole_span(row: Row, log_events: list[Row]) -> SpanView:
    """A span with its payload, its messages rendered. `log_events`: those of this span."""
    fields = light_fields(row)
    raw = raw_span(row, log_events)
    rendered = render(raw)
    for name in SAID_IN_LOGS:
        fields[name] = fields[name] or said_in_logs(name, raw.log_events)
    if rendered.error and fields["error"]:
        known: SpanError = fields["error"]
        error = rendered.error
        fields["error"] = SpanError(error.type or known.type, error.message or known.message, error.stacktrace)
    reasons = [m["finish_reason"] for m in rendered.output_messages if m.get("finish_reason")]
    fields["finish_reasons"] = (reasons if rendered.streamed else fields["finish_reasons"]) or reasons
    return SpanView(
        **fields,
        input=row["input"],
        output=row["output"],
        input_messages=rendered.input_messages,
        output_messages=rendered.output_messages,
        tool_definitions=rendered.tool_definitions,
        tool=rendered.tool,
        documents=rendered.documents,
        attributes=_all_attributes(row),
        resource_attributes=dict(row["resource_attributes"]),
        events=[SpanEvent(name, time_ns, dict(attrs)) for name, time_ns, attrs in row["events"]]
        + [SpanEvent(e["event_name"], e["time_ns"], {**e["attributes"], "body": e["body"]}) for e in log_events],
        links=[
            SpanLink(trace_id, span_id, dict(attrs))
            for trace_id, span_id, attrs in (tuple(link.values()) for link in row["links"])
        ],
    )

"""Traces and spans as JSON (section 6 of the design). Built by hand: serializers would take longer than the query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from backend.core.limits import PREVIEW_CHARS
from backend.core.times import rfc3339
from backend.traces.groups import Group, Kind
from backend.traces.summary import milliseconds
from backend.traces.view import SpanEvent, SpanLink, SpanSources, SpanView, TraceView


def trace(view: TraceView) -> dict[str, Any]:
    return {
        "trace_id": view.trace_id,
        "name": view.name,
        "start_time": rfc3339(view.start_ns),
        "end_time": rfc3339(view.end_ns),
        "duration_ms": milliseconds(view.duration_ns),
        "status": view.status,
        "session_id": view.session_id or None,
        "user_id": view.user_id or None,
        "tags": view.tags,
        "usage": asdict(view.usage),
        "cost": asdict(view.cost),
        "span_count": view.span_count,
        "error_count": view.error_count,
        "payloads": view.payloads,
        "truncated": view.truncated,
        "scores": view.scores,
        "spans": [span(item) for item in view.spans],
    }


def group(kind: Kind, view: Group) -> dict[str, Any]:
    """A session or a user."""
    usage = {name: getattr(view.usage, name) for name in ("input_tokens", "output_tokens", "total_tokens")}
    both = {
        "first_activity": rfc3339(view.first_ns),
        "last_activity": rfc3339(view.last_ns),
        "trace_count": view.trace_count,
        "failed_trace_count": view.failed_count,
        "span_count": view.span_count,
        "error_count": view.error_count,
        "usage": usage,
        "cost": {"total": view.cost.total, "currency": view.cost.currency, "complete": view.cost.source == "computed"},
        "models": view.models,
    }
    if kind == "user":
        return {"user_id": view.id, **both, "session_count": view.session_count}
    return {
        "session_id": view.id,
        **both,
        "duration_ms": milliseconds(view.duration_ns),
        "users": view.users,
        "input_preview": view.input_preview,
        "scores": [asdict(average) for average in view.scores],
    }


def span(view: SpanView) -> dict[str, Any]:
    first_token = view.time_to_first_token_ns
    return {
        "trace_id": view.trace_id,
        "span_id": view.span_id,
        "parent_span_id": view.parent_span_id or None,
        "name": view.name,
        "type": view.type,
        "kind": view.kind,
        "start_time": rfc3339(view.start_ns),
        "end_time": rfc3339(view.end_ns),
        "duration_ms": milliseconds(view.duration_ns),
        "status": {"code": view.status.code, "message": view.status.message},
        "error": None if view.error is None else asdict(view.error),
        "service_name": view.service_name,
        "scope": {"name": view.scope_name, "version": view.scope_version},
        "environment": view.environment or None,
        "release": view.release or None,
        "provider": view.provider or None,
        "operation": view.operation or None,
        "request_model": view.request_model or None,
        "response_model": view.response_model or None,
        "response_id": view.response_id or None,
        "streaming": view.streaming,
        "time_to_first_token_ms": None if first_token is None else milliseconds(first_token),
        "tokens_per_second": view.tokens_per_second,
        "finish_reasons": view.finish_reasons,
        "usage": asdict(view.usage),
        "cost": asdict(view.cost),
        "agent_name": view.agent_name or None,
        "input_messages": view.input_messages,
        "output_messages": view.output_messages,
        "input_preview": view.input_preview,
        "output_preview": view.output_preview,
        "input": view.input,
        "output": view.output,
        "tool": view.tool,
        "tool_definitions": view.tool_definitions,
        "documents": view.documents,
        "session_id": view.session_id or None,
        "user_id": view.user_id or None,
        "tags": view.tags,
        "prompt": {"name": view.prompt_name, "version": view.prompt_version or None} if view.prompt_name else None,
        "attributes": view.attributes,
        "resource_attributes": view.resource_attributes,
        "events": events(view.events),
        "links": links(view.links),
    }


def span_mapping(found: SpanSources) -> dict[str, Any]:
    mapping = found.mapping
    return {
        "trace_id": found.trace_id,
        "span_id": found.span_id,
        "mapping_version": found.mapping_version,
        "current_version": found.current_version,
        "fields": [
            {
                "name": one.name,
                "source": one.source,
                "key": one.key or None,
                "member": one.member or None,
                "value": shortened(one.value),
                "stored": shortened(one.stored),
                "lost": [
                    {"source": c.source, "key": c.key, "member": c.member or None, "value": shortened(c.value)}
                    for c in one.lost
                ],
            }
            for one in mapping.fields
        ],
        "messages": {
            "convention": mapping.convention or None,
            "conventions": mapping.conventions,
            "attributes": mapping.read,
        },
        "unused": mapping.unused,
        "unused_resource": mapping.unused_resource,
    }


def shortened(text: str) -> str:
    return text if len(text) <= PREVIEW_CHARS else text[:PREVIEW_CHARS] + "…"


def events(found: Sequence[SpanEvent]) -> list[dict[str, Any]]:
    return [{"name": e.name, "time": rfc3339(e.time_ns), "attributes": e.attributes} for e in found]


def links(found: Sequence[SpanLink]) -> list[dict[str, Any]]:
    return [{"trace_id": k.trace_id, "span_id": k.span_id, "attributes": k.attributes} for k in found]

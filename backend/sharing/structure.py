"""What is left of a trace when its inputs and outputs are not shared: its structure, times, usage and cost.

Fields are kept by name. A field that is not named here, and any that is added later, comes out empty.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from backend.traces.view import SpanError, SpanView, Status, TraceView

KEPT = frozenset(
    {
        *("trace_id", "span_id", "parent_span_id", "name", "type", "kind", "start_ns", "duration_ns"),
        *("service_name", "scope_name", "scope_version", "environment", "release"),
        *("provider", "operation", "request_model", "response_model", "streaming", "time_to_first_token_ns"),
        *("finish_reasons", "usage", "cost", "tool_name", "agent_name", "prompt_name", "prompt_version"),
    }
)
# Of these a part is kept: whether it failed and with what type of error, never the message.
PARTLY = frozenset({"status", "error"})
EMPTY: tuple[type[Any], ...] = (str, list, dict)


def span_structure(span: SpanView) -> SpanView:
    kept: dict[str, Any] = {}
    for field in fields(SpanView):
        value: Any = getattr(span, field.name)
        kept[field.name] = value if field.name in KEPT | PARTLY else _empty(value)
    kept["status"] = Status(span.status.code)
    kept["error"] = SpanError(span.error.type, "") if span.error else None
    return SpanView(**kept)


def trace_structure(trace: TraceView) -> TraceView:
    """Names of people and sessions, tags and scores stay behind, too: senders put anything into them."""
    return replace(
        trace,
        session_id="",
        user_id="",
        tags=[],
        scores=[],
        spans=[span_structure(span) for span in trace.spans],
        payloads=False,
    )


def _empty(value: Any) -> Any:
    """The empty value of the same kind; None for what has none."""
    return next((kind() for kind in EMPTY if isinstance(value, kind)), None)

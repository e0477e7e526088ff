"""Spans and traces made in one line, for tests of the screens."""

from __future__ import annotations

from typing import Any

from backend.store.queries.outline import TraceStamp
from backend.traces.outline import Outline, build_outline
from backend.traces.outlines import TraceOutline, assembled
from backend.traces.view import Cost, SpanView, Status, TraceRow, TraceView, Usage

START_NS = 1_763_694_764_000_000_000  # 2025-11-21 03:12:44 UTC
TRACE_ID = "0af7651916cd43dd8448eb211c80319c"


def span(number: int, parent: int = 0, *, at_ms: int = 0, ms: int = 100, **fields: Any) -> SpanView:
    """Span `number` (its id), below span `parent` (0: a root)."""
    plain: dict[str, Any] = {
        "name": f"span {number}", "type": "span", "kind": "internal", "status": Status("unset"), "error": None,
        "service_name": "shop", "scope_name": "test", "scope_version": "1", "environment": "", "release": "",
        "provider": "", "operation": "", "request_model": "", "response_model": "", "response_id": "",
        "streaming": None, "time_to_first_token_ns": None, "finish_reasons": [], "usage": Usage(), "cost": Cost(),
        "session_id": "", "user_id": "", "tags": [], "tool_name": "", "agent_name": "", "prompt_name": "",
        "prompt_version": "",
    }  # fmt: skip
    return SpanView(
        trace_id=TRACE_ID,
        span_id=f"{number:016x}",
        parent_span_id=f"{parent:016x}" if parent else "",
        start_ns=START_NS + at_ms * 1_000_000,
        duration_ns=ms * 1_000_000,
        **{**plain, **fields},
    )


def trace(spans: list[SpanView], **fields: Any) -> TraceView:
    start = min(s.start_ns for s in spans)
    plain: dict[str, Any] = {
        "trace_id": TRACE_ID, "name": spans[0].name, "start_ns": start,
        "duration_ns": max(s.end_ns for s in spans) - start,
        "status": "ok", "session_id": "", "user_id": "", "tags": [], "usage": Usage(), "cost": Cost(),
        "span_count": len(spans), "error_count": 0, "spans": spans, "scores": [], "payloads": False,
    }  # fmt: skip
    return TraceView(**{**plain, **fields})


def row(number: int = 1, **fields: Any) -> TraceRow:
    plain: dict[str, Any] = {
        "trace_id": f"{number:032x}", "root_span_id": "a" * 16, "name": f"trace {number}", "type": "agent",
        "start_ns": START_NS, "duration_ns": 2_000_000_000, "status": "ok", "span_count": 3, "error_count": 0,
        "usage": Usage(), "cost": Cost(), "models": [], "service_name": "shop", "environment": "", "session_id": "",
        "user_id": "", "tags": [], "input_preview": "", "output_preview": "",
    }  # fmt: skip
    return TraceRow(**{**plain, **fields})


def columns(spans: list[SpanView]) -> dict[str, list[Any]]:
    """What backend.store.queries.outline reads of these spans."""

    def number(value: float | None) -> float:
        return -1 if value is None else value

    rows = [
        {
            "id": int(s.span_id, 16), "parent": int(s.parent_span_id or "0", 16), "name": s.name, "type": s.type,
            "start_ns": s.start_ns, "duration_ns": s.duration_ns, "first_token_ns": number(s.time_to_first_token_ns),
            "status_code": {"unset": 0, "ok": 1, "error": 2}[s.status.code],
            "failed": s.status.code == "error" or s.error is not None,
            **{name: number(getattr(s.usage, name)) for name in Usage.__dataclass_fields__},
            **{f"cost_{name}": number(getattr(s.cost, name)) for name in ("total", "input", "output")},
            "reported": s.cost.source == "reported", "response": s.response_id,
            "label": s.tool_name or s.agent_name or s.response_model or s.request_model or s.name,
            "detail": s.error.type if s.error else s.response_model or s.request_model,
        }
        for s in sorted(spans, key=lambda s: s.start_ns)
    ]  # fmt: skip
    return {name: [row[name] for row in rows] for name in rows[0]}


def outline(spans: list[SpanView]) -> Outline:
    return build_outline(columns(spans))


def trace_outline(view: TraceView) -> TraceOutline:
    """The outline that the store would give of this trace."""
    root = next((s for s in view.spans if not s.parent_span_id), view.spans[0])
    head = {
        "pending": 0,
        "root_name": root.name, "root_status": {"ok": 1, "error": 2}.get(root.status.code, 0),
        "has_root": not root.parent_span_id, "environment": root.environment, "release": root.release,
        "session_id": view.session_id, "user_id": view.user_id, "trace_name": view.name, "tags": view.tags,
        "models": sorted({m for s in view.spans if (m := s.response_model or s.request_model)}),
    }  # fmt: skip
    stamp = TraceStamp(view.span_count, view.start_ns, view.end_ns, 1, view.end_ns)
    return assembled(view.trace_id, head, outline(view.spans), stamp)

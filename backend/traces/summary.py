"""One trace of a list as plain data: what the REST API and a download say of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from backend.core.times import rfc3339
from backend.traces.view import TraceRow

NS_PER_MS = 1_000_000


def milliseconds(nanoseconds: int) -> float:
    """Six digits after the point are nanoseconds; a float has them up to 104 days."""
    return nanoseconds / NS_PER_MS


def summary(row: TraceRow) -> dict[str, Any]:
    """Without payloads; what was not given is None."""
    return {
        "trace_id": row.trace_id,
        "root_span_id": row.root_span_id or None,
        "name": row.name,
        "type": row.type,
        "start_time": rfc3339(row.start_ns),
        "end_time": rfc3339(row.start_ns + row.duration_ns),
        "duration_ms": milliseconds(row.duration_ns),
        "status": row.status,
        "state": row.state,
        "span_count": row.span_count,
        "error_count": row.error_count,
        "usage": asdict(row.usage),
        "cost": asdict(row.cost),
        "models": row.models,
        "service_name": row.service_name,
        "environment": row.environment or None,
        "session_id": row.session_id or None,
        "user_id": row.user_id or None,
        "tags": row.tags,
        "scores": [asdict(average) for average in row.scores],
        "input_preview": row.input_preview,
        "output_preview": row.output_preview,
    }

"""Fingerprints of what went into the spans of a trace and what came out: whether two spans said the same, unread."""

from __future__ import annotations

from typing import LiteralString
from uuid import UUID

from backend.store.client import Store
from backend.store.queries.spans import IN_ORDER, OF_TRACE, TraceBounds

DIGESTS: LiteralString = (
    "\nSELECT span_id, cityHash64(input) AS input, cityHash64(output) AS output" + OF_TRACE + IN_ORDER
)


def span_digests(
    store: Store, project_id: UUID, trace_id: str, bounds: TraceBounds, limit: int
) -> dict[str, tuple[int, int]]:
    """By span id, of the first `limit` spans by start time."""
    params: dict[str, object] = {
        "project_id": project_id,
        "trace_id": trace_id,
        "first_ns": bounds.first_ns,
        "last_ns": bounds.last_ns,
        "limit": limit,
    }
    rows = store.read(DIGESTS, params)
    return {row["span_id"]: (int(row["input"]), int(row["output"])) for row in rows}

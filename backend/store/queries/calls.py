"""The model calls around one call: light rows to choose from, and the payload of the few that were chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from backend.core.limits import SECOND_NS
from backend.store.client import Row, Store
from backend.store.prices import COST
from backend.store.queries.spans import LIGHT, PAYLOAD, WITHIN

HOUR_NS = 3_600 * SECOND_NS
# An agent that waits longer than this for a person starts a new conversation here.
BACK_NS = 6 * HOUR_NS
SESSION_BACK_NS = 24 * HOUR_NS

CALL: LiteralString = """
SELECT trace_id, span_id, parent_span_id, name, agent_name, if(response_model != '', response_model, request_model) AS model,
  toUnixTimestamp64Nano(start_time) AS start_ns, duration_ns"""
BEFORE: LiteralString = """
  AND start_time < fromUnixTimestamp64Nano({last_ns:Int64}) AND span_id != {span_id:String}
ORDER BY start_time DESC LIMIT {limit:UInt32}"""
AFTER: LiteralString = """
  AND start_time > fromUnixTimestamp64Nano({first_ns:Int64}) AND span_id != {span_id:String}
ORDER BY start_time LIMIT {limit:UInt32}"""
# Safe before FINAL: versions of one span have one trace_id, and one session_id in all that SDKs were seen to send.
IN_TRACE: LiteralString = (
    """
FROM spans FINAL
PREWHERE trace_id = {trace_id:String}
WHERE project_id = {project_id:UUID} AND type = 'llm'"""
    + WITHIN
)
IN_SESSION: LiteralString = (
    """
FROM spans FINAL
PREWHERE session_id = {session_id:String}
WHERE project_id = {project_id:UUID} AND type = 'llm'"""
    + WITHIN
)

CALLS_BEFORE: LiteralString = CALL + IN_TRACE + BEFORE
CALLS_AFTER: LiteralString = CALL + IN_TRACE + AFTER
SESSION_BEFORE: LiteralString = CALL + IN_SESSION + BEFORE

WHOLE_CALLS: LiteralString = (
    "WITH"
    + COST
    + "\nSELECT"
    + LIGHT
    + PAYLOAD
    + """
FROM spans FINAL
PREWHERE trace_id IN {trace_ids:Array(String)}
WHERE project_id = {project_id:UUID} AND span_id IN {span_ids:Array(String)} AND length(input) <= {bytes:UInt64}"""
    + WITHIN
)


def calls_before(store: Store, project_id: UUID, trace_id: str, span_id: str, start_ns: int, limit: int) -> list[Row]:
    """Model calls of the trace that began before, the latest first."""
    params = {"project_id": project_id, "trace_id": trace_id, "span_id": span_id, "limit": limit}
    return store.read(CALLS_BEFORE, {**params, "first_ns": max(start_ns - BACK_NS, 0), "last_ns": start_ns})


def calls_after(store: Store, project_id: UUID, trace_id: str, span_id: str, start_ns: int, limit: int) -> list[Row]:
    """Model calls of the trace that began after, the earliest first."""
    params = {"project_id": project_id, "trace_id": trace_id, "span_id": span_id, "limit": limit}
    return store.read(CALLS_AFTER, {**params, "first_ns": start_ns, "last_ns": start_ns + BACK_NS})


def session_calls_before(
    store: Store, project_id: UUID, session_id: str, span_id: str, start_ns: int, limit: int
) -> list[Row]:
    """Model calls of the session, in any trace, that began before, the latest first."""
    params = {"project_id": project_id, "session_id": session_id, "span_id": span_id, "limit": limit}
    return store.read(SESSION_BEFORE, {**params, "first_ns": max(start_ns - SESSION_BACK_NS, 0), "last_ns": start_ns})


def whole_calls(store: Store, project_id: UUID, calls: Sequence[Row], max_bytes: int) -> list[Row]:
    """The payloads of these light rows, those with a longer input left out."""
    starts = [int(call["start_ns"]) for call in calls]
    return store.read(
        WHOLE_CALLS,
        {
            "project_id": project_id,
            "trace_ids": sorted({str(call["trace_id"]) for call in calls}),
            "span_ids": [str(call["span_id"]) for call in calls],
            "bytes": max_bytes,
            "first_ns": min(starts),
            "last_ns": max(starts),
        },
    )

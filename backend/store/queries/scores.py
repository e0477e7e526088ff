"""Scores: judgements of traces, spans and sessions, one row per id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from backend.store.client import Profile, Row, Store

COLUMNS: tuple[LiteralString, ...] = (
    "project_id", "id", "trace_id", "span_id", "session_id", "name", "source", "data_type", "value", "text_value",
    "comment", "author", "metadata", "created_at", "version", "deleted",
)  # fmt: skip

FIELDS: LiteralString = """
id, trace_id, span_id, session_id, name, source, data_type, value, text_value, comment, author, metadata,
toUnixTimestamp64Nano(created_at) AS created_ns"""

OF_TRACE: LiteralString = (
    "SELECT "
    + FIELDS
    + """
FROM scores FINAL WHERE project_id = {project_id:UUID} AND trace_id = {trace_id:String} AND deleted = 0
ORDER BY created_at, id LIMIT {limit:UInt32}"""
)

PAGE: LiteralString = (
    "SELECT "
    + FIELDS
    + """
FROM scores FINAL WHERE project_id = {project_id:UUID} AND deleted = 0
AND created_at >= fromUnixTimestamp64Nano({start_ns:Int64}) AND created_at < fromUnixTimestamp64Nano({end_ns:Int64})
AND (toUnixTimestamp64Nano(created_at), id) < ({after_ns:Int64}, {after_id:String})
AND (empty({trace_id:String}) OR trace_id = {trace_id:String})
AND (empty({span_id:String}) OR span_id = {span_id:String})
AND (empty({session_id:String}) OR session_id = {session_id:String})
AND (empty({name:String}) OR name = {name:String})
ORDER BY created_at DESC, id DESC LIMIT {limit:UInt32}"""
)

AVERAGES: LiteralString = """
SELECT trace_id, name, avg(value) AS mean, count() AS scores
FROM scores FINAL
WHERE project_id = {project_id:UUID} AND trace_id IN {trace_ids:Array(String)} AND deleted = 0
  AND data_type IN ('numeric', 'boolean')
GROUP BY trace_id, name ORDER BY trace_id, name"""

# Given to the session itself, not to one of its traces.
OF_SESSIONS: LiteralString = """
SELECT session_id, name, avg(value) AS mean, count() AS scores
FROM scores FINAL
WHERE project_id = {project_id:UUID} AND session_id IN {session_ids:Array(String)} AND trace_id = '' AND deleted = 0
  AND data_type IN ('numeric', 'boolean')
GROUP BY session_id, name ORDER BY session_id, name"""

CREATED: LiteralString = """
SELECT id, toUnixTimestamp64Nano(created_at) AS created_ns
FROM scores FINAL WHERE project_id = {project_id:UUID} AND id IN {ids:Array(String)} AND deleted = 0"""


def insert_scores(store: Store, rows: Sequence[Sequence[object]]) -> None:
    """Rows in the order of COLUMNS."""
    store.insert("scores", COLUMNS, rows)


def scores_of_trace(store: Store, project_id: UUID, trace_id: str, limit: int) -> list[Row]:
    """All scores of a trace and its spans, oldest first."""
    return store.read(OF_TRACE, {"project_id": project_id, "trace_id": trace_id, "limit": limit}, Profile.API)


def averages(store: Store, project_id: UUID, trace_ids: Sequence[str]) -> list[Row]:
    """trace_id, name, mean, scores: of the numeric and boolean scores of these traces and their spans."""
    return store.read(AVERAGES, {"project_id": project_id, "trace_ids": list(trace_ids)})


def averages_of_sessions(store: Store, project_id: UUID, session_ids: Sequence[str]) -> list[Row]:
    """session_id, name, mean, scores: of the numeric and boolean scores given to these sessions as a whole."""
    return store.read(OF_SESSIONS, {"project_id": project_id, "session_ids": list(session_ids)})


def score_page(
    store: Store,
    project_id: UUID,
    *,
    start_ns: int,
    end_ns: int,
    after: tuple[int, str],
    trace_id: str,
    span_id: str,
    session_id: str,
    name: str,
    limit: int,
) -> list[Row]:
    """Scores made in [start_ns, end_ns) that come before the position `after` (time, id), newest first. "" is any."""
    params = {
        "project_id": project_id,
        "start_ns": start_ns,
        "end_ns": end_ns,
        "after_ns": after[0],
        "after_id": after[1],
        "trace_id": trace_id,
        "span_id": span_id,
        "session_id": session_id,
        "name": name,
        "limit": limit,
    }
    return store.read(PAGE, params, Profile.API)


def created_times(store: Store, project_id: UUID, ids: Sequence[str]) -> dict[str, int]:
    """When the scores with these ids were first made; ids that are new are missing."""
    rows = store.read(CREATED, {"project_id": project_id, "ids": list(ids)}, Profile.API)
    return {row["id"]: row["created_ns"] for row in rows}

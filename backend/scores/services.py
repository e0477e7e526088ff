"""Writing and reading scores. A score sent again under its id replaces itself and keeps its time."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from backend.core import cursors, limits
from backend.core.errors import InvalidInput
from backend.scores.check import Checked, check_score
from backend.scores.view import NewScore, Score, ScorePage
from backend.store import client
from backend.store.client import Row
from backend.store.queries import scores as queries

# The largest time that DateTime64(9) has, in the year 2262.
END_OF_TIME_NS = (1 << 63) - 1
# A page of a trace shows its scores at once; more are in the list.
MAX_SCORES_OF_TRACE = 5_000


def create_scores(project_id: UUID, scores: Sequence[NewScore], *, author: str) -> list[Score]:
    """Store all or, when one is wrong, none. InvalidInput names the field ("3.value" in a list). Of two with the same
    id the last one counts."""
    if not 0 < len(scores) <= limits.MAX_SCORES_PER_REQUEST:
        raise InvalidInput(f"Send 1 to {limits.MAX_SCORES_PER_REQUEST:,} scores at once.")
    checked = [check_score(score, f"{i}." if len(scores) > 1 else "") for i, score in enumerate(scores)]
    now = time.time_ns()
    given = [score.id for score in scores if score.id]
    earlier = queries.created_times(client.current(), project_id, given) if given else {}
    made = [
        _score(score, checked[i], author, earlier.get(score.id) or score.created_ns or now + i)
        for i, score in enumerate(scores)
    ]  # one nanosecond apart, so that the list keeps their order
    rows = [_row(project_id, score, parts, now + i) for i, (score, parts) in enumerate(zip(made, checked, strict=True))]
    queries.insert_scores(client.current(), rows)
    return made


def list_scores(
    project_id: UUID,
    *,
    trace_id: str | None = None,
    span_id: str | None = None,
    session_id: str | None = None,
    name: str | None = None,
    start_ns: int = 0,
    end_ns: int = END_OF_TIME_NS,
    cursor: str | None = None,
    limit: int = limits.PAGE_SIZE,
) -> ScorePage:
    """Newest first; all given conditions hold. Raises InvalidInput naming the wrong argument."""
    if not 1 <= limit <= limits.MAX_PAGE_SIZE:
        raise InvalidInput(f"limit must lie between 1 and {limits.MAX_PAGE_SIZE}.", field="limit")
    if start_ns >= end_ns:
        raise InvalidInput("The time range ends before it begins.", field="from")
    rows = queries.score_page(
        client.current(),
        project_id,
        start_ns=max(start_ns, 0),
        end_ns=min(end_ns, END_OF_TIME_NS),
        after=_position(cursor) if cursor else (END_OF_TIME_NS, ""),
        trace_id=(trace_id or "").lower(),
        span_id=(span_id or "").lower(),
        session_id=session_id or "",
        name=name or "",
        limit=limit + 1,
    )
    found = [_from_row(row) for row in rows[:limit]]
    last = found[-1] if len(rows) > limit else None
    return ScorePage(found, cursors.encode(last.created_ns, last.id) if last else None)


def scores_of_trace(project_id: UUID, trace_id: str) -> list[dict[str, Any]]:
    """The scores of a trace and its spans as the REST API shows them, oldest first."""
    rows = queries.scores_of_trace(client.current(), project_id, trace_id, MAX_SCORES_OF_TRACE)
    return [_from_row(row).as_dict() for row in rows]


def averages_of_traces(project_id: UUID, trace_ids: Sequence[str]) -> dict[str, list[tuple[str, float, int]]]:
    """(name, mean, how many) of the numeric scores of each trace, by name. True counts as 1."""
    means: dict[str, list[tuple[str, float, int]]] = {}
    for row in queries.averages(client.current(), project_id, trace_ids):
        means.setdefault(row["trace_id"], []).append((row["name"], float(row["mean"]), int(row["scores"])))
    return means


def averages_of_sessions(project_id: UUID, session_ids: Sequence[str]) -> dict[str, list[tuple[str, float, int]]]:
    """(name, mean, how many) of the numeric scores given to each session as a whole, by name. True counts as 1."""
    means: dict[str, list[tuple[str, float, int]]] = {}
    for row in queries.averages_of_sessions(client.current(), project_id, session_ids):
        means.setdefault(row["session_id"], []).append((row["name"], float(row["mean"]), int(row["scores"])))
    return means


def _position(cursor: str) -> tuple[int, str]:
    match cursors.decode(cursor):
        case [int(created_ns), str(score_id)] if 0 <= created_ns <= END_OF_TIME_NS:
            return created_ns, score_id
        case _:
            raise InvalidInput("The cursor is not one that a list gave.", field="cursor")


def _score(score: NewScore, checked: Checked, author: str, created_ns: int) -> Score:
    return Score(
        id=score.id or uuid.uuid4().hex,
        name=score.name.strip(),
        value=_value(checked.data_type, checked.number, checked.text),
        data_type=checked.data_type,
        trace_id=checked.trace_id,
        span_id=checked.span_id,
        session_id=score.session_id,
        comment=score.comment,
        source=score.source,
        author=author,
        metadata=score.metadata,
        created_ns=created_ns,
    )


def _value(data_type: str, number: float, text: str) -> float | bool | str:
    if data_type == "numeric":
        return number
    return bool(number) if data_type == "boolean" else text


def _row(project_id: UUID, score: Score, checked: Checked, version: int) -> tuple[object, ...]:
    return (
        project_id, score.id, score.trace_id, score.span_id, score.session_id, score.name, score.source,
        score.data_type, checked.number, checked.text, score.comment, score.author, dict(score.metadata),
        score.created_ns, version, 0,
    )  # fmt: skip


def _from_row(row: Row) -> Score:
    kind = row["data_type"]
    return Score(
        id=row["id"],
        name=row["name"],
        value=_value(kind, row["value"], row["text_value"]),
        data_type=kind,
        trace_id=row["trace_id"],
        span_id=row["span_id"],
        session_id=row["session_id"],
        comment=row["comment"],
        source=row["source"],
        author=row["author"],
        metadata=row["metadata"],
        created_ns=row["created_ns"],
    )

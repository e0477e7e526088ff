"""The call before and the call after a model call of one conversation, and what this one adds to the former."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from backend.core import limits
from backend.store import client
from backend.store.client import Row
from backend.store.queries import calls as queries
from backend.store.queries import spans as span_queries
from backend.store.queries.spans import TraceBounds
from backend.traces import assemble, conversation
from backend.traces.conversation import Difference
from backend.traces.view import SpanView


@dataclass(frozen=True)
class CallLink:
    """Where another call is."""

    trace_id: str
    span_id: str
    name: str


@dataclass(frozen=True)
class Neighbours:
    """`difference`: of this call's messages to those of `previous`."""

    previous: CallLink | None = None
    next: CallLink | None = None
    difference: Difference | None = None


def neighbours(project_id: UUID, span: SpanView) -> Neighbours:
    """Looks at light rows first and reads at most CALLS_COMPARED payloads. Empty for what is no model call."""
    if span.type != "llm":
        return Neighbours()
    store, few = client.current(), limits.CALLS_LOOKED_AT
    place = (project_id, span.trace_id, span.span_id, span.start_ns, few)
    later = _after(span, queries.calls_after(store, *place))
    earlier = _ended(span, queries.calls_before(store, *place))
    found = _conversation(project_id, span, earlier)
    if found is None and span.session_id:
        others = queries.session_calls_before(
            store, project_id, span.session_id, span.span_id, span.start_ns, limits.CALLS_LOOKED_AT
        )
        found = _conversation(project_id, span, [row for row in _ended(span, others) if row not in earlier])
    previous, difference = found or (None, None)
    return Neighbours(previous, later, difference)


def _ended(span: SpanView, rows: list[Row]) -> list[Row]:
    """Calls that had ended when this one began: neither its parents nor those beside it. The likeliest come first."""
    ended = [row for row in rows if row["start_ns"] + int(row["duration_ns"]) <= span.start_ns]
    return sorted(ended, key=lambda row: _unlike(span, row))


def _unlike(span: SpanView, row: Row) -> tuple[bool, bool, bool]:
    return (
        row["parent_span_id"] != span.parent_span_id,
        row["agent_name"] != span.agent_name,
        row["model"] != (span.response_model or span.request_model),
    )


def _after(span: SpanView, rows: list[Row]) -> CallLink | None:
    """The next call of the same parent, or of the same agent; else one of the same name."""
    rows = [row for row in rows if row["start_ns"] >= span.end_ns]
    of_parent = [row for row in rows if row["parent_span_id"] == span.parent_span_id]
    of_agent = [row for row in rows if span.agent_name and row["agent_name"] == span.agent_name]
    alike = [row for row in rows if row["name"] == span.name]
    found = of_parent or of_agent or alike
    return _link(found[0]) if found else None


def _link(row: Row) -> CallLink:
    return CallLink(row["trace_id"], row["span_id"], row["name"])


def _conversation(project_id: UUID, span: SpanView, candidates: list[Row]) -> tuple[CallLink, Difference] | None:
    """The first of the likeliest calls whose messages this one goes on from; of equals, the one it shares most with."""
    candidates = candidates[: limits.CALLS_COMPARED]
    if not candidates or not span.input_messages:
        return None
    best: tuple[int, CallLink, Difference] | None = None
    for row, call in _whole(project_id, candidates):
        if not call.input_messages:
            continue
        difference = conversation.compare(call.input_messages, call.output_messages, span.input_messages)
        if not conversation.continues(difference, span.input_messages):
            continue
        shared = difference.count("same", "answer")
        if best is None or shared > best[0]:
            best = (shared, _link(row), difference)
    return (best[1], best[2]) if best else None


def _whole(project_id: UUID, rows: list[Row]) -> list[tuple[Row, SpanView]]:
    store = client.current()
    whole = {row["span_id"]: row for row in queries.whole_calls(store, project_id, rows, limits.COMPARED_BYTES)}
    events: dict[str, list[Row]] = defaultdict(list)
    starts = [int(row["start_ns"]) for row in rows]
    for trace_id in sorted({str(row["trace_id"]) for row in rows}):
        bounds = TraceBounds(len(rows), min(starts), max(starts))
        for event in span_queries.log_events(store, project_id, trace_id, bounds):
            events[event["span_id"]].append(event)
    found = [row for row in rows if row["span_id"] in whole]
    return [(row, assemble.whole_span(whole[row["span_id"]], events[row["span_id"]])) for row in found]

"""A session as a conversation: a turn for each of its traces, with what was asked, what was answered and the steps."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from uuid import UUID

from backend.core import limits
from backend.store import client
from backend.store.client import Row
from backend.store.queries import groups as group_queries
from backend.store.queries import turns as queries
from backend.traces import assemble, services
from backend.traces.groups import of_group
from backend.traces.listing import TraceQuery
from backend.traces.view import Message, SpanView, TracePage, TraceRow


@dataclass(slots=True)
class Step:
    """A span between question and answer."""

    span_id: str
    name: str
    type: str
    duration_ns: int
    failed: bool
    message: str


@dataclass(slots=True)
class Said:
    """What one span was asked or answered: its messages and which of them it was; without messages a text."""

    span_id: str = ""
    messages: list[Message] = field(default_factory=list[Message])
    at: int = 0
    text: str = ""


@dataclass(slots=True)
class Turn:
    """A trace of a session."""

    trace: TraceRow
    asked: Said
    answered: Said
    cut: bool = False  # a payload was too large to be read along: the texts are previews
    steps: list[Step] = field(default_factory=list[Step])
    more_steps: bool = False

    @property
    def failures(self) -> list[Step]:
        return [step for step in self.steps if step.failed]


@dataclass(slots=True)
class Turns:
    results: list[Turn]
    next_cursor: str | None


def session_traces(
    project_id: UUID, session_id: str, *, cursor: str | None = None, limit: int = limits.TURNS_PER_PAGE
) -> TracePage:
    """The traces of a session, the oldest first. Raises InvalidInput for a wrong cursor or limit."""
    bounds = group_queries.bounds_of(client.current(), project_id, "session", session_id)
    if bounds is None:
        return TracePage([], None)
    # A trace that names its session late began before that.
    query = TraceQuery(
        start_ns=max(bounds[0] - limits.DAY_NS, 0), end_ns=bounds[1] + 1,
        filter=of_group("session", session_id), order="oldest", cursor=cursor, limit=limit,
    )  # fmt: skip
    return services.list_traces(project_id, query)


def session_turns(project_id: UUID, session_id: str, cursor: str | None = None) -> Turns:
    """A page of the conversation. Raises InvalidInput for a wrong cursor."""
    page = session_traces(project_id, session_id, cursor=cursor)
    if not page.results:
        return Turns([], None)
    starts = [row.start_ns for row in page.results]
    traces = queries.Traces([row.trace_id for row in page.results], min(starts), max(starts))
    store = client.current()
    ends = queries.ends_of_turns(store, project_id, traces)
    span_ids = sorted({span_id for pair in ends.values() for span_id in pair})
    whole, events = queries.whole_spans(store, project_id, traces, span_ids, limits.TURN_BYTES)
    spans = _spans(whole, events)
    steps: dict[str, list[Step]] = defaultdict(list)
    for row in queries.steps_of_turns(store, project_id, traces, limits.STEPS_PER_TURN + 1):
        step = Step(row["span_id"], row["name"], row["type"], row["duration_ns"], bool(row["failed"]), row["message"])
        steps[row["trace_id"]].append(step)
    turns = [_turn(row, *_both(spans, row.trace_id, ends), steps[row.trace_id]) for row in page.results]
    return Turns(turns, page.next_cursor)


def _spans(whole: list[Row], events: list[Row]) -> dict[tuple[str, str], SpanView]:
    said: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for event in events:
        said[event["trace_id"], event["span_id"]].append(event)
    keys = [(str(row["trace_id"]), str(row["span_id"])) for row in whole]
    return {key: assemble.whole_span(row, said[key]) for key, row in zip(keys, whole, strict=True)}


def _both(
    spans: dict[tuple[str, str], SpanView], trace_id: str, ends: dict[str, tuple[str, str]]
) -> tuple[SpanView | None, SpanView | None]:
    asked, answered = ends.get(trace_id, ("", ""))
    return spans.get((trace_id, asked)), spans.get((trace_id, answered))


def _turn(trace: TraceRow, asked: SpanView | None, answered: SpanView | None, steps: list[Step]) -> Turn:
    return Turn(
        trace=trace,
        asked=_said(asked, asked.input_messages, asked.input, "user") if asked else Said(text=trace.input_preview),
        answered=_said(answered, answered.output_messages, answered.output, "assistant")
        if answered
        else Said(text=trace.output_preview),
        cut=asked is None or answered is None,
        steps=steps[: limits.STEPS_PER_TURN],
        more_steps=len(steps) > limits.STEPS_PER_TURN,
    )


def _said(span: SpanView, messages: list[Message], text: str, role: str) -> Said:
    """The last message of the role that says something in words (results of tools are no question), else the last."""
    if not messages:
        return Said(span.span_id, text=text)
    words = [
        at
        for at, message in enumerate(messages)
        if message.get("role") == role and any(part.get("type") != "tool_call_response" for part in message["parts"])
    ]
    return Said(span.span_id, messages, words[-1] if words else len(messages) - 1)

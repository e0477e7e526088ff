"""A trace as one readable column: what was said, called and answered, in order, nothing twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast
from uuid import UUID

from backend.core import limits
from backend.store import client
from backend.store.queries import payloads
from backend.traces import assemble, services
from backend.traces.outline import FAILED, Outline
from backend.traces.outlines import TraceOutline
from backend.traces.view import Message, SpanView

SAYS = frozenset({"llm", "tool", "retriever", "reranker", "guardrail", "evaluator", "embedding"})
SECTION = "agent"
Part = dict[str, Any]


@dataclass(slots=True)
class Step:
    """One span of the transcript. `depth`: agents around it. `cut`: its payload is too large to be read here."""

    row: int
    depth: int
    span: SpanView
    cut: bool = False


@dataclass(slots=True)
class Page:
    steps: list[Step] = field(default_factory=list[Step])
    start: int = 0
    total: int = 0

    @property
    def end(self) -> int:
        return self.start + len(self.steps)


def step_rows(outline: Outline) -> list[int]:
    """Rows that say something: calls of models and tools, agents as headings, and whatever failed by itself."""
    rows: list[int] = []
    for row, kind in enumerate(outline.types):
        alone = outline.ends[row] == row + 1
        if kind in SAYS or kind == SECTION or (alone and outline.flags[row] & FAILED) or len(outline) == 1:
            rows.append(row)
    return rows


def agent_of(outline: Outline, row: int) -> int:
    """The nearest agent above a row, or -1."""
    at = outline.parents[row]
    while at >= 0 and outline.types[at] != SECTION:
        at = outline.parents[at]
    return at


def read_page(project_id: UUID, trace: TraceOutline, start: int) -> Page:
    """The steps from `start` on, each model call with its new messages only."""
    outline = trace.rows
    rows = step_rows(outline)
    start = min(max(start, 0), max(len(rows) - 1, 0))
    shown = rows[start : start + limits.TRANSCRIPT_STEPS]
    if not shown:
        return Page(total=0)
    agents = {row: agent_of(outline, row) for row in shown}
    before = _calls_before(outline, rows[:start], {agents[row] for row in shown if outline.types[row] == "llm"})
    spans, cut = _read(project_id, trace, [*shown, *before.values()])
    steps = [Step(row, _depth(outline, row), spans[row], cut=row in cut) for row in shown if row in spans]
    _leave_out_what_was_said(steps, agents, {agent: spans[row] for agent, row in before.items() if row in spans})
    return Page(steps, start, len(rows))


def _depth(outline: Outline, row: int) -> int:
    depth = 0
    at = agent_of(outline, row)
    while at >= 0:
        depth += 1
        at = agent_of(outline, at)
    return depth


def _calls_before(outline: Outline, rows: Sequence[int], agents: set[int]) -> dict[int, int]:
    """The last model call of each agent on the pages before."""
    found: dict[int, int] = {}
    for row in reversed(rows):
        if outline.types[row] == "llm":
            agent = agent_of(outline, row)
            if agent in agents:
                found.setdefault(agent, row)
                if len(found) == len(agents):
                    break
    return found


def _read(project_id: UUID, trace: TraceOutline, rows: Iterable[int]) -> tuple[dict[int, SpanView], set[int]]:
    """Spans by row, and the rows whose payload was too large to be read."""
    outline = trace.rows
    by_id = {outline.span_id(row): row for row in rows}
    last_ns = max(outline.starts)
    store = client.current()
    whole, large = payloads.small_spans(
        store, project_id, trace.trace_id, trace.start_ns, last_ns, list(by_id), limits.TRANSCRIPT_STEP_BYTES
    )
    events = services.log_events_of(project_id, trace.trace_id, trace.start_ns, last_ns)
    spans = {by_id[row["span_id"]]: assemble.whole_span(row, events.get(row["span_id"], [])) for row in whole}
    previews = {by_id[row["span_id"]]: assemble.light_span(row) for row in large}
    return {**spans, **previews}, set(previews)


def _leave_out_what_was_said(steps: list[Step], agents: dict[int, int], before: dict[int, SpanView]) -> None:
    """Of each model call only the messages that its agent's call before had neither read nor written."""
    last = dict(before)
    originals = {step.row: step.span for step in steps}
    tools: dict[int, Counter[str]] = {}
    for step in reversed(steps):  # a tool that has its own step need not be told of in the call that asked for it
        agent = agents[step.row]
        if step.span.type == "tool":
            tools.setdefault(agent, Counter())[step.span.tool_name or step.span.name] += 1
        elif step.span.type == "llm":
            called = tools.pop(agent, Counter())
            stored = "" if step.span.output_messages else step.span.output
            messages = _without_calls(step.span.output_messages, called)
            step.span = replace(step.span, output_messages=messages, output=stored)
    had_tools: set[int] = set()
    for step in steps:
        agent = agents[step.row]
        if step.span.type == "tool":
            had_tools.add(agent)
        if step.span.type != "llm" or step.cut:
            continue
        messages = step.span.input_messages
        if agent in last:
            messages = new_messages(messages, last[agent])
        if agent in had_tools:
            messages = [message for message in messages if not _is_result(message)]
        last[agent] = originals[step.row]
        had_tools.discard(agent)
        # Without messages that are new a page would show what was stored, which is the whole history.
        stored = "" if step.span.input_messages else step.span.input
        step.span = replace(step.span, input_messages=messages, input=stored)


def new_messages(messages: Sequence[Message], before: SpanView) -> list[Message]:
    """`messages` without those that the call before read or wrote."""
    known = Counter(said(message) for message in (*before.input_messages, *before.output_messages))
    new: list[Message] = []
    for message in messages:
        words = said(message)
        if known[words]:
            known[words] -= 1
        else:
            new.append(message)
    return new


def said(message: Message) -> str:
    """What makes two messages the same: who said what; not ids, reasons to stop, or hidden reasoning."""
    words: list[Any] = [message.get("role")]
    for part in _parts(message):
        match part.get("type"):
            case "reasoning":
                continue
            case "tool_call":
                words += [part.get("name"), part.get("arguments")]
            case "tool_call_response":
                words.append(part.get("response", part.get("result")))
            case _:
                words.append(part.get("content", part))
    return json.dumps(words, sort_keys=True, default=str, ensure_ascii=False)


def _without_calls(messages: Sequence[Message], called: Counter[str]) -> list[Message]:
    left: list[Message] = []
    for message in messages:
        parts: list[Part] = []
        for part in _parts(message):
            name = str(part.get("name") or "") if part.get("type") == "tool_call" else ""
            if name and called[name]:
                called[name] -= 1
            else:
                parts.append(part)
        if parts:
            left.append({**message, "parts": parts})
    return left


def _is_result(message: Message) -> bool:
    parts = _parts(message)
    return bool(parts) and all(part.get("type") == "tool_call_response" for part in parts)


def _parts(message: Message) -> list[Part]:
    """What is no part is read as text."""
    given: Any = message.get("parts") or []
    parts: list[Any] = cast("list[Any]", given) if isinstance(given, list) else [given]
    return [cast("Part", part) if isinstance(part, dict) else {"type": "text", "content": part} for part in parts]

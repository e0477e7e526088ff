"""A session read as a conversation, on the real engine."""

from __future__ import annotations

import json
import os
import time

import pytest

from backend.core import limits
from backend.traces.sessions import Said, session_traces, session_turns
from tests.support.otlp import failed, key_values, llm_span, span
from tests.traces.test_services import HOUR, OTHER, PROJECT, SECOND, send

pytestmark = pytest.mark.store


def said(one: Said) -> str:
    return one.messages[one.at]["parts"][0]["content"] if one.messages else one.text


def chat(*messages: tuple[str, str]) -> str:
    return json.dumps([{"role": role, "parts": [{"type": "text", "content": text}]} for role, text in messages])


def turn(number: int, *, session: str = "s", at_ns: int = 0, trace: bytes | None = None):
    """A model call whose input is the conversation so far."""
    start = at_ns or time.time_ns() - HOUR + number * SECOND
    return span(
        "chat", trace_id=trace or os.urandom(16), start_time_unix_nano=start, end_time_unix_nano=start + SECOND // 2,
        attributes={
            "gen_ai.operation.name": "chat", "session.id": session,
            "gen_ai.input.messages": chat(("user", "earlier"), ("assistant", "yes"), ("user", f"question {number}")),
            "gen_ai.output.messages": chat(("assistant", f"answer {number}")),
        },
    )  # fmt: skip


def test_each_turn_has_its_own_question_and_answer(store):
    send(store, turn(2), turn(1), turn(1, session="other"))
    turns = session_turns(PROJECT, "s").results
    assert [(said(one.asked), said(one.answered)) for one in turns] == [
        ("question 1", "answer 1"),
        ("question 2", "answer 2"),
    ]
    assert session_turns(OTHER, "s").results == []


def test_the_answer_is_the_last_one_and_steps_lie_between(store):
    trace, root = os.urandom(16), os.urandom(8)
    now = time.time_ns() - HOUR
    tool = span("lookup", trace_id=trace, parent=root, status=failed(),
                attributes={"gen_ai.operation.name": "execute_tool"}, start_time_unix_nano=now + SECOND)  # fmt: skip
    first, last = turn(1, trace=trace, at_ns=now), turn(2, trace=trace, at_ns=now + 2 * SECOND)
    for call in (first, last):
        call.parent_span_id = root
    send(store, span("agent", trace_id=trace, span_id=root, start_time_unix_nano=now), first, tool, last)
    (one,) = session_turns(PROJECT, "s").results
    assert (said(one.asked), said(one.answered)) == ("question 1", "answer 2")
    assert [step.name for step in one.steps] == ["chat", "lookup", "chat"]
    assert [(step.name, step.message) for step in one.failures] == [("lookup", "it broke")]


def test_a_root_with_plain_values_is_told_by_them(store):
    root = span("rag", attributes={"session.id": "s", "input.value": "what?", "output.value": "that."})
    send(store, root, llm_span(root.trace_id, root.span_id))
    (one,) = session_turns(PROJECT, "s").results
    assert (said(one.asked), said(one.answered)) == ("what?", "that.")


def test_a_payload_that_is_too_large_is_cut_to_its_preview(store, monkeypatch):
    monkeypatch.setattr(limits, "TURN_BYTES", 500)
    large = turn(1)
    large.attributes.extend(key_values({"big": "x" * 5_000}))
    send(store, large)
    (one,) = session_turns(PROJECT, "s").results
    assert (one.cut, one.asked.messages, one.asked.text) == (True, [], "earlier")


def test_long_sessions_come_in_pages(store):
    send(store, *(turn(number) for number in range(5)))
    seen, cursor = [], None
    while True:
        page = session_traces(PROJECT, "s", cursor=cursor, limit=2)
        seen += [row.trace_id for row in page.results]
        cursor = page.next_cursor
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 5

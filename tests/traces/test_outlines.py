"""The outline, the search and the transcript of a trace, read from the real engine."""

from __future__ import annotations

import json
import os
import time

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from backend.core import limits
from backend.core.errors import NotFound
from backend.store import prices
from backend.traces import outlines, services, transcript
from backend.traces.outlines import OutlineCache
from tests.support.otlp import llm_span, span
from tests.traces.test_services import OTHER, PROJECT, SECOND, send

pytestmark = pytest.mark.store


def said(*messages: tuple[str, str]) -> str:
    return json.dumps([{"role": role, "parts": [{"type": "text", "content": text}]} for role, text in messages])


def call(trace: bytes, parent: bytes, after_s: int, heard: str, answered: str, **more: object):
    now = time.time_ns() - 60 * SECOND + after_s * SECOND
    attributes = {
        "gen_ai.operation.name": "chat", "gen_ai.request.model": "m", "gen_ai.input.messages": heard,
        "gen_ai.output.messages": answered, **more,
    }  # fmt: skip
    times = {"start_time_unix_nano": now, "end_time_unix_nano": now + SECOND}
    return span("chat", trace_id=trace, parent=parent, attributes=attributes, **times)


def agent(trace: bytes, **attributes: object):
    now = time.time_ns() - 60 * SECOND
    given = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "helper", **attributes}
    times = {"start_time_unix_nano": now, "end_time_unix_nano": now + 50 * SECOND}
    return span("run", trace_id=trace, attributes=given, **times)


def test_it_says_what_the_whole_trace_says(store):
    trace = os.urandom(16)
    root = agent(trace, **{"session.id": "s1", "user.id": "u1", "tag.tags": ["b", "a"]})
    failed = span("tool", trace_id=trace, parent=root.span_id, status=Status(code=2, message="busy"))
    send(store, root, llm_span(trace, parent=root.span_id), failed)
    light, whole = outlines.get_outline(PROJECT, trace.hex()), services.get_trace(PROJECT, trace.hex())
    for name in ("name", "start_ns", "duration_ns", "status", "session_id", "user_id", "tags", "usage", "cost"):
        assert getattr(light, name) == getattr(whole, name), name
    assert (light.span_count, light.error_count, light.models) == (3, 1, ["gpt-4o-mini-2024-07-18"])
    assert sorted(light.rows.details) == ["", "busy", "gpt-4o-mini-2024-07-18"] or "busy" in light.rows.details
    assert "helper" in light.rows.labels


def test_it_hides_other_projects(store):
    trace = os.urandom(16)
    send(store, span(trace_id=trace), project=OTHER)
    with pytest.raises(NotFound):
        outlines.get_outline(PROJECT, trace.hex())


def test_a_large_trace_is_kept_until_a_span_comes(store, monkeypatch):
    monkeypatch.setattr(limits, "OUTLINE_CACHE_SPANS", 1)
    trace = os.urandom(16)
    root = span("root", trace_id=trace)
    send(store, root, span("one", trace_id=trace, parent=root.span_id))
    first = outlines.get_outline(PROJECT, trace.hex())
    assert outlines.get_outline(PROJECT, trace.hex()) is first
    send(store, span("two", trace_id=trace, parent=root.span_id))
    later = outlines.get_outline(PROJECT, trace.hex(), fresh=False)
    assert (len(later.rows), later.version != first.version) == (3, True)


def test_a_new_price_shows_when_the_trace_is_opened_again(store, monkeypatch):
    monkeypatch.setattr(limits, "OUTLINE_CACHE_SPANS", 0)
    monkeypatch.setattr(limits, "OUTLINE_FRESH_S", -1.0)
    trace = os.urandom(16)
    send(store, llm_span(trace))
    assert outlines.get_outline(PROJECT, trace.hex()).cost.total is None
    tier = prices.Tier(tier_from=0, input=0.01, output=0.1, cache_read=0.0, cache_write=0.0)
    prices.save(store, [prices.Price("openai", "gpt-4o-mini-2024-07-18", (tier,), source="test")])
    assert outlines.get_outline(PROJECT, trace.hex()).cost.total == pytest.approx(3.0)


def test_the_cache_is_bounded_by_bytes(store):
    trace = os.urandom(16)
    send(store, *(span(f"span {n}", trace_id=trace) for n in range(50)))
    outline = outlines.get_outline(PROJECT, trace.hex())
    cache = OutlineCache(outline.rows.bytes * 2 + 1)
    for n in range(5):
        cache.put((PROJECT, trace.hex(), str(n)), outline)
    assert (len(cache), cache.bytes <= cache.limit) == (2, True)
    assert cache.get((PROJECT, trace.hex(), "4")) is outline
    assert cache.get((PROJECT, trace.hex(), "0")) is None


def test_a_search_looks_into_names_previews_models_and_errors(store):
    trace = os.urandom(16)
    root = span("root", trace_id=trace)
    failed = span("tool", trace_id=trace, parent=root.span_id, status=Status(code=2, message="Rate limit"))
    send(store, root, llm_span(trace, parent=root.span_id), failed)
    outline = outlines.get_outline(PROJECT, trace.hex())

    def names(text: str) -> list[str]:
        return [outline.rows.names[row] for row in outlines.find_rows(PROJECT, outline, text)]

    assert names("WEATHER") == names("gpt-4o") == ["chat gpt-4o-mini"]
    assert names("rate LIMIT") == ["tool"]
    assert names(root.span_id.hex()) == ["root"]
    assert names("nowhere") == names(" ") == []


def test_a_transcript_says_nothing_twice(store):
    trace = os.urandom(16)
    root = agent(trace)
    heard = [("system", "Be kind."), ("user", "Hello")]
    later = [*heard, ("assistant", "Hi!"), ("user", "And now?")]
    send(
        store,
        root,
        call(trace, root.span_id, 1, said(*heard), said(("assistant", "Hi!"))),
        call(trace, root.span_id, 3, said(*later), said(("assistant", "Now this."))),
    )
    page = transcript.read_page(PROJECT, outlines.get_outline(PROJECT, trace.hex()), 0)
    new = [[m["parts"][0]["content"] for m in step.span.input_messages] for step in page.steps]
    assert new == [[], ["Be kind.", "Hello"], ["And now?"]]
    assert [step.depth for step in page.steps] == [0, 1, 1]


def test_the_next_page_knows_what_the_page_before_said(store, monkeypatch):
    monkeypatch.setattr(limits, "TRANSCRIPT_STEPS", 2)
    trace = os.urandom(16)
    root = agent(trace)
    heard = [("user", "Hello")]
    first = call(trace, root.span_id, 1, said(*heard), said(("assistant", "Hi!")))
    second = call(
        trace, root.span_id, 3, said(*heard, ("assistant", "Hi!"), ("user", "More")), said(("assistant", "x"))
    )
    send(store, root, first, second)
    page = transcript.read_page(PROJECT, outlines.get_outline(PROJECT, trace.hex()), 2)
    assert [m["parts"][0]["content"] for m in page.steps[0].span.input_messages] == ["More"]
    assert (page.start, page.end, page.total) == (2, 3, 3)


def test_a_payload_that_is_too_large_is_not_read(store, monkeypatch):
    monkeypatch.setattr(limits, "TRANSCRIPT_STEP_BYTES", 2_000)
    trace = os.urandom(16)
    send(store, call(trace, b"", 1, said(("user", "x" * 3_000)), said(("assistant", "y"))))
    (step,) = transcript.read_page(PROJECT, outlines.get_outline(PROJECT, trace.hex()), 0).steps
    assert step.cut
    assert step.span.input == ""
    assert step.span.input_preview.startswith("xxx")


def test_a_tool_stands_beside_its_result_and_not_in_the_calls_around_it(store):
    trace = os.urandom(16)
    root = agent(trace)
    asks = {"type": "tool_call", "id": "t1", "name": "search", "arguments": {"q": 1}}
    answer = {"type": "tool_call_response", "id": "t1", "response": "found"}
    asked = json.dumps([{"role": "assistant", "parts": [{"type": "text", "content": "Let me look."}, asks]}])
    told = json.dumps([{"role": "user", "parts": [{"type": "text", "content": "Q"}]}, *json.loads(asked),
                       {"role": "tool", "parts": [answer]}])  # fmt: skip
    now = time.time_ns() - 60 * SECOND + 2 * SECOND
    tool = span("search", trace_id=trace, parent=root.span_id, start_time_unix_nano=now, end_time_unix_nano=now + 1,
                attributes={"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search"})  # fmt: skip
    send(store, root, call(trace, root.span_id, 1, said(("user", "Q")), asked), tool,
         call(trace, root.span_id, 3, told, said(("assistant", "Done"))))  # fmt: skip
    _, first, _, last = transcript.read_page(PROJECT, outlines.get_outline(PROJECT, trace.hex()), 0).steps
    assert [part["type"] for part in first.span.output_messages[0]["parts"]] == ["text"]
    assert last.span.input_messages == []

"""The calls around one call, found in ClickHouse."""

from __future__ import annotations

import os
import time
from typing import Any
from uuid import uuid4

import pytest

from backend.core import limits
from backend.store.client import Store
from backend.store.otlp import INSERT_SETTINGS
from backend.traces import services
from backend.traces.calls import Neighbours, neighbours
from ingest.envelope import frame
from tests.support.conversations import call, loop_trace, said
from tests.support.otlp import SECOND, request, span

pytestmark = pytest.mark.store
PROJECT = uuid4()


def send(store: Store, *spans: Any) -> None:
    body = frame(request(*spans).SerializeToString(), PROJECT, time.time_ns())
    store.insert_protobuf("otlp_traces", body, INSERT_SETTINGS["otlp_traces"])


def near(one: Any) -> Neighbours:
    return neighbours(PROJECT, services.get_span(PROJECT, one.trace_id.hex(), one.span_id.hex()))


def test_it_finds_the_call_before_and_the_call_after(store: Store) -> None:
    root, one, two, three = loop_trace(os.urandom(16))
    send(store, root, one, two, three)
    found = near(two)
    assert found.previous is not None
    assert found.next is not None
    assert (found.previous.span_id, found.next.span_id) == (one.span_id.hex(), three.span_id.hex())
    assert found.difference is not None
    assert found.difference.states == ["same", "same", "answer", "new"]


def test_the_first_call_has_none_before_and_other_spans_have_neither(store: Store) -> None:
    root, one, *_ = spans = loop_trace(os.urandom(16))
    send(store, *spans)
    assert near(one).previous is None
    assert near(one).difference is None
    assert near(root) == Neighbours()


def test_a_changed_prompt_is_still_the_same_conversation(store: Store) -> None:
    *_, three = spans = loop_trace(os.urandom(16))
    send(store, *spans)
    found = near(three).difference
    assert found is not None
    assert (found.states[0], found.states[-1]) == ("changed", "new")


def test_an_outer_call_is_not_the_call_before_its_inner_one(store: Store) -> None:
    trace = os.urandom(16)
    asked = [said("user", "Hi")]
    outer = call(trace, b"", 1, asked, [])
    outer.end_time_unix_nano += 5 * SECOND
    inner = call(trace, outer.span_id, 1.5, asked, [])
    send(store, outer, inner)
    assert near(inner).previous is None


def test_another_conversation_of_the_same_trace_is_passed_over(store: Store) -> None:
    trace, agent, other = os.urandom(16), os.urandom(8), os.urandom(8)
    mine = call(trace, agent, 1, [said("user", "Mine")], [said("assistant", "Yes")])
    theirs = [call(trace, other, 2 + n, [said("user", f"Theirs {n}")], []) for n in range(2)]
    next_one = call(trace, agent, 9, [said("user", "Mine"), said("assistant", "Yes"), said("user", "More")], [])
    send(store, mine, *theirs, next_one)
    found = near(next_one)
    assert found.previous is not None
    assert found.previous.span_id == mine.span_id.hex()


def test_a_chat_goes_on_in_the_next_trace_of_its_session(store: Store) -> None:
    first = call(os.urandom(16), b"", 1, [said("user", "Hi")], [said("assistant", "Hello")], **{"session.id": "s1"})
    history = [said("user", "Hi"), said("assistant", "Hello"), said("user", "Bye")]
    second = call(os.urandom(16), b"", 9, history, [], **{"session.id": "s1"})
    stranger = call(os.urandom(16), b"", 9, history, [], **{"session.id": "s2"})
    send(store, first, second, stranger)
    found = near(second)
    assert found.previous is not None
    assert found.previous.trace_id == first.trace_id.hex()
    assert near(stranger).previous is None


def test_it_reads_only_a_few_payloads(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from backend.store.queries import calls as queries

    trace = os.urandom(16)
    calls = [call(trace, b"\x01" * 8, n, [said("user", f"question {n}")], []) for n in range(12)]
    send(store, span("root", trace_id=trace), *calls)
    asked: list[int] = []
    real = queries.whole_calls
    monkeypatch.setattr(
        queries, "whole_calls", lambda s, p, rows, most: asked.append(len(rows)) or real(s, p, rows, most)
    )
    assert near(calls[-1]).previous is None
    assert asked == [limits.CALLS_COMPARED]

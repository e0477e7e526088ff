"""Spans that were announced when they started: running, replaced by the finished span, abandoned when silent."""

from __future__ import annotations

import os
import time

import pytest

from backend.core import limits
from backend.store.otlp import INSERT_SETTINGS
from backend.traces import groups, outlines, services
from backend.traces.groups import GroupQuery
from ingest.envelope import frame
from ingest.otlp import check_traces
from tests.support.otlp import key_values, llm_span, request, span
from tests.traces.test_services import HOUR, PROJECT, SECOND, listed

pytestmark = pytest.mark.store


def receive(store, *spans, at_ns: int = 0) -> None:
    body = check_traces(request(*spans).SerializeToString(), time.time_ns()).body
    framed = frame(body, PROJECT, at_ns or time.time_ns())
    store.insert_protobuf("otlp_traces", framed, INSERT_SETTINGS["otlp_traces"])


def both(**more):
    """A finished span and its announcement."""
    done = llm_span(os.urandom(16), **more)
    begun = type(done)()
    begun.CopyFrom(done)
    begun.end_time_unix_nano = begun.start_time_unix_nano
    begun.attributes.extend(key_values({"spanhouse.pending": True}))
    return begun, done


@pytest.mark.parametrize("late", [False, True])
def test_the_finished_span_stays_whichever_came_first(store, late):
    begun, done = both()
    for one in (done, begun) if late else (begun, done):
        receive(store, one)
    (row,) = listed().results
    assert (row.state, row.span_count, row.duration_ns) == ("finished", 1, SECOND)
    assert row.usage.total_tokens == 120


def test_an_announced_trace_is_running_and_counts_nothing(store):
    begun, _ = both()
    begun.attributes.extend(key_values({"session.id": "s"}))
    receive(store, begun)
    (row,) = listed().results
    assert (row.state, row.usage.total_tokens, row.duration_ns) == ("running", None, 0)
    outline = outlines.get_outline(PROJECT, row.trace_id)
    assert (outline.running, outline.state) == (True, "running")
    assert outline.rows.details == ["has not ended"]
    assert services.get_span(PROJECT, row.trace_id, row.root_span_id).pending
    assert listed(filter="latency<1h").results == []
    now = time.time_ns()
    (session,) = groups.list_groups(PROJECT, GroupQuery("session", now - HOUR, now)).results
    assert session.usage.total_tokens is None


def test_a_silent_one_is_abandoned_until_it_is_heard_of_again(store):
    begun, done = both()
    silent = time.time_ns() - int((limits.PENDING_SILENT_S + 10) * SECOND)
    receive(store, begun, at_ns=silent)
    assert listed().results[0].state == "abandoned"
    assert outlines.get_outline(PROJECT, begun.trace_id.hex()).state == "abandoned"
    receive(store, begun)
    assert listed().results[0].state == "running"
    receive(store, done)
    assert listed().results[0].state == "finished"


def test_a_running_root_above_finished_steps(store):
    begun, _ = both()
    receive(store, begun, span("step", trace_id=begun.trace_id, parent=begun.span_id))
    (row,) = listed().results
    assert (row.state, row.root_span_id, row.span_count) == ("running", begun.span_id.hex(), 2)

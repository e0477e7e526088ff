"""Facets and the histogram: counts of traces, read back from the real engine."""

from __future__ import annotations

import os
import time
from uuid import UUID

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from backend.core import limits
from backend.core.errors import InvalidInput
from backend.metrics.services import measure
from backend.metrics.view import Question
from backend.scores.services import create_scores
from backend.scores.view import NewScore
from backend.traces import facets, services
from backend.traces.facets import Asked
from backend.traces.histogram import MOST_BARS, STEPS_NS, step_for, traces_over_time
from tests.support.otlp import llm_span, span
from tests.traces.test_services import HOUR, OTHER, PROJECT, SECOND, at, listed, send

pytestmark = pytest.mark.store
FAILED = Status(code=Status.STATUS_CODE_ERROR)


def asked(text: str = "", project: UUID = PROJECT) -> Asked:
    now = time.time_ns()
    return Asked(project, now - 24 * HOUR, now + HOUR, text)


def counts(facet: facets.Facet) -> dict[str, int]:
    return {one.value: one.traces for one in facet.values}


def found(text: str = "") -> dict[str, dict[str, int]]:
    return {facet.field: counts(facet) for facet in facets.overview(asked(text))}


@pytest.fixture
def three(store) -> None:
    """Two traces with a call (one of them twice), one of a failed tool with a tag."""
    for calls in (1, 2):
        trace = os.urandom(16)
        send(store, span("run", trace_id=trace), *(llm_span(trace) for _ in range(calls)))
    send(store, span("tool", attributes={"gen_ai.tool.name": "search", "tag.tags": ["beta", "eu"]}, status=FAILED))
    send(store, span("theirs"), project=OTHER)


def test_it_counts_traces_not_spans(three):
    every = found()
    assert every["type"]["llm"] == 2
    assert every["model"] == {"gpt-4o-mini": 2, "gpt-4o-mini-2024-07-18": 2}
    assert every["status"] == {"unset": 2, "error": 1}
    assert every["tag"] == {"beta": 1, "eu": 1}
    assert "theirs" not in every["name"]
    assert "release" not in every  # nobody gave one


def test_a_click_shows_as_many_traces_as_the_count_said(three):
    for facet in facets.overview(asked()):
        for one in facet.values:
            assert one.toggled is not None
            assert len(listed(filter=one.toggled).results) == one.traces, one
            assert one.excluded == f"-{one.toggled}"


def test_a_chosen_value_is_marked_and_the_others_can_still_be_chosen(three):
    by_field = {facet.field: facet for facet in facets.overview(asked("status:error -type:llm"))}
    chosen = {one.value: (one.chosen, one.toggled) for one in by_field["status"].values}
    assert chosen == {"unset": ("", "status:error,unset -type:llm"), "error": ("in", "-type:llm")}
    (llm,) = [one for one in by_field["type"].values if one.value == "llm"]
    assert (llm.chosen, llm.toggled, llm.excluded) == ("out", "status:error", "status:error")
    assert counts(by_field["name"]) == {"tool": 1}


def test_values_are_searched_and_limited(store):
    send(store, *(span(f"job {n}") for n in range(12)), span("other"))
    some = facets.one_field(asked(), "name")
    assert (len(some.values), some.more) == (limits.FACET_VALUES, True)
    assert counts(facets.one_field(asked(), "name", search="OTH")) == {"other": 1}
    with pytest.raises(InvalidInput) as caught:
        facets.one_field(asked(), "nonsense")
    assert caught.value.field == "field"


def test_many_spans_are_counted_from_a_sample_of_traces(store, monkeypatch):
    monkeypatch.setattr(limits, "FACET_SPANS", 100)
    for _ in range(4):
        send(store, *(span("many") for _ in range(200)))
    (facet,) = [one for one in facets.overview(asked()) if one.field == "name"]
    assert facet.sample == 8
    assert facet.values[0].traces % 8 == 0
    assert 400 < facet.values[0].traces < 1200
    assert counts(facets.one_field(asked(), "name")) == {"many": 800}


def test_intervals_add_up_to_the_list(three, store):
    now = time.time_ns()
    send(store, at(now - 5 * HOUR), at(now - 5 * HOUR))
    histogram = traces_over_time(PROJECT, now - 24 * HOUR, now + HOUR)
    assert (histogram.traces, histogram.failed) == (len(listed().results), 1)
    five = [one for one in histogram.intervals if one.start_ns <= now - 5 * HOUR < one.end_ns]
    assert [one.traces for one in five] == [2]
    assert traces_over_time(PROJECT, now - 24 * HOUR, now + HOUR, "type:llm").traces == 2
    with pytest.raises(InvalidInput):
        traces_over_time(PROJECT, now, now)


@pytest.mark.parametrize("length", [1, SECOND, 900 * SECOND, 25 * HOUR, 14 * 24 * HOUR, 365 * 24 * HOUR])
def test_a_window_has_round_intervals_and_not_too_many(length):
    step = step_for(length)
    assert step in STEPS_NS
    assert -(-length // step) + 1 <= MOST_BARS


@pytest.mark.parametrize("text", ["", "name:job"])
def test_the_slowest_come_first_page_by_page(store, text):
    now = time.time_ns()
    lengths = [n * SECOND for n in (5, 90, 1, 30, 30, 2)]
    for n, length in enumerate(lengths):
        start = now - (n + 1) * HOUR
        send(store, span("job", start_time_unix_nano=start, end_time_unix_nano=start + length))
    seen, cursor = [], None
    while True:
        page = listed(order="slowest", filter=text, cursor=cursor, limit=2)
        seen += [row.duration_ns for row in page.results]
        cursor = page.next_cursor
        if not cursor:
            break
    assert seen == sorted(lengths, reverse=True)


def test_a_rare_match_is_found_far_back_in_order(store, monkeypatch):
    now = time.time_ns()
    starts = [now - n * HOUR for n in range(1, 20, 3)]
    send(store, *(at(start, name="rare") for start in starts), *(at(start, name="other") for start in starts))
    for many in (3, 2_000):
        monkeypatch.setattr(services.trace_queries, "MANY_MATCHES", many)
        assert [row.start_ns for row in listed(filter="name:rare").results] == starts
        assert [row.start_ns for row in listed(filter="name:rare", order="oldest").results] == starts[::-1]
        second = listed(filter="name:rare", limit=3)
        assert [row.start_ns for row in second.results] == starts[:3]


def test_a_row_shows_the_means_of_its_scores(store):
    trace = os.urandom(16)
    send(store, span(trace_id=trace), span("unscored"))
    given = [("helpful", 0.5), ("helpful", 1.0), ("polite", True), ("note", "fine")]
    create_scores(PROJECT, [NewScore(name=n, value=v, trace_id=trace.hex()) for n, v in given], author="a")
    create_scores(OTHER, [NewScore(name="theirs", value=1, trace_id=trace.hex())], author="a")
    scored = {row.name: [(s.name, s.value, s.count) for s in row.scores] for row in listed().results}
    assert scored == {"work": [("helpful", 0.75, 2), ("polite", 1.0, 1)], "unscored": []}


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("limit", [2, 4, 50])
def test_pages_of_rare_matches_join_without_a_gap(store, order, limit):
    now = time.time_ns()
    starts = [now - n * HOUR for n in range(1, 20, 3)]
    send(store, *(at(start, name="rare") for start in starts), at(now - 30 * HOUR, name="rare"), at(now, name="other"))
    seen, cursor = [], None
    while True:
        page = listed(filter="name:rare", order=order, cursor=cursor, limit=limit)
        seen += [row.start_ns for row in page.results]
        cursor = page.next_cursor
        if not cursor:
            break
    assert seen == sorted(starts, reverse=order == "newest")


def test_numbers_of_the_whole_trace_narrow_every_question(store):
    now = time.time_ns()
    small, large = at(now - HOUR, name="small"), at(now - HOUR, name="large")
    send(store, small, large, *(llm_span(large.trace_id, parent=large.span_id) for _ in range(3)))
    text = "trace.spans>=4 trace.errors:0 trace.latency>10ms has:trace.tokens -trace.tokens<1"
    assert [row.name for row in listed(filter=text).results] == ["large"]
    assert listed(filter=text, order="slowest").results[0].name == "large"
    window = (now - 24 * HOUR, now + HOUR)
    assert traces_over_time(PROJECT, *window, text).traces == 1
    for kind in ("tokens", "traces"):
        answer = measure(Question(PROJECT, *window, (kind,), filter=text, interval="none"))
        assert answer.total is not None
        assert answer.total.totals[kind] == (360 if kind == "tokens" else 1)
